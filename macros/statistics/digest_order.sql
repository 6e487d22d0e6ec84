{% macro digest_order(session_id) -%}
    {#- the order that sessions are sampled in: names may follow time, and hash() may change between
        versions of an engine -#}
    md5({{ session_id }}), {{ session_id }}
{%- endmacro %}
