"""What dbt and DuckDB say of a failure, without what stood in the telemetry."""

import re
from collections.abc import Iterator

# of dbt itself: it indents the text of an error
OF_DBT = re.compile(r"\S|  \w+ Error in \w+ \w+ \(")
# errors in values, which quote them; the others quote the project's own SQL
IN_VALUES = re.compile(
    r"\s*(Invalid Input|Conversion|Out of Range|Constraint|Serialization) Error:"
)
QUOTED = re.compile(r"""["'].*""")


def without_content(log: str) -> str:
    """Return dbt's errors without the lines and values of files that they quote."""
    return "\n".join(_kept(log))


def _kept(log: str) -> Iterator[str]:
    is_quoting = False
    for line in log.splitlines():
        if IN_VALUES.match(line):
            is_quoting = True
            yield QUOTED.sub("(a value is left out)", line)
        elif OF_DBT.match(line) or not is_quoting:
            is_quoting = False
            yield line
