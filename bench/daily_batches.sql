create table calls_of_days as
select
    interactions.*,
    first_calls.day

from interactions

inner join (
    select
        session_id,
        date_diff(
            'day', getvariable('begin'), cast(min(timestamp_utc) as timestamp)
        ) as day

    from interactions

    group by all
) as first_calls
    on interactions.session_id = first_calls.session_id;

create table days_of_sessions as
select distinct session_id, day
from calls_of_days;

create macro later(moment, day) as strftime(
    cast(moment as timestamp) + to_days(cast(
        day - day % getvariable('world_days') - getvariable('earlier_days') as int
    )),
    '%Y-%m-%dT%H:%M:%SZ'
);

create macro renewed(id, day, number) as
concat(id, '-', day // getvariable('world_days'), '-', number);

create macro calls(a_day, copies) as table
select
    calls_of_days.* exclude (day)
    replace (
        renewed(interaction_id, a_day, number) as interaction_id,
        renewed(session_id, a_day, number) as session_id,
        concat(user_id, '-', number) as user_id,
        later(timestamp_utc, a_day) as timestamp_utc
    )

from calls_of_days

cross join range(copies) as numbers (number)

where day = a_day % getvariable('world_days');

create macro sessions(a_day, copies) as table
select
    sessions_summary.*
    replace (
        renewed(sessions_summary.session_id, a_day, number) as session_id,
        concat(user_id, '-', number) as user_id,
        later(start_timestamp_utc, a_day) as start_timestamp_utc,
        later(end_timestamp_utc, a_day) as end_timestamp_utc
    )

from sessions_summary

inner join days_of_sessions
    on sessions_summary.session_id = days_of_sessions.session_id

cross join range(copies) as numbers (number)

where day = a_day % getvariable('world_days');

create table users as
with

days_of_users as (
    select
        user_id,
        days.number as day,
        coalesce(sum(cast(cost_usd as decimal(18, 6))), 0) as cost_usd,
        sum(cast(total_tokens as bigint)) as tokens,
        count(*) as requests,
        count(*) filter (where is_failure = 'True') as failures

    from calls_of_days

    inner join range(getvariable('first_day'), getvariable('end_day')) as days (number)
        on calls_of_days.day = days.number % getvariable('world_days')

    group by all
)

select
    user_id,
    day,
    sum(cost_usd) over so_far as user_total_cost_usd,
    sum(tokens) over so_far as user_total_tokens,
    sum(requests) over so_far as user_total_requests,
    sum(failures) over so_far as user_total_failures

from days_of_users

window so_far as (partition by user_id order by day);

create macro users_by_day(a_day, copies) as table
select
    users.* exclude (day)
    replace (concat(user_id, '-', number) as user_id)

from users

cross join range(copies) as numbers (number)

where day = a_day;
