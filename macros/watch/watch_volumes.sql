{#-
    Steps from the days of a volume (is_past where a day may be in a history) to what is expected on
    the days of a window: the trend of eight full weeks gives each weekday its index, and the trend
    of the history, of days over their index, the level.
-#}
{% macro watch_volume_steps(days, judged) -%}
day_pairs as (

    select
        judged.series_id,
        judged.interaction_date as judged_date,
        days.events,
        days.trials,
        judged.reach,
        {{ iso_weekday('days.interaction_date') }} as weekday,
        -{{ days_between('days.interaction_date', 'judged.interaction_date') }} as place,
        if(
            days.is_past
            and days.interaction_date < judged.interaction_date - {{ watch_gap_days() }},
            days.events,
            null
        ) as past

    from {{ days }} as judged

    inner join {{ days }} as days
        on judged.series_id = days.series_id
            and judged.interaction_date
            between days.interaction_date
            and days.interaction_date + {{ watch_gap_days() | int + 56 }}

    where {{ judged }}

),

{{ watch_volume_trends() }}
{%- endmacro %}

{% macro watch_volume_trends() -%}
trends as (

    select
        series_id,
        judged_date,
        {{ exact_sum('past') }} / nullif(count(past), 0) as level,
        sum(if(past is null, null, place)) / cast(nullif(count(past), 0) as double) as middle,
        (count(past) * {{ exact_sum('past * place') }}
        - {{ exact_sum('past') }} * sum(if(past is null, null, place)))
        / cast(nullif(
            count(past) * sum(if(past is null, null, place * place))
            - power(sum(if(past is null, null, place)), 2), 0
        ) as double) as slope

    from day_pairs

    group by series_id, judged_date

),

{{ watch_weekday_indexes() }}
{%- endmacro %}

{% macro watch_weekday_indexes() -%}
weekday_indexes as (

    select
        day_pairs.series_id,
        day_pairs.judged_date,
        day_pairs.weekday,
        count(day_pairs.past) as weekday_days,
        {{ exact_sum('day_pairs.past') }} / nullif({{ exact_sum('if(
            day_pairs.past is null,
            null,
            greatest(trends.level + trends.slope * (day_pairs.place - trends.middle), 0e0)
        )') }}, 0) as weekday_index

    from day_pairs

    inner join trends
        on day_pairs.series_id = trends.series_id
            and day_pairs.judged_date = trends.judged_date

    group by day_pairs.series_id, day_pairs.judged_date, day_pairs.weekday

),

{{ watch_volume_exposures() }}
{%- endmacro %}

{% macro watch_volume_exposures() -%}
exposed_days as (

    select
        day_pairs.*,
        weekday_indexes.weekday_days,
        weekday_indexes.weekday_index,
        if(
            day_pairs.past is null
            or weekday_indexes.weekday_index = 0
            or day_pairs.place < -day_pairs.reach,
            null,
            weekday_indexes.weekday_index
        ) as exposure

    from day_pairs

    inner join weekday_indexes
        on day_pairs.series_id = weekday_indexes.series_id
            and day_pairs.judged_date = weekday_indexes.judged_date
            and day_pairs.weekday = weekday_indexes.weekday

),

{{ watch_volume_levels() }}
{%- endmacro %}

{% macro watch_volume_levels() -%}
level_sums as (

    select
        series_id,
        judged_date,
        count(exposure) as past_days,
        {{ exact_sum('exposure') }} as past_exposures,
        {{ exact_sum('exposure * place') }} / {{ exact_sum('exposure') }} as middle,
        {{ exact_sum('exposure * place * place') }}
        - power({{ exact_sum('exposure * place') }}, 2) / {{ exact_sum('exposure') }} as spread,
        {{ exact_sum('if(exposure is null, null, past)') }} as past_events,
        {{ exact_sum('if(exposure is null, null, past * place)') }} as placed_events

    from exposed_days

    group by series_id, judged_date

),

{{ watch_expected_volumes() }}
{%- endmacro %}

{% macro watch_expected_volumes() -%}
expected_days as (

    select
        exposed_days.*,
        level_sums.past_days,
        level_sums.past_exposures,
        level_sums.past_events,
        level_sums.middle,
        level_sums.spread,
        greatest(
            exposed_days.weekday_index * (
                level_sums.past_events / level_sums.past_exposures
                + (level_sums.placed_events - level_sums.middle * level_sums.past_events)
                / nullif(level_sums.spread, 0)
                * (exposed_days.place - level_sums.middle)
            ), 0e0
        ) as expected

    from exposed_days

    inner join level_sums
        on exposed_days.series_id = level_sums.series_id
            and exposed_days.judged_date = level_sums.judged_date

),

{{ watch_volume_windows() }}
{%- endmacro %}

{% macro watch_volume_windows() -%}
volume_windows as (

    select
        series_id,
        judged_date,
        {{ exact_sum('if(
            exposure is null or expected = 0,
            null,
            least(power(past - expected, 2) / expected, 1e20)
        )') }} / nullif(max(past_days) - 2, 0) as pearson_dispersion,
        max(past_events) as past_events,
        max(past_days) as past_days,
        max(past_exposures) as past_exposures,
        max(middle) as middle,
        max(spread) as spread,
        {%- for window, is_in in {'day': 'place = 0', 'week': 'place > -7'}.items() %}
        {%- for sum, value in {
            'events': 'events', 'expected': 'expected', 'trials': 'trials',
            'exposures': 'weekday_index', 'places': 'weekday_index * place'
        }.items() %}
        cast(sum(
            if({{ is_in }} and trials > 0, cast({{ value }} as decimal(38, 12)), 0)
        ) as double) as {{ window }}_{{ sum }},
        {%- endfor %}
        min(if({{ is_in }} and trials > 0, weekday_days, null)) as {{ window }}_weekday_days
        {{- ',' if not loop.last }}
        {%- endfor %}

    from expected_days

    group by series_id, judged_date

),

{{ watch_volume_z_scores() }}
{%- endmacro %}

{% macro watch_volume_z_scores() -%}
judged_windows as (

    select
        volume_windows.*,
        series.metric,
        series.dimension,
        series.member,
        {{ row_for_each(list_of('1, 7')) }} as window_days

    from volume_windows

    inner join volume_days as series
        on volume_windows.series_id = series.series_id
            and volume_windows.judged_date = series.interaction_date

),

{{ watch_chosen_windows() }}
{%- endmacro %}

{% macro watch_chosen_windows() -%}
chosen_windows as (

    select
        series_id,
        metric,
        dimension,
        member,
        judged_date,
        window_days,
        {%- for sum in ['events', 'expected', 'trials', 'exposures', 'places', 'weekday_days'] %}
        if(window_days = 1, day_{{ sum }}, week_{{ sum }}) as {{ sum }},
        {%- endfor %}
        past_events,
        past_days,
        pearson_dispersion,
        if(metric = 'interactions', 1e0, 1e-6 * past_events / past_days) as least_dispersion,
        past_exposures,
        middle,
        spread

    from judged_windows

),

{{ watch_volume_deviations() }}
{%- endmacro %}

{% macro watch_volume_deviations() -%}
dispersions as (

    select
        *,
        greatest(pearson_dispersion, least_dispersion) as dispersion,
        if(
            metric = 'interactions' and pearson_dispersion <= least_dispersion or past_days < 3,
            null,
            past_days - 2
        ) as degrees,
        -- the level is an estimate too, the worse the further the window is from the middle of
        -- its history, and so is a weekday's index, of which a week has all
        1 + exposures / past_exposures
        + exposures * power(places / nullif(exposures, 0) - middle, 2) / nullif(spread, 0)
        + if(window_days = 1, 1e0 / nullif(weekday_days, 0), 0e0) as inflation

    from chosen_windows

),

inflated_dispersions as (

    select
        *,
        dispersion * inflation as window_dispersion

    from dispersions

),

{{ watch_volume_tails() }}
{%- endmacro %}

{% macro watch_volume_tails() -%}
deviations as (

    select
        *,
        if(
            -- a day of few calls may well have none, which a gamma takes to be impossible
            metric = 'interactions' or events < expected,
            {{ count_tail_z('events', 'expected', 'window_dispersion') }},
            {{ amount_tail_z('events', 'expected', 'window_dispersion') }}
        ) as t

    from inflated_dispersions

),

z_scores as (

    select
        *,
        {{ student_z('t', 'degrees') }} as z

    from deviations

)
{%- endmacro %}
