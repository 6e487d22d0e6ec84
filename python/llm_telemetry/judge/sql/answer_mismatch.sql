-- One less the largest share of an alias's stems in the answer; 0 where the answer has the
-- alias word by word, which also finds an alias of stop words only.
with

answers as (

    select id, words from texts where part = 'answer'

),

expected as (

    select id, number, words

    from texts

    where part = 'alias' and len(words) > 0

),

stems_of_answers as (

    select id, stem from stems_of_texts where part = 'answer'

),

shares as (

    select
        expected.id,
        expected.number,
        count(found.stem) / count(*) as share

    from stems_of_texts as expected

    left join stems_of_answers as found using (id, stem)

    where expected.part = 'alias'

    group by all

),

matches as (

    select
        expected.id,
        greatest(
            coalesce(shares.share, 0),
            cast(contains(
                ' ' || array_to_string(answers.words, ' ') || ' ',
                ' ' || array_to_string(expected.words, ' ') || ' '
            ) as double)
        ) as matched_share

    from expected

    inner join answers using (id)

    left join shares using (id, number)

)

select
    id,
    1 - max(matched_share) as score,
    cast(null as varchar) as error_type

from matches

group by id
