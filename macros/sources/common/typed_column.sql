{% macro typed_column(name, type) -%}
    {{ {
        'text': safe_text,
        'user': safe_user,
        'double': safe_double,
        'bigint': safe_bigint,
        'boolean': safe_boolean,
        'timestamp': safe_timestamp,
        'moment': safe_moment,
    }[type](name) }}
{%- endmacro %}
