with

prices as (
    {{ price_books() }}
)

select * from prices
