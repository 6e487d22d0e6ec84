{% macro evaluator_kind(evaluator) -%}
    {#- what the sources call evaluators; null for other names, and for Langfuse's API, through
        which anybody writes scores -#}
    case
        when lower({{ evaluator }}) in ('human', 'person', 'annotation', 'annotator', 'user')
            then 'person'
        when lower({{ evaluator }}) in ('llm', 'model', 'llm_judge', 'ai_judge', 'eval')
            then 'model'
        when lower({{ evaluator }}) = 'code' then 'code'
        when lower({{ evaluator }}) = 'descriptor' then 'descriptor'
    end
{%- endmacro %}
