{% macro redacted(text) -%}
    {#- what looks like a mail address, a key, a card or a phone number, in this order -#}
    {%- set patterns = {
        '<EMAIL>': '[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+([.][A-Za-z0-9-]+)+',
        '<KEY>': '(sk|pk|rk|ghp|gho|xox[abprs]|AKIA|AIza|eyJ)[-_]?[A-Za-z0-9_-]{16,}',
        '<CARD>': '([0-9][ -]?){12,18}[0-9]',
        '<PHONE>': '[+(]?[0-9][0-9 ()./-]{7,}[0-9]',
    } -%}
    {%- set ns = namespace(sql=text) -%}
    {%- for mark, pattern in patterns.items() -%}
        {%- set ns.sql = "regexp_replace(" ~ ns.sql ~ ", '" ~ pattern ~ "', '" ~ mark ~ "', 'g')" -%}
    {%- endfor -%}
    {{ ns.sql }}
{%- endmacro %}
