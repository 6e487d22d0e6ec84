"""From the marts, or two artifacts, to the release gate's verdict."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd

from llm_telemetry import gate
from llm_telemetry.artifact import bundle
from llm_telemetry.artifact.document import decision_id, faults
from llm_telemetry.config.knobs import check_same
from llm_telemetry.decisions.types import Row, plain, rows
from llm_telemetry.errors import InputError
from llm_telemetry.gate.artifacts import decide_artifacts, numbers_of, traffic_of
from llm_telemetry.gate.assumptions import of_artifacts, of_versions
from llm_telemetry.gate.boundaries import Looks
from llm_telemetry.gate.document import document, screen
from llm_telemetry.warehouse.build import failing_checks
from llm_telemetry.warehouse.connection import read, unchanged
from llm_telemetry.warehouse.settings import chosen, settings

__all__ = ["gate_artifacts", "gate_asked_for", "gate_versions", "schema", "screen"]

VERSION_COLUMNS = ("prompt_version", "model_name", "model_provider", "week")
# beside those whose names say that they are the gate's
KNOBS = ("sla_ms", "min_requests_slice", "session_groups")


@dataclass(frozen=True)
class Schedule:
    """When the gate looks, as asked for on the command line."""

    look: int = 1
    looks: int = 1
    ad_hoc: bool = False

    def settled(self, knobs: Mapping[str, float]) -> Looks:
        """Return the looks; there can be no more of them than were planned."""
        if not 1 <= self.look <= self.looks:
            raise InputError(f"--look {self.look}: give 1 to {self.looks} (--looks)")
        if not self.ad_hoc:
            return Looks(self.look, self.looks)
        if self.looks > 1:
            raise InputError("--ad-hoc is for looks at any time: leave out --looks")
        return Looks(planned_sessions=knobs["release_planned_sessions"])


@dataclass(frozen=True)
class Traffic:
    """What is compared: two versions of one column, in some use cases."""

    by: str
    baseline: str
    candidate: str
    use_cases: tuple[str, ...] = ()
    expected_share: float | None = None


@dataclass(frozen=True)
class Side:
    """Rows of the marts that make up a baseline or a candidate."""

    name: str
    column: str
    versions: tuple[str, ...]

    @property
    def where(self) -> str:
        """Return the condition that selects them."""
        names = ", ".join(_quoted(name) for name in self.versions)
        return f"version_column = '{self.column}' and version in ({names})"


def run(options: SimpleNamespace) -> tuple[list[str], int]:
    """Write the result where it was asked for; return what to print, and the code."""
    content = gate_asked_for(options)
    written = bundle.json_bytes(content)
    if options.out:
        bundle.write({options.out.name: written}, options.out.parent)
    lines = [] if options.quiet else screen(content)
    text = [written.decode().rstrip("\n")] if options.json else lines
    return text, int(content["exit_code"])


def gate_asked_for(options: SimpleNamespace) -> dict[str, Any]:
    """Return the verdict on what the command line names: versions, or artifacts."""
    schedule = Schedule(options.look, options.looks, options.ad_hoc)
    files = (options.baseline_artifact, options.candidate_artifact)
    if all(files):
        return gate_artifacts(*files, schedule)
    if any(files) or not (options.baseline and options.candidate):
        raise InputError("gate: give --baseline and --candidate, or both artifacts")
    traffic = Traffic(
        by=options.by,
        baseline=options.baseline,
        candidate=options.candidate,
        use_cases=tuple(options.use_case),
        expected_share=options.expected_share,
    )
    with unchanged(options.warehouse):
        return gate_versions(options.warehouse, traffic, schedule)


def gate_versions(
    warehouse: Path, traffic: Traffic, schedule: Schedule
) -> dict[str, Any]:
    """Return the verdict on two versions in one warehouse; read marts, write nothing.

    Raises InputError for what is not there, naming what is.
    """
    if failed := failing_checks(warehouse):
        raise InputError(*failed)
    knobs = read("knobs", warehouse)
    check_same(rows(chosen(knobs)))
    numbers = settings(knobs)
    looks = schedule.settled(numbers)
    served = read("release_versions", warehouse)
    candidate = _candidate(traffic, served)
    baseline = _baseline(traffic, served, read("weekly_baselines", warehouse))
    ours = _version(warehouse, baseline, traffic.use_cases)
    theirs = _version(warehouse, candidate, traffic.use_cases)
    decided = gate.decide(
        ours, theirs, numbers, looks=looks, expected_share=traffic.expected_share
    )
    comparison = {
        "of": "versions",
        "by": traffic.by,
        "baseline": _described(ours, baseline, served),
        "candidate": _described(theirs, candidate, served),
        "use_cases": list(traffic.use_cases),
    }
    assumptions = of_versions(comparison, decided)
    return _finished(decided, comparison, looks, assumptions, rows(chosen(knobs)))


def gate_artifacts(
    baseline: Path, candidate: Path, schedule: Schedule
) -> dict[str, Any]:
    """Return the verdict on two DecisionArtifacts of different runs."""
    ours, theirs = _loaded(baseline), _loaded(candidate)
    check_same(theirs["knobs"])
    try:
        looks = schedule.settled(numbers_of(theirs))
        decided = decide_artifacts(ours, theirs, looks=looks)
    except KeyError as error:
        raise InputError(
            f"{candidate}: no {error} among its knobs: decide again with this version"
        ) from error
    comparison = {
        "of": "artifacts",
        "by": "artifact",
        "baseline": traffic_of(ours),
        "candidate": traffic_of(theirs),
        "use_cases": [],
    }
    assumptions = of_artifacts(comparison)
    return _finished(decided, comparison, looks, assumptions, theirs["knobs"])


def schema() -> dict[str, Any]:
    """Return the published JSON Schema of the verdict."""
    file = resources.files("llm_telemetry.gate") / "release_gate.schema.json"
    loaded: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return loaded


def _candidate(traffic: Traffic, served: pd.DataFrame) -> Side:
    if traffic.by not in VERSION_COLUMNS:
        known = ", ".join(VERSION_COLUMNS)
        raise InputError(f"--by {traffic.by}: cannot be compared: give one of {known}")
    if traffic.baseline == traffic.candidate:
        raise InputError(f"--candidate {traffic.candidate}: is the baseline as well")
    _check_served("--candidate", traffic.by, traffic.candidate, served)
    share = traffic.expected_share
    if share is not None and not 0 < share < 1:
        raise InputError(f"--expected-share {share}: give a share between 0 and 1")
    return Side(traffic.candidate, traffic.by, (traffic.candidate,))


def _baseline(traffic: Traffic, served: pd.DataFrame, weeks: pd.DataFrame) -> Side:
    """Return a version, week:<ISO week> or weeks:<how many full ones before it>."""
    kind, _, wanted = traffic.baseline.partition(":")
    if kind not in ("week", "weeks") or not wanted:
        _check_served("--baseline", traffic.by, traffic.baseline, served)
        return Side(traffic.baseline, traffic.by, (traffic.baseline,))
    if traffic.expected_share is not None:
        raise InputError("--expected-share: a week is not a share of the traffic")
    if kind == "week":
        _check_served("--baseline week:", "week", wanted, served)
        return Side(traffic.baseline, "week", (wanted,))
    full = _full_weeks_before(traffic, served, weeks)
    if not wanted.isdigit() or not 1 <= int(wanted) <= len(full):
        raise InputError(
            f"--baseline {traffic.baseline}: {len(full)} full weeks lie before "
            f"{traffic.candidate}: give weeks:1 to weeks:{len(full)}"
            if full
            else f"--baseline {traffic.baseline}: there is no full week before "
            f"{traffic.candidate}: give week:<week> or a version"
        )
    return Side(traffic.baseline, "week", tuple(full[-int(wanted) :]))


def _full_weeks_before(
    traffic: Traffic, served: pd.DataFrame, weeks: pd.DataFrame
) -> list[str]:
    is_candidate = (served["version_column"] == traffic.by) & (
        served["version"] == traffic.candidate
    )
    start = served.loc[is_candidate, "starts_at"].iloc[0]
    ends = weeks["week_start_date"] + pd.Timedelta(days=7)
    return sorted(set(weeks.loc[weeks["is_full_week"] & (ends <= start), "week"]))


def _check_served(option: str, column: str, version: str, served: pd.DataFrame) -> None:
    known = served.loc[served["version_column"] == column, "version"].tolist()
    if version in known:
        return
    if not known:
        raise InputError(f"{option} {version}: the telemetry has no {column}")
    listed = ", ".join(known[:20]) + (", ..." if len(known) > 20 else "")
    raise InputError(f"{option} {version}: no such {column}: there are {listed}")


def _version(warehouse: Path, side: Side, use_cases: Sequence[str]) -> gate.Version:
    where = side.where
    if use_cases:
        where += f" and use_case in ({', '.join(map(_quoted, use_cases))})"
    cells = read("release_slices", warehouse, where=where)
    missing = set(use_cases) - set(cells["use_case"])
    if missing:
        listed = ", ".join(sorted(missing))
        raise InputError(f"--use-case {listed}: {side.name} served none of it")
    return gate.Version(
        side.name, cells, read("release_latencies", warehouse, where=where)
    )


def _described(version: gate.Version, side: Side, served: pd.DataFrame) -> Row:
    mine = (served["version_column"] == side.column) & served["version"].isin(
        side.versions
    )
    return {
        "name": version.name,
        "interactions": version.interactions,
        "sessions": version.sessions,
        "starts_at": plain(served.loc[mine, "starts_at"].min()),
        "ends_at": plain(served.loc[mine, "ends_at"].max()),
    }


def _finished(
    decided: gate.GateDecision,
    comparison: Mapping[str, Any],
    looks: Looks,
    assumptions: Sequence[Row],
    knobs: Sequence[Row],
) -> dict[str, Any]:
    used = [
        row
        for row in knobs
        if row["knob"].startswith("release_") or row["knob"] in KNOBS
    ]
    content = document(decided, comparison, looks, assumptions, used)
    return {"decision_id": decision_id(content), **content}


def _loaded(file: Path) -> dict[str, Any]:
    try:
        content: dict[str, Any] = json.loads(file.read_bytes())
    except OSError as error:
        raise InputError(f"{file}: cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise InputError(f"{file}: not JSON: {error}") from error
    if problems := faults(content):
        raise InputError(f"{file}: {problems[0]}")
    return content


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
