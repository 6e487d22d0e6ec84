-- One less the product of three shares of what the answer has that the source has too: its
-- stems, its numbers, and its names, which are capitalised words within a sentence.
with

answers as (

    select * from texts where part = 'answer'

),

words_of_sources as (

    select id, word from words where part = 'source'

),

stems_of_sources as (

    select id, stem from stems_of_texts where part = 'source'

),

supported_stems as (

    select
        answers.id,
        count(sources.stem) / count(*) as share

    from stems_of_texts as answers

    left join stems_of_sources as sources using (id, stem)

    where answers.part = 'answer'

    group by all

),

-- 1000.0 is 1000
numbers as (

    select distinct
        id,
        part,
        regexp_replace(
            unnest(regexp_extract_all(body, '[0-9]+(?:\.[0-9]+)?')),
            '\.0+$', ''
        ) as number_text

    from texts

    where part in ('answer', 'source')

),

numbers_of_sources as (

    select id, number_text from numbers where part = 'source'

),

supported_numbers as (

    select
        answers.id,
        count(sources.number_text) / count(*) as share

    from numbers as answers

    left join numbers_of_sources as sources using (id, number_text)

    where answers.part = 'answer'

    group by all

),

names as (

    select distinct
        id,
        lower(unnest(regexp_extract_all(
            body,
            '[\p{Ll}\p{N},;:)''"]\s+(\p{Lu}[\p{L}\p{N}]+(?:[.,]\p{N}+)*)',
            1
        ))) as word

    from answers

),

supported_names as (

    select
        names.id,
        count(sources.word) / count(*) as share

    from names

    left join words_of_sources as sources using (id, word)

    group by all

)

select
    calls.id,
    1 - supported_stems.share
        * coalesce(supported_numbers.share, 1)
        * coalesce(supported_names.share, 1) as score,
    if(score is null, 'no_content_words', null) as error_type

from calls

left join supported_stems using (id)

left join supported_numbers using (id)

left join supported_names using (id)

where calls.answer is not null and calls.source is not null
