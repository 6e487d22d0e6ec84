{% test gate_holds(model, check_name) %}

select *
from {{ model }}
where check_name = '{{ check_name }}' and status = 'failed'

{% endtest %}
