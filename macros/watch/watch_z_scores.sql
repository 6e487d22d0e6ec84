{#-
    Steps from the sums of a history (past_events of past_trials on past_days, past_squares the sum
    of events squared over trials) and of a window (events of trials) to the z of the window. A rate
    or score above one half is judged by what is missing to one, which is rarer and therefore skewed
    upwards.
-#}
{% macro watch_z_scores(windows) -%}
rarer_outcomes as (

    select
        *,
        {%- set is_mostly = "kind in ('rate', 'score') and past_events > past_trials / 2" %}
        {{ is_mostly }} as is_complement,
        if({{ is_mostly }}, greatest(past_trials - past_events, 0e0), past_events) as k_past,
        if({{ is_mostly }}, past_trials - 2 * past_events + past_squares, past_squares) as squares,
        if({{ is_mostly }}, greatest(trials - events, 0e0), events) as k

    from {{ windows }}

),

{{ watch_dispersions() }}
{%- endmacro %}

{% macro watch_dispersions() -%}
dispersions as (

    select
        *,
        -- a count varies at least as a binomial does, and no amount is known to seven digits
        if(kind = 'rate', 1 - k_past / nullif(past_trials, 0), 1e-6 * k_past / past_trials)
            as least_dispersion,
        (squares * past_trials / nullif(k_past, 0) - k_past) / nullif(past_days - 1, 0)
            as pearson_dispersion

    from rarer_outcomes

),

{{ watch_expectations() }}
{%- endmacro %}

{% macro watch_expectations() -%}
histories as (

    select
        *,
        coalesce(greatest(pearson_dispersion, least_dispersion), least_dispersion) as dispersion,
        kind = 'rate' and coalesce(pearson_dispersion <= least_dispersion, true) as is_at_least,
        kind = 'rate' and k_past < {{ knob('watch_min_history_events') }}
        * coalesce(greatest(pearson_dispersion, least_dispersion), least_dispersion) as is_rare

    from dispersions

),

expectations as (

    select
        * {{ exclude_columns('dispersion') }},
        if(is_rare, 1e0, dispersion) as dispersion,
        if(is_rare or is_at_least or past_days < 2, null, past_days - 1) as degrees,
        -- of few events, the rate that they leave possible
        trials * if(is_rare, k_past + 2 * sqrt(k_past) + 3, k_past) / past_trials as expected,
        if(is_rare, 1e0, dispersion) * (1 + trials / past_trials) as window_dispersion

    from histories

),

{{ watch_deviations() }}
{%- endmacro %}

{% macro watch_deviations() -%}
deviations as (

    select
        *,
        if(
            kind = 'rate',
            {{ count_tail_z('k', 'expected', 'window_dispersion') }},
            {{ amount_tail_z('k', 'expected', 'window_dispersion') }}
        ) as t,
        -- if all trials had been events
        {{ count_tail_z('trials', 'expected', 'window_dispersion') }} as largest_t

    from expectations

),

z_scores as (

    select
        *,
        {{ student_z('if(is_rare, greatest(t, 0e0), t)', 'degrees') }} as k_z,
        {{ student_z('largest_t', 'degrees') }} as largest_z

    from deviations

)
{%- endmacro %}
