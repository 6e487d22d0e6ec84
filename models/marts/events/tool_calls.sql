with

tool_calls as (

    select * from {{ ref('int_tool_calls_unioned') }}

)

select * from tool_calls
