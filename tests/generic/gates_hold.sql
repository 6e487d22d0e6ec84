{#- names each gate that fails, with what to do -#}
{% test gates_hold(model) %}

    {{ logged_rows(
        "select 'gate_' || check_name as gate, table_name || '.' || column_name || ': ' || failed_rows || ' of ' || checked_rows"
        ~ " || coalesce(', e.g. ' || example_key, '') || ': ' || remedy as failure from " ~ model ~ " where status = 'failed'",
        model.identifier
    ) }}

{% endtest %}
