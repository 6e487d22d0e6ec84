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
        '{{ 'environment' if env_var(name | upper, '') else 'project' }}' as set_by
    {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select * from knobs
