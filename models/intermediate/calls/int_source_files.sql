{%- set sources = sources_on() | reject('equalto', 'telemetry_csv') | list -%}
{%- set of_otlp = ['kinds_seen', 'silent_scope', 'silent_calls', 'silent_failures'] -%}
{%- set no_values = [] -%}
{%- for column in of_otlp -%}
    {%- do no_values.append(
        'cast(null as ' ~ ('string' if loop.index < 3 else 'bigint') ~ ') as ' ~ column
    ) -%}
{%- endfor %}

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
        {{ of_otlp | join(', ') if source == 'otlp' else no_values | join(', ') }}

    from {{ ref('stg_otlp__files') if source == 'otlp' else source ~ '_files' }}

    union all
    {% endfor %}
    select
        cast(null as string) as source,
        cast(null as string) as file_name,
        cast(null as bigint) as records,
        cast(null as bigint) as unreadable_records,
        {{ no_values | join(', ') }}

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
