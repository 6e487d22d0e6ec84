"""SQL that several queries share: rates, means and unit costs of summed columns.

They are the formulas of macros/statistics, for sums over whatever a person chose.
"""

# the 97.5 % quantile of the normal distribution, as the marts have it, and its square
Z, Z_SQUARED = "1.959964e0", "3.841459e0"
# of fewer values, the interval of a mean is too narrow, and that of a rate says little
LEAST_VALUES = 30


def rate(successes: str, trials: str, name: str) -> str:
    """Return three columns: a rate and its 95 % interval by Wilson (1927).

    ``successes`` and ``trials`` are expressions of whole numbers, such as
    ``sum(failures)``; without trials, all three are null.
    """
    wide = f"({trials} + {Z_SQUARED})"
    centre = f"({successes} + {Z_SQUARED} / 2) / {wide}"
    share = f"{successes} / cast(nullif({trials}, 0) as double)"
    spread = f"({successes}) * (1e0 - {share}) + {Z_SQUARED} / 4"
    # rounding may leave a hair below zero, of which there is no root
    margin = f"{Z} * sqrt(greatest({spread}, 0e0)) / {wide}"
    return (
        f"{share} as {name}, "
        f"if({trials} > 0, greatest(0e0, {centre} - {margin}), null) as {name}_low, "
        f"if({trials} > 0, least(1e0, {centre} + {margin}), null) as {name}_high"
    )


def mean(total: str, squares: str, trials: str, name: str) -> str:
    """Return a mean with its 95 % interval, as columns; null of too few values."""
    centre = f"({total} / {trials})"
    margin = (
        f"{Z} * sqrt(greatest(0e0, {squares} - {total} * {centre}) "
        f"/ ({trials} - 1) / {trials})"
    )
    columns = {
        "": centre,
        "_low": f"{centre} - {margin}",
        "_high": f"{centre} + {margin}",
    }
    return ", ".join(
        f"if({trials} >= {LEAST_VALUES}, {value}, null) as {name}{end}"
        for end, value in columns.items()
    )


def ratio(total: str, count: str, name: str) -> str:
    """Return a total over a count, as a column; null where the count is 0."""
    return f"{total} / nullif({count}, 0) as {name}"


def total(column: str, condition: str) -> str:
    """Return the sum of a column where a condition holds, 0 where it never does."""
    return f"coalesce(sum({column}) filter (where {condition}), 0)"


def enough(trials: str) -> str:
    """Return a number of trials, or 0 where they are too few for a rate."""
    return f"if({trials} >= {LEAST_VALUES}, {trials}, 0)"


# of usage_by_day
FAILURES = rate("sum(failures)", "sum(known_outcomes)", "failure_rate")
SUCCESSES = rate(
    "sum(known_outcomes - failures)", "sum(known_outcomes)", "success_rate"
)
BREACHES = rate("sum(sla_breaches)", "sum(measured_latencies)", "sla_breach_rate")
COMPLIANCE = rate(
    "sum(measured_latencies - sla_breaches)",
    "sum(measured_latencies)",
    "sla_compliance_rate",
)
HALLUCINATIONS = rate(
    "sum(hallucinations)",
    enough("sum(known_hallucination_flags)"),
    "hallucination_rate",
)
COST = "if(sum(costed_interactions) > 0, sum(cost_usd), null) as cost_usd"
# with a reason of its own where a model has attempts and no final one
USD_PER_OPERATIONS = (
    ratio(
        "1000 * sum(cost_usd) filter (where costed_interactions > 0)",
        "sum(operations)",
        "usd_per_1000_operations",
    )
    + ", if(sum(operations) = 0, 'no final attempt', null)"
    " as usd_per_1000_operations_why"
)

# of answers_by_day
FEEDBACK = mean(
    "sum(feedback_score_sum)",
    "sum(feedback_score_squares)",
    "sum(rated_interactions)",
    "average_feedback_score",
)
USD_PER_TOKENS = ratio(
    "1000000 * sum(tokened_cost_usd)", "sum(costed_tokens)", "usd_per_million_tokens"
)
TOTAL_TOKENS = "if(sum(tokened_interactions) > 0, sum(total_tokens), null)"
TOTAL_TOKENS += " as total_tokens"
TOKENS = ratio("sum(total_tokens)", "sum(tokened_interactions)", "tokens_per_call")
TOKEN_PARTS = ", ".join(
    (
        ratio(
            "sum(prompt_tokens)",
            "sum(interactions) filter (where min_prompt_tokens is not null)",
            "prompt_tokens_per_call",
        ),
        ratio(
            "sum(completion_tokens)",
            "sum(completed_interactions)",
            "completion_tokens_per_call",
        ),
    )
)
