{%- set sources = sources_on() | reject('equalto', 'telemetry_csv') | list -%}
{%- set of_otlp = {
    'kinds_seen': 'string', 'silent_calls': 'bigint', 'silent_failures': 'bigint',
    'silent_scope': 'string',
} -%}

with

{% for source in sources if source != 'otlp' -%}
{{ source }}_files as (

    {{ counted_files(source, ref('stg_' ~ source ~ '__records')) }}

),

{% endfor -%}

files as (
    {%- for source in sources %}
    select
        '{{ source }}' as source,
        file_name,
        records,
        unreadable_records,
        {% for column, type in of_otlp.items() -%}
        {{ column if source == 'otlp' else 'cast(null as ' ~ type ~ ')' }} as {{ column }}
        {{- ',' if not loop.last }}
        {% endfor %}
    from {{ ref('stg_otlp__files') if source == 'otlp' else source ~ '_files' }}

    union all
    {% endfor %}
    select
        cast(null as string) as source,
        cast(null as string) as file_name,
        cast(null as bigint) as records,
        cast(null as bigint) as unreadable_records,
        {% for column, type in of_otlp.items() -%}
        cast(null as {{ type }}) as {{ column }}{{ ',' if not loop.last }}
        {% endfor %}
    where false

),

-- where two sources look into one folder, a file belongs to those that can read it
owned as (

    select *

    from files

    qualify
        records > unreadable_records
        or not coalesce(
            bool_or(records > unreadable_records) over (partition by file_name), false
        )

)

select * from owned
