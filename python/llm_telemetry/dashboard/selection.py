"""Which calls Explore shows: filters and a search, as SQL with parameters.

A search matches literally and ignores case, letter by letter as DuckDB's ``lower``.
What a person typed is a parameter, never part of the SQL.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

MOST_SHOWN = 200
# a call without a value is in the slice `unknown`
NAMES = (
    *("use_case", "account_tier", "channel", "region", "segment"),
    *("model_provider", "model_name", "prompt_version", "environment"),
    "failure_type",
)
# a failure is of the type that `failure_types` counts it by
FAILURE_TYPE = """if(
    is_failure,
    coalesce(nullif(lower(failure_type), 'none'), 'unlabelled'),
    lower(failure_type)
)"""
LABELS = {name: name for name in NAMES} | {"failure_type": FAILURE_TYPE}
# what each choice of a filter means
CHOICES = {
    "status": {
        "failed": "is_failure",
        "succeeded": "not is_failure",
        "unknown": "is_failure is null",
    },
    "hallucination": {
        "yes": "hallucination_flag",
        "no": "not hallucination_flag",
        "unknown": "hallucination_flag is null",
    },
    "sla": {
        "breached": "is_sla_breach",
        "met": "not is_sla_breach",
        "unknown": "is_sla_breach is null",
    },
}
# where a search looks: a column of contents, or None for the calls themselves
PLACES = {
    "prompts": "prompt_text",
    "answers": "response_text",
    "ids and attributes": None,
}
ATTRIBUTES = (
    *("interaction_id", "operation_id", "session_id", "user_id", "trace_id"),
    *("span_id", "response_id", "prompt_id", "prompt_name", "prompt_version"),
    *("use_case", "account_tier", "channel", "region", "segment", "service_name"),
    *("environment", "source", "model_provider", "model_name", "request_model"),
    *("failure_type", "error_type", "finish_reason"),
)
SHOWN = (
    *("timestamp_utc", "use_case", "model_provider", "model_name", "is_failure"),
    *("failure_type", "hallucination_flag", "is_sla_breach", "latency_ms"),
    *("cost_usd", "total_tokens", "prompt_version", "attempt_index"),
    *("interaction_id", "operation_id"),
)
# characters before a match that are shown, and characters in all
BEFORE, EXCERPT = 40, 160
KEYS = "source, interaction_id"


@dataclass(frozen=True)
class Selection:
    """Calls by a condition on their columns and, where there is a text, by a search."""

    where: str = "true"
    parameters: Mapping[str, Any] = field(default_factory=dict)
    text: str = ""
    place: str = "ids and attributes"

    def counted(self) -> str:
        """Return the SQL of how many calls are selected."""
        return f"{self._calls()} select count(*) as calls from selected"

    def shown(self) -> str:
        """Return the SQL of the leading calls: most matches first, then the newest."""
        columns = ", ".join(("matches", *SHOWN) if self.text else SHOWN)
        ranked = "matches desc, " if self.text else ""
        order = f"{ranked}timestamp_utc desc nulls last, interaction_id"
        leading = (
            f"{self._calls()}, leading_calls as (select source, {columns}"
            f" from selected order by {order} limit {MOST_SHOWN})"
        )
        if PLACES[self.place] is None:
            return f"{leading} select {columns} from leading_calls order by {order}"
        return (
            f"{leading} select {self._excerpt()} as excerpt, {columns}"
            f" from leading_calls left join marts.contents using ({KEYS})"
            f" order by {order}"
        )

    def exported(self, *, with_contents: bool = False) -> str:
        """Return the SQL of every selected call with all its columns."""
        extra = " exclude (matches)" if self.text else ""
        if not with_contents:
            return f"{self._calls()} select *{extra} from selected"
        return (
            f"{self._calls()} select selected.*{extra}, contents.prompt_text,"
            " contents.response_text from selected"
            f" left join marts.contents using ({KEYS})"
        )

    def arguments(self) -> dict[str, Any]:
        """Return the parameters of the SQL."""
        return {**self.parameters, **({"text": self.text} if self.text else {})}

    def _calls(self) -> str:
        """Return the common table expressions up to the selected calls."""
        named = ", ".join(f"{label(name)} as {name}" for name in NAMES)
        calls = f"with calls as (select * replace ({named}) from marts.interactions)"
        if not self.text:
            return f"{calls}, selected as (select * from calls where {self.where})"
        column = PLACES[self.place]
        if column is None:
            return (
                f"{calls}, selected as (select *, {_found_in(ATTRIBUTES)} as matches"
                f" from calls where {self.where} and ({_any_of(ATTRIBUTES)}))"
            )
        return (
            f"{calls}, found as (select {KEYS}, {_occurrences(column)} as matches"
            f" from marts.contents where {_contains(column)}),"
            f" selected as (select * from calls join found using ({KEYS})"
            f" where {self.where})"
        )

    def _excerpt(self) -> str:
        """Return the text around the first match, or its start without a search."""
        column = PLACES[self.place]
        if not self.text:
            return f"left({column}, {EXCERPT})"
        place = f"instr(lower({column}), lower($text))"
        return f"substr({column}, greatest(1, {place} - {BEFORE}), {EXCERPT})"


def label(name: str) -> str:
    """Return what a call has of a name, as SQL."""
    return f"coalesce({LABELS[name]}, 'unknown')"


def chosen(
    names: Mapping[str, tuple[str, ...]], choices: Mapping[str, str | None]
) -> tuple[str, dict[str, Any]]:
    """Return the condition on names (see NAMES) and choices (see CHOICES)."""
    conditions = [
        f"list_contains($chosen_{name}, {name})" for name in NAMES if names.get(name)
    ]
    conditions += [
        CHOICES[name][choice]
        for name in CHOICES
        if (choice := choices.get(name)) in CHOICES[name]
    ]
    parameters = {
        f"chosen_{name}": list(names[name]) for name in NAMES if names.get(name)
    }
    return " and ".join(conditions) or "true", parameters


def _contains(column: str) -> str:
    return f"contains(lower({column}), lower($text))"


def _any_of(columns: tuple[str, ...]) -> str:
    return " or ".join(map(_contains, columns))


def _found_in(columns: tuple[str, ...]) -> str:
    """Return how many of the columns contain the text."""
    parts = (f"coalesce(cast({_contains(name)} as integer), 0)" for name in columns)
    return " + ".join(parts)


def _occurrences(column: str) -> str:
    """Return how often a column contains the text, without overlaps."""
    left = f"strlen(replace(lower({column}), lower($text), ''))"
    return f"(strlen(lower({column})) - {left}) // strlen(lower($text))"
