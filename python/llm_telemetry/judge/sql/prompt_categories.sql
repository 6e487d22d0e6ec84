-- One row per prompt template: the category of most of its texts, and how many agree.
with

-- the first rule that matches counts
categories_of_texts as (

    select
        texts.prompt_id,
        texts.number,
        coalesce(arg_min(rules.category, rules.position), 'other') as category

    from texts

    left join rules on regexp_matches(lower(texts.body), rules.pattern)

    group by texts.prompt_id, texts.number

),

counted as (

    select
        prompt_id,
        category,
        count(*) as agreeing,
        sum(count(*)) over (partition by prompt_id) as texts

    from categories_of_texts

    group by prompt_id, category

)

select
    prompt_id,
    category,
    cast(texts as integer) as texts,
    agreeing / texts as share

from counted

qualify row_number() over (
        partition by prompt_id order by agreeing desc, category
    ) = 1

order by prompt_id
