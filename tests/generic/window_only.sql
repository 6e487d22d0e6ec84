{#- a policy chosen on the rows it is judged by, or the reverse, flatters itself -#}
{% test window_only(model, window_name) %}

with

interactions as (

    select * from {{ ref('interactions') }}

),

counted as (

    select
        use_case,
        model_name,
        sum(interactions) as counted_interactions

    from {{ model }}

    group by all

),

expected as (

    select
        use_case,
        model_name,
        count(*) as window_interactions

    from interactions

    where
        decision_window = '{{ window_name }}'
        and use_case is not null
        and model_name is not null
        and cache_hit is not true

    group by all

)

select
    expected.*,
    counted.*

from expected

full outer join counted
    on
        expected.use_case = counted.use_case
        and expected.model_name = counted.model_name

where expected.window_interactions is distinct from counted.counted_interactions

{% endtest %}
