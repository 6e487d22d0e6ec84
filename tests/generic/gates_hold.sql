{#- print_problems names each gate that fails, with what to do -#}
{% test gates_hold(model) %}

    select * from {{ model }} where status = 'failed'

{% endtest %}
