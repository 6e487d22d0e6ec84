"""The dashboard and the rules that ship: they use only what is exported."""

import json
import re
from typing import Any

import yaml
from conftest import ROOT

from llm_telemetry.metrics.exposition import LABELS
from llm_telemetry.metrics.reading import helps


def expressions(node: Any) -> list[str]:
    """Return the queries of a dashboard or a file of rules."""
    if isinstance(node, list):
        return [text for part in node for text in expressions(part)]
    if not isinstance(node, dict):
        return []
    own = [node[key] for key in ("expr", "query", "definition") if key in node]
    found = [text for text in own if isinstance(text, str)]
    return found + expressions(list(node.values()))


def test_dashboard_and_rules_name_only_what_is_exported() -> None:
    examples = ROOT / "docs/examples"
    dashboard = json.loads((examples / "grafana-dashboard.json").read_text())
    rules = yaml.safe_load((examples / "prometheus-rules.yml").read_text())
    for source in (dashboard, rules):
        used = expressions(source)
        metrics = {name for text in used for name in re.findall(r"\w+_\w+", text)}
        metrics -= {*LABELS, "label_values"}
        assert metrics
        assert metrics <= helps().keys(), metrics - helps().keys()
        grouped = {
            label
            for text in used
            for group in re.findall(r"by \(([^)]*)\)|\{([^}]*)\}", text)
            for label in re.findall(r"(\w+)(?:=|,|$|\s*\))", " ".join(group).strip())
        }
        assert grouped - set(LABELS) <= {"page", "critical"}, grouped


def test_the_rules_report_stale_data() -> None:
    text = (ROOT / "docs/examples/prometheus-rules.yml").read_text()
    (group,) = yaml.safe_load(text)["groups"]
    stale = {rule["alert"]: rule["expr"] for rule in group["rules"]}
    assert (
        stale["LlmTelemetryDataStale"]
        == "time() - llm_telemetry_data_timestamp_seconds > 129600"
    )
    assert "absent(llm_telemetry_data_timestamp_seconds)" in stale.values()
