{% macro redacted(text) -%}
    {#- without keys, then mail addresses, card numbers and phone numbers -#}
    {%- set ns = namespace(sql=text) -%}
    {%- for mark, before, secret, after in secret_patterns() + personal_patterns() -%}
        {%- set pattern = '(' ~ before ~ ')' ~ secret ~ '(' ~ after ~ ')' -%}
        {%- set ns.sql = "regexp_replace(" ~ ns.sql ~ ", '" ~ pattern ~ "', '\\1" ~ mark
            ~ "\\2', 'g')" -%}
    {%- endfor -%}
    {{ ns.sql }}
{%- endmacro %}

{% macro secret_patterns() -%}
    {#- the texts are JSON, so an escaped \n may precede a key; forty characters in a row are
        a secret of AWS, or a hash -#}
    {%- set escaped = '|\\\\[nrt]|\\\\u[0-9a-fA-F]{4}' -%}
    {%- set edge = '^|[^A-Za-z0-9]' ~ escaped -%}
    {{ return([
        (
            '<KEY>', '',
            '-----BEGIN [A-Z ]*PRIVATE KEY[A-Z ]*-----(?s:.*?)(?:-----END [A-Z ]*-----|$)', '',
        ),
        (
            '<KEY>',
            '(?i)(?:secret|password|passwd|(?:api|access)[-_ ]?key'
            ~ '|(?:access|auth|refresh)[-_ ]?token)'
            ~ '[a-z_ -]*[\\\\"\'\']*\\s*[:=]\\s*[\\\\"\'\']*|bearer\\s+',
            '[A-Za-z0-9/+=_.~-]{16,}', '',
        ),
        (
            '<KEY>', edge,
            '(?:sk|pk|rk|gh[oprsu]|github_pat|glpat|hf|xai|gsk|pplx|nvapi|npm|lsv2|xox[abeprs]'
            ~ '|xapp)[-_][A-Za-z0-9_-]{16,}', '',
        ),
        ('<KEY>', edge, '(?:AKIA|ASIA|AIza|eyJ)[A-Za-z0-9_-]{16,}(?:[.][A-Za-z0-9_-]+)*', ''),
        ('<KEY>', '^|[^A-Za-z0-9/+]' ~ escaped, '[A-Za-z0-9/+]{40}', '[^A-Za-z0-9/+]|$'),
    ]) }}
{%- endmacro %}

{% macro personal_patterns() -%}
    {#- letters of any language, plain or escaped in JSON -#}
    {%- set letter = '[\\p{L}\\p{M}\\p{N}' -%}
    {%- set escaped = '|\\\\+u[0-9a-fA-F]{4})+' -%}
    {%- set domain = '(?:' ~ letter ~ '-]' ~ escaped -%}
    {{ return([
        (
            '<EMAIL>', '',
            '(?:' ~ letter ~ '._%+-]' ~ escaped ~ '(?:@|\\\\+u0040)' ~ domain
            ~ '(?:[.]' ~ domain ~ ')+', '',
        ),
        ('<CARD>', '', '(?:[0-9][ -]?){12,18}[0-9]', ''),
        ('<PHONE>', '', '[+(]?[0-9][0-9 ()./-]{7,}[0-9]', ''),
    ]) }}
{%- endmacro %}
