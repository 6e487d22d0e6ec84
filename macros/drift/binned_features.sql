{% macro edges_of_features() -%}
    {#- the deciles of int_drift_bin_edges, a column each -#}
    {%- for feature in numeric_features().split() %}
    {%- for edge in range(1, 10) %}
    {#- no edge where the reference has no value: all that came later is one bin #}
    coalesce({{ item_of(feature, edge) }}, 1e308) as {{ feature }}_{{ edge }},
    {%- endfor %}
    {%- endfor %}
    {{ integer_features().split() | join('_values, ') }}_values
{%- endmacro %}

{% macro binned_feature(rows, feature) -%}
    {#- the bin of a feature of `rows`, beside its `edges` -#}
    {%- if feature in categorical_features().split() -%}
    {{ rows }}.{{ feature }}
    {%- elif feature in continuous_features().split() -%}
    {{ decile(rows, feature) }}
    {%- else -%}
    if(
        edges.{{ feature }}_values <= {{ knob('max_integer_categories') }},
        {{ rows }}.{{ feature }},
        {{ decile(rows, feature) }}
    )
    {%- endif -%}
{%- endmacro %}
