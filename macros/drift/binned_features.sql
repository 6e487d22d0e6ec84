{% macro edges_of_features(features) -%}
    {#- the rows of int_drift_bin_edges as a row per window pair, a column per edge -#}
    {%- for feature in features %}
    {%- for edge in range(1, 10) %}
    max(edge_{{ edge }}) filter (where feature = '{{ feature }}')
        as {{ feature }}_{{ edge }},
    {%- endfor %}
    max(distinct_values) filter (where feature = '{{ feature }}')
        as {{ feature }}_values {{- ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{% macro binned_feature(rows, feature) -%}
    {#- the bin of a numeric feature of `rows`, by the joined `edges` -#}
    {%- set bin = decile(rows ~ '.' ~ feature, 'edges.' ~ feature ~ '_') -%}
    {%- if feature in integer_features().split() -%}
    if(
        coalesce(edges.{{ feature }}_values, 0) <= {{ knob('max_integer_categories') }},
        {{ rows }}.{{ feature }},
        {{ bin }}
    )
    {%- else -%}
    {{ bin }}
    {%- endif -%}
{%- endmacro %}
