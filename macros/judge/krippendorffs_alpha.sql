{#-
    Krippendorff's (2011) alpha of two labels, from their numbers and the disputed labels: those
    of one kind times those of the other over the labels of the answer less one, added up over the
    answers. Null where all labels are the same.
-#}
{% macro krippendorffs_alpha(failures, passes, disputes) -%}
    1 - ({{ failures }} + {{ passes }} - 1) * ({{ disputes }})
    / nullif(({{ failures }}) * ({{ passes }}), 0)
{%- endmacro %}
