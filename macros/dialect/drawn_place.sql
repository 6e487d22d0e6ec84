{# a place from 1 to `places`, drawn at random for what is counted by `what`, and the same on every machine #}
{% macro drawn_place(places, what) %}1 + cast(md5_number_lower(concat_ws('|', cast({{ knob('random_seed') }} as bigint), {{ what }})) % {{ places }} as bigint){% endmacro %}
