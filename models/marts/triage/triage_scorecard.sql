-- `llm-telemetry run` replaces these rows by those of the model it has just fitted
with

source as (

    {{ read_scorecard(['term', 'kind', 'feature', 'level', 'log_odds', 'weight']) }}

),

typed as (

    select
        term,
        kind,
        nullif(feature, '') as feature,
        nullif(level, '') as level,
        cast(nullif(log_odds, '') as double) as log_odds,
        cast(weight as double) as weight

    from source

)

select * from typed
