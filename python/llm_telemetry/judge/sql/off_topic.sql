-- One less the share of the prompt's stems that the answer has.
with

stems_of_answers as (

    select id, stem from stems_of_texts where part = 'answer'

),

shares as (

    select
        prompts.id,
        count(answers.stem) / count(*) as share

    from stems_of_texts as prompts

    left join stems_of_answers as answers using (id, stem)

    where prompts.part = 'prompt'

    group by all

)

select
    calls.id,
    1 - shares.share as score,
    if(shares.share is null, 'no_content_words', null) as error_type

from calls

left join shares using (id)

where calls.prompt is not null and calls.answer is not null
