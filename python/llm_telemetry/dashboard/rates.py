"""Rates of summed counts with their intervals, as SQL."""

# the 97.5 % quantile of the normal distribution, as the marts have it, and its square
Z, Z_SQUARED = "1.959964e0", "3.841459e0"


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
