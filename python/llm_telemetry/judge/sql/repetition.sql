-- Share of the answer's sequences of three words that it had before.
with

positions as (

    select
        id,
        words,
        unnest(range(1, len(words) - 1)) as position

    from texts

    where part = 'answer' and len(words) >= 3

),

sequences as (

    select
        id,
        array_to_string(words[position:position + 2], ' ') as sequence

    from positions

),

shares as (

    select
        id,
        1 - count(distinct sequence) / count(*) as share

    from sequences

    group by id

)

select
    answers.id,
    coalesce(shares.share, 0) as score,
    cast(null as varchar) as error_type

from texts as answers

left join shares using (id)

where answers.part = 'answer'
