{#- share of the audited answers below which not even bounds are stated: they would be too wide -#}
{% macro least_completion() %}0.8e0{% endmacro %}
