{%- set of_file = env_var('LLM_TELEMETRY_FILE_KNOBS', '').split(',') -%}

with

knobs as (
    {% for name, declared in var('knobs').items() %}
    {%- set is_text = declared.default is string %}
    select
        '{{ name }}' as knob,
        {{ 'cast(null as double)' if is_text else knob(name) }} as setting,
        {{ "'" ~ text_knob(name) ~ "'" if is_text else 'cast(null as string)' }}
            as setting_text,
        '{{ declared.unit }}' as unit,
        {%- set is_set = env_var(name | upper, '') != '' %}
        '{{ 'file' if name in of_file else 'environment' if is_set else 'project' }}'
            as set_by
    {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select * from knobs
