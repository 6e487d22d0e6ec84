{#- regular expressions without regard to case, of fixed words alone: what they match in a
    message is kept, and the rest of the message may quote a prompt -#}

{% macro rate_limit_words() -%}
    {#- an overloaded provider (HTTP 503, 529) limits nobody's rate: it is a provider error -#}
    {{ return([
        'rate.?limit', 'too.?many.?(?:requests|concurrent)', '[a-z]*throttl[a-z]*',
        'resource.?(?:has.?been.?)?exhausted', 'slow.?down',
        'insufficient.?quota', 'quota.?(?:has.?been.?|was.?|is.?)?(?:exceeded|exhausted|reached)',
        'exceeded.(?:(?:your|the|its|current|daily|monthly|call|volume|token) )*quota',
        'out.of.call.volume.quota', 'capacity.?exceeded', 'throughput.?exceeded',
        '(?:request|bandwidth).?limit.?exceeded', '\\blimit.?exceeded.?exception',
        'wait.before.trying.again',
    ] | join('|')) }}
{%- endmacro %}

{% macro timeout_words() -%}
    {{ return('time.?d?.?out|deadline') }}
{%- endmacro %}

{% macro safety_words() -%}
    {{ return([
        'content.?(?:filter|policy|management|moderation)', 'guardrail', 'blocked.?pii',
        'prohibited.?content', 'responsible.?ai', 'moderation.?blocked', 'data.?inspection',
        'safety.?(?:system|filter|violation|block)', 'due.to.safety', 'blocked.?prompt',
        'usage.polic(?:y|ies)', 'model.?armor',
    ] | join('|')) }}
{%- endmacro %}

{% macro safety_finish_reasons() -%}
    {#- OpenAI and Azure, Anthropic, Bedrock, Gemini and Vertex, Cohere, Zhipu -#}
    {{ return('(?:' ~ [
        'content_?filter(?:ed)?', 'refusal', 'guardrail_?intervened',
        '(?:image_)?(?:safety|recitation|prohibited_?content)', 'blocklist', 'spii',
        'model_armor', 'jailbreak', 'error_toxic', 'sensitive',
    ] | join('|') ~ ')') }}
{%- endmacro %}

{% macro caller_gone_words() -%}
    {{ return([
        'generator.?exit', 'abort.?error', 'client.?(?:has.)?disconnect', 'client.?abort',
        'client.closed.request', 'broken.?pipe', 'keyboard.?interrupt', 'response.?aborted',
        'aborted.a.request', 'abandoned.stream', 'context.cancell?ed', '^cancell?ed\\b',
        '(?:request|operation|task|call|stream).(?:was.|has.been.)?(?:aborted|cancell?ed)',
    ] | join('|')) }}
{%- endmacro %}

{% macro unspecific_error_names() -%}
    {{ return(
        '(?:_?other|undefined|null|none|failed|failure|true|[[]object object[]]'
        ~ '|(?:an?.)?(?:unknown|base)?.?(?:error|exception|unknown)?)'
    ) }}
{%- endmacro %}

{% macro http_status(codes) -%}
    {{ return('(?:^|[^0-9.,])(?:' ~ codes ~ ')(?:[^0-9]|$)') }}
{%- endmacro %}

{% macro error_words(message) -%}
    {#- the words of a message that tell how a call failed; a number only where it is a status -#}
    {%- set patterns = [
        '(?:^[^a-z0-9]*|\\()[45][0-9]{2}\\b',
        '[a-z_.]*(?:code|status|http|error|exception)[^a-z0-9]{1,4}(?:[12](?:[.][01])?.)?'
        ~ '[45][0-9]{2}\\b',
        '[a-z_.]*(?:error|exception)\\b',
        rate_limit_words(), timeout_words(), safety_words(), caller_gone_words(),
    ] -%}
    {{ joined_words("regexp_extract_all(" ~ message ~ ", '(?i)" ~ patterns | join('|') ~ "')") }}
{%- endmacro %}

{% macro joined_words(list) -%}
    {#- null where there are none; nullif of a joined text would search for its words twice -#}
    list_aggregate({{ list }}, 'string_agg', ' ')
{%- endmacro %}
