-- Share of the source's stems that the answer has.
with

stems_of_answers as (

    select id, stem from stems_of_texts where part = 'answer'

),

shares as (

    select
        sources.id,
        count(answers.stem) / count(*) as share

    from stems_of_texts as sources

    left join stems_of_answers as answers using (id, stem)

    where sources.part = 'source'

    group by all

)

select
    calls.id,
    shares.share as score,
    if(shares.share is null, 'no_content_words', null) as error_type

from calls

left join shares using (id)

where calls.source is not null and calls.answer is not null
