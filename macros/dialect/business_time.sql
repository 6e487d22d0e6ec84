{# what the clock on the wall says in the business's time zone, for a moment in UTC #}
{% macro business_time(moment) %}{{ moment if text_knob('business_time_zone') == 'UTC' else "timezone('" ~ text_knob('business_time_zone') ~ "', timezone('UTC', " ~ moment ~ "))" }}{% endmacro %}
