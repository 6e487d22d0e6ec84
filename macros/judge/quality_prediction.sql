{#- name of the ledger's prediction of a rate of bad answers; a dimension is named by reviewers -#}
{% macro quality_prediction(dimension) %}concat('quality.', {{ dimension }}){% endmacro %}

{% macro is_quality_prediction(prediction) %}{{ prediction }} like 'quality.%'{% endmacro %}
