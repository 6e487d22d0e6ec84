with

contents as (

    select * from {{ ref('int_contents_unioned') }}

)

select * from contents
