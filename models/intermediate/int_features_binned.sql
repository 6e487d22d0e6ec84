with

features_compared as (

    select * from {{ ref('int_features_compared') }}

),

features_edged as (

    select * from {{ ref('int_features_edged') }}

),

sessions_sampled as (

    select * from {{ ref('int_sessions_sampled') }}

),

edges as (

    select
        window_pair,
        -- no edge where the reference has no value: all that came later is one bin
        {%- for feature in numeric_features().split() %}
        {% for edge in range(1, 10) -%}
        coalesce({{ item_of(feature, edge) }}, 1e308) as {{ feature }}_{{ edge }},
        {% endfor %}
        {%- endfor %}
    {%- for feature in integer_features().split() %}
    {{ feature }}_values{{ ',' if not loop.last }}
    {%- endfor %}

    from features_edged

),

binned as (

    select
        features_compared.window_pair,
        features_compared.is_current,
        features_compared.session_id,
        -- of the sessions in the sample; null elsewhere
        sessions_sampled.session_number,
        sessions_sampled.session_rows,
        sessions_sampled.sessions,

        {%- for feature in continuous_features().split() %}
        {{ decile(feature) }} as {{ feature }},
        {%- endfor %}
        {%- for feature in integer_features().split() %}
        if(
            edges.{{ feature }}_values <= {{ knob('max_integer_categories') }},
            features_compared.{{ feature }},
            {{ decile(feature) }}
        ) as {{ feature }},
        {%- endfor %}
    {%- for feature in categorical_features().split() %}
    features_compared.{{ feature }}{{ ',' if not loop.last }}
    {%- endfor %}

    from features_compared

    inner join edges on features_compared.window_pair = edges.window_pair

    left join sessions_sampled
        on
            features_compared.window_pair = sessions_sampled.window_pair
            and features_compared.is_current = sessions_sampled.is_current
            and features_compared.session_id = sessions_sampled.session_id

)

select * from binned
