-- What the evaluators read: the words of each text, and their stems without stop words.
-- Lists are made once, in tables: a macro on lists is computed again at every place where
-- it is used.

create or replace temporary table texts as

with

bodies as (

    select id, 'prompt' as part, 0 as number, prompt as body from calls
    union all
    select id, 'answer', 0, answer from calls
    union all
    select id, 'source', 0, source from calls
    union all
    select id, 'alias', number, body from aliases

),

-- without accents, and without the commas of 1,000,000, of which one pass finds every second
plain_bodies as (

    select
        id,
        part,
        number,
        regexp_replace(
            regexp_replace(strip_accents(body), '([0-9]),([0-9]{3})', '\1\2', 'g'),
            '([0-9]),([0-9]{3})', '\1\2', 'g'
        ) as body

    from bodies

    where body is not null

)

select
    *,
    -- letters of any language; 3.5 is a word
    regexp_extract_all(lower(body), '[\p{L}\p{N}]+(?:[.,]\p{N}+)*') as words

from plain_bodies;

create or replace temporary table words as

select distinct
    id,
    part,
    number,
    unnest(words) as word

from texts;

-- a light stemmer of English, which leaves three letters at least
create or replace temporary table stems as

with

distinct_words as (

    select distinct word from words

),

singular as (

    select
        word,
        regexp_replace(word, '(ies|ied)$', 'y') as singular

    from distinct_words

    where word not in (select unnest(regexp_extract_all(
        'a about after all also am an and any are as at be been before being both but by
        can could d did do does during each for from had has have having he her here his
        how i if in into is it its just ll may me might more most my no nor not of on only
        or other our out over own re s said same say says shall she should so some such t
        than that the their them then there these they this those to too up us ve very was
        we were what when where which while who whom why will with would you your',
        '[a-z]+'
    )))

),

without_suffix as (

    select
        word,
        regexp_replace(
            singular,
            '(ations?|ements?|ments?|ingly|edly|ings?|ers?|ed|es|e|ly|s)$',
            ''
        ) as stem

    from singular

)

select
    word,
    case
        when length(word) < 4 or length(stem) < 3 or regexp_matches(word, '\p{N}')
            then word
        else stem
    end as stem

from without_suffix;

create or replace temporary table stems_of_texts as

select distinct
    words.id,
    words.part,
    words.number,
    stems.stem

from words

inner join stems using (word);
