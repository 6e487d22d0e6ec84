{% macro otlp_nearest_pairs(pairs) -%}
    {#- one round: marks the pairs whose two spans are nearest to each other, and drops the other
        pairs of these spans -#}
    select * exclude (is_best, is_taken)
    from (
        select
            * replace (is_best as is_matched),
            max(is_best) over by_one or max(is_best) over by_other as is_taken
        from (
            select
                *,
                row_number() over nearest_to_one = 1
                and row_number() over nearest_to_other = 1 as is_best
            from {{ pairs }}
            where not is_matched
            window
                nearest_to_one as (
                    partition by pair_type, one.preference
                    order by not is_certain, distance_ns, other.preference
                ),
                nearest_to_other as (
                    partition by pair_type, other.preference
                    order by not is_certain, distance_ns, one.preference
                )
        )
        window
            by_one as (partition by pair_type, one.preference),
            by_other as (partition by pair_type, other.preference)
    )
    where is_best or not is_taken
{%- endmacro %}
