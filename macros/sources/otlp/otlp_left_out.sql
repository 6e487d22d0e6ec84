{% macro otlp_left_out(aliases) -%}
    {#- usage of a span that is no call; an agent's may be told by no call below it -#}
    {%- set tokens = [] -%}
    {%- for field in ['prompt_tokens', 'completion_tokens'] -%}
        {%- do tokens.append('try_cast(' ~ otlp_value(aliases, field) ~ ' as double)') -%}
    {%- endfor -%}
    case
        when kind in ('agent', 'step')
            then try_cast(coalesce({{ tokens[0] }}, 0) + coalesce({{ tokens[1] }}, 0) as bigint)
    end as left_out_tokens,
    case
        when kind in ('agent', 'step')
            then try_cast({{ otlp_value(aliases, 'cost_usd') }} as double)
    end as left_out_cost_usd
{%- endmacro %}
