"""The text format of Prometheus, version 0.0.4."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
# what a label may be: few values each, and no person, session or call
LABELS = ("use_case", "provider", "model", "rule_id", "severity")


@dataclass(frozen=True)
class Sample:
    """One value of a metric."""

    name: str
    value: float
    labels: Mapping[str, str] = field(default_factory=dict)


def text(samples: Iterable[Sample], helps: Mapping[str, str]) -> str:
    """Return the samples as gauges, each metric once, in the order of its help texts.

    Raises ValueError where a series comes twice, or a metric has no help text.
    """
    series: dict[str, dict[str, str]] = {name: {} for name in helps}
    for sample in samples:
        if sample.name not in series:
            raise ValueError(f"{sample.name}: no help text")
        found, labels = series[sample.name], _labels(sample.labels)
        if labels in found:
            raise ValueError(f"{sample.name}{labels}: a series that comes twice")
        found[labels] = _number(sample.value)
    return "".join(
        f"# HELP {name} {_escaped(helps[name])}\n# TYPE {name} gauge\n"
        + "".join(f"{name}{labels} {value}\n" for labels, value in found.items())
        for name, found in series.items()
        if found
    )


def _labels(labels: Mapping[str, str]) -> str:
    if wrong := labels.keys() - set(LABELS):
        raise ValueError(f"not a label of these metrics: {', '.join(sorted(wrong))}")
    pairs = (
        f'{name}="{_escaped(labels[name], quoted=True)}"'
        for name in LABELS
        if name in labels
    )
    joined = ",".join(pairs)
    return f"{{{joined}}}" if joined else ""


def _escaped(value: str, *, quoted: bool = False) -> str:
    escaped = value.replace("\\", "\\\\").replace("\n", "\\n")
    # a lone surrogate cannot be written as UTF-8
    escaped = escaped.encode("utf-8", "replace").decode()
    return escaped.replace('"', '\\"') if quoted else escaped


def _number(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    is_whole = value == int(value) and abs(value) < 2**53
    return repr(int(value) if is_whole else value)
