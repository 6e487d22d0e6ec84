{#-
    Cohen's (1960) kappa of a label and a flag, from the weights of all labels, of those that the
    flag agrees with, of the bad ones and of the flagged ones. Null where chance cannot disagree.
-#}
{% macro cohens_kappa(weight, agreed, bad, flagged) -%}
    1 - ({{ weight }}) * (({{ weight }}) - ({{ agreed }})) / nullif(
        ({{ bad }}) * (({{ weight }}) - ({{ flagged }}))
        + ({{ flagged }}) * (({{ weight }}) - ({{ bad }})),
        0
    )
{%- endmacro %}
