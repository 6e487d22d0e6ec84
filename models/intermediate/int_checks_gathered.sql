with

gathered as (

    select * from {{ ref('int_checks_of_files') }}
    union all by name
    select * from {{ ref('int_checks_of_sources') }}
    union all by name
    select * from {{ ref('int_checks_of_columns') }}
    union all by name
    select * from {{ ref('int_checks_of_keys') }}
    union all by name
    select * from {{ ref('int_checks_of_references') }}
    union all by name
    select * from {{ ref('int_checks_of_values') }}
    union all by name
    select * from {{ ref('int_checks_of_arms') }}
    union all by name
    select * from {{ ref('int_checks_of_summaries') }}
    union all by name
    select * from {{ ref('int_checks_of_casts') }}

)

select * from gathered
