select
    cast(null as date) as interaction_date,
    cast(null as string) as metric,
    cast(null as string) as dimension,
    cast(null as string) as member,
    cast(null as bigint) as window_days,
    cast(null as double) as value,
    cast(null as double) as baseline,
    cast(null as double) as ratio,
    cast(null as double) as change,
    cast(null as double) as expected_low,
    cast(null as double) as expected_high,
    cast(null as double) as exposure,
    cast(null as bigint) as history_days,
    cast(null as double) as dispersion,
    cast(null as double) as z,
    cast(null as double) as p_value,
    cast(null as double) as max_p_value,
    cast(null as string) as against,
    cast(null as string) as verdict

where false
