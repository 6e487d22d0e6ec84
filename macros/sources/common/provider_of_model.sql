{% macro provider_of_model(model) -%}
    {#- who made the model, for sources without a provider; null if the name does not show it -#}
    {%- set openai = '^(gpt-|chatgpt|o[1-9](-|$)|text-(davinci|embedding)|davinci|ft:gpt)' -%}
    case
        when regexp_matches(lower({{ model }}), '{{ openai }}') then 'openai'
        when contains(lower({{ model }}), 'claude') then 'anthropic'
        when contains(lower({{ model }}), 'gemini') then 'gemini'
        when regexp_matches(
            lower({{ model }}), '^(mistral|mixtral|codestral|ministral|magistral)'
        ) then 'mistral'
        when starts_with(lower({{ model }}), 'command') then 'cohere'
        when starts_with(lower({{ model }}), 'deepseek') then 'deepseek'
        when starts_with(lower({{ model }}), 'grok') then 'xai'
    end
{%- endmacro %}
