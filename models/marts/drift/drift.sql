with

drift_tests as (

    select * from {{ ref('int_drift_tests') }}

),

windows as (

    select * from {{ ref('windows') }}

),

drift_thresholds as (

    select * from {{ ref('drift_thresholds') }}

),

effects_with_thresholds as (

    select
        drift_tests.*,
        case
            when drift_tests.effect >= drift_thresholds.high_threshold then 'high'
            when drift_tests.effect >= drift_thresholds.medium_threshold
                then 'medium'
            else 'low'
        end as reference_severity,
        drift_tests.effective_rows >= drift_thresholds.medium_min_effective_rows
        is not true as is_underpowered_for_medium,
        drift_tests.effective_rows >= drift_thresholds.high_min_effective_rows
        is not true as is_underpowered_for_high,
        windows.overlap_rate,
        -- early and late sessions may overlap; a random split does so fully
        drift_tests.window_pair = 'history_to_evaluation'
        and windows.overlap_rate > {{ knob('max_window_overlap_rate') }}
            as is_overlapping

    from drift_tests

    inner join drift_thresholds
        on drift_tests.feature_type = drift_thresholds.feature_type

    inner join windows
        on case drift_tests.window_pair
                when 'history_to_evaluation' then 'evaluation'
                else 'drift_current'
            end = windows.window_name

),

verdicts as (

    select
        window_pair,
        feature,
        feature_type,
        reference_rows,
        current_rows,
        bins,
        psi,
        tv_distance,
        case
            when is_overlapping or not is_measured then null
            when q_value <= {{ knob('drift_false_discovery_rate') }}
                then reference_severity
            else 'low'
        end as severity,
        case
            when is_overlapping then 'windows_overlap'
            when not is_measured then 'not_measured'
            when severity != 'low' then 'drift'
            when is_underpowered_for_medium then 'underpowered'
            else 'no_drift'
        end as verdict,
        p_value,
        q_value,
        design_effect,
        sampled_sessions,
        effective_rows,
        is_underpowered_for_medium,
        is_underpowered_for_high,
        reference_severity,
        reference_missing_rate,
        current_missing_rate,
        overlap_rate,
        leading_bin,
        leading_bin_reference_share,
        leading_bin_current_share

    from effects_with_thresholds

)

select * from verdicts
