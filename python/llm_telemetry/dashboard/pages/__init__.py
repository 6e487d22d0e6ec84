"""The pages: each answers the question that its title asks.

A page is a module with ``TITLE`` and ``draw()``. What it shows is a column of a mart,
or a ratio of two sums of columns, by SQL.
"""

# in the order of the navigation: section, then module and what it is called there
PAGES: dict[str, dict[str, str]] = {
    "Decide": {
        "decisions": "Decisions",
        "overview": "Overview",
        "slices": "Slices",
        "reviews": "Review queue",
    },
    "Measure": {
        "latency": "Latency",
        "cost": "Cost",
        "tokens": "Tokens",
        "reliability": "Reliability",
        "quality": "Quality",
        "providers": "Providers",
        "workflows": "Workflows",
    },
    "Watch": {"live": "Live", "alerts": "Alerts"},
    "Find": {"explore": "Explore"},
}
