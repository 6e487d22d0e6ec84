"""What `make bench` compares, in the order of the page.

Each module has ``cases``, what to measure by name, and ``section``, what to say of it.
"""

from types import ModuleType

from comparisons import (
    before_and_after,
    calls_captured,
    dashboard,
    dbt_overhead,
    deciding,
    kills_survived,
    landing,
    one_more_day,
    pipelines,
    pricing_calls,
    published,
    spans_read,
)

COMPARISONS: dict[str, ModuleType] = {
    module.__name__.split(".")[-1]: module
    for module in (
        before_and_after,
        dbt_overhead,
        landing,
        pipelines,
        one_more_day,
        deciding,
        published,
        kills_survived,
        spans_read,
        pricing_calls,
        calls_captured,
        dashboard,
    )
}
