{% macro matches(text, pattern) %}{{ 'regexp_like' if target.type == 'spark' else 'regexp_matches' }}({{ text }}, {{ pattern }}){% endmacro %}

{# every match; what a group held is \1 #}
{% macro replaced(text, pattern, by) %}{{ 'regexp_replace(' ~ text ~ ', ' ~ pattern ~ ', ' ~ by.replace('\\', '$') ~ ')' if target.type == 'spark' else 'regexp_replace(' ~ text ~ ', ' ~ pattern ~ ', ' ~ by ~ ", 'g')" }}{% endmacro %}

{# the texts of a group in one, in the order of their keys #}
{% macro joined_texts(text, separator, key) %}{{ 'string_agg(' ~ text ~ ", '" ~ separator ~ "') within group (order by " ~ key ~ ')' if target.type == 'spark' else 'string_agg(' ~ text ~ ", '" ~ separator ~ "' order by " ~ key ~ ')' }}{% endmacro %}

{% macro sha256_of(text) %}{{ 'sha2(' ~ text ~ ', 256)' if target.type == 'spark' else 'sha256(' ~ text ~ ')' }}{% endmacro %}
