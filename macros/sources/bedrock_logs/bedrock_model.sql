{% macro bedrock_model(model_id) -%}
    {#- the model of an ARN of a model or of a profile for several regions; null for a profile,
        throughput or router with a name of its own -#}
    case
        when not starts_with({{ model_id }}, 'arn:') then {{ model_id }}
        when regexp_matches({{ model_id }}, ':(?:foundation-model|inference-profile)/')
            then regexp_extract({{ model_id }}, '/([^/]+)$', 1)
    end
{%- endmacro %}

{% macro bedrock_exclusion() -%}
    {#- the check that counts a row which is no call to a model that answers in words; else null -#}
    {%- set other_models = '(?i)embed|rerank|image|canvas|stability[.]|reel|marengo|upscale' -%}
    {%- set refusals = '(?i)access.?denied|unrecognized.?client|expired.?token'
        ~ '|signature|resource.?not.?found' -%}
    case
        when regexp_matches(model_name, '{{ other_models }}') then 'left_out_spend'
        when regexp_matches(error_code, '{{ refusals }}') then 'gateway_refusal'
    end
{%- endmacro %}
