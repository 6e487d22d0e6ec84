-- Words of the source per word of the answer.
with

sources as (

    select id, words from texts where part = 'source'

),

answers as (

    select id, words from texts where part = 'answer'

)

select
    answers.id,
    len(sources.words) / nullif(len(answers.words), 0) as score,
    if(len(answers.words) = 0, 'no_words', null) as error_type

from answers

inner join sources using (id)
