select
    cast(null as string) as interaction_id,
    cast(null as string) as evaluator,
    cast(null as string) as evaluator_version,
    cast(null as string) as evaluator_kind,
    cast(null as double) as score,
    cast(null as double) as sample_share,
    cast(null as string) as error_type,
    cast(null as timestamp) as scored_at
where false
