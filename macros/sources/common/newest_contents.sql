{% macro newest_contents(contents, interactions) -%}
    {#- of a call that was delivered twice, the texts that sort last -#}
    select
        contents.interaction_id,
        max(contents.prompt_text) as prompt_text,
        max(contents.response_text) as response_text,
        max(contents.prompt_chars) as prompt_chars
    from {{ contents }} as contents
    semi join {{ interactions }} as interactions
        on contents.interaction_id = interactions.interaction_id
    where coalesce(
        contents.prompt_text, contents.response_text, cast(contents.prompt_chars as varchar)
    ) is not null
    group by all
{%- endmacro %}
