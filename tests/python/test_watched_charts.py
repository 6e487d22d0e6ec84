"""Charts of what is watched draw the rows' numbers, and say what is not known."""

from chart_rows import nothing, row
from test_charts import drawn_rows, texts

from llm_telemetry.charts import alerts, failures, live


def test_live_percentiles_are_those_of_the_rows_with_the_window_before() -> None:
    one = row("recent_windows", model_provider="p", model_name="a")
    drawn = [r for r in drawn_rows(live.latencies([one], "day")) if "percentile" in r]
    for prefix in ("", "previous_"):
        for percentile in ("p50", "p95", "p99"):
            ms = one[f"{prefix}{percentile}_latency_ms"]
            expected = {"member": "p / a", "percentile": percentile, "ms": ms}
            assert expected in drawn
    assert "p95 rising" in texts(live.latencies([one], "day"))


def test_a_model_that_fell_silent_is_a_grey_cross_with_its_reason() -> None:
    one = nothing("recent_windows", model_provider="p", model_name="a")
    chart = live.latencies([one], "hour")
    assert {"member": "p / a", "why": live.SILENT} in drawn_rows(chart)
    assert "cross" in texts(chart)
    assert not [one for one in drawn_rows(chart) if "ms" in one]


def test_one_model_of_two_providers_has_a_line_for_each() -> None:
    rows = [row("recent_windows", model_provider=p, model_name="a") for p in "pq"]
    points = [r for r in drawn_rows(live.latencies(rows, "day")) if "trend" in r]
    assert [one["member"] for one in points] == ["p / a", "q / a"]


def test_models_that_are_not_drawn_are_counted_in_the_chart() -> None:
    rows = [row("recent_windows", model_name=f"m{n}") for n in range(13)]
    assert "3 others, not drawn" in texts(live.latencies(rows, "day"))


def test_a_rule_of_which_nobody_said_anything_has_no_share() -> None:
    known = {"real_share_low": 0.2, "real_share_high": 0.8}
    said = {"rule_id": "a", "alerts": 4, "labelled": 2, "real_share": 0.5, **known}
    unsaid = dict.fromkeys(said) | {"rule_id": "b", "alerts": 1, "labelled": 0}
    chart = alerts.real_shares([said, unsaid])
    merged = [one for one in drawn_rows(chart) if one.get("rule_id") == "a"]
    assert any(one.get("real_share") == 0.5 for one in merged)
    assert any(one.items() >= known.items() for one in merged)
    assert {"rule_id": "b", "why": "nobody said what they were"} in drawn_rows(chart)


def test_kinds_of_failures_are_those_of_the_rows() -> None:
    rows = [row("failure_types", failure_type=f"k{n}", interactions=n) for n in (9, 4)]
    counts = [(one["failure_type"], one["interactions"]) for one in rows]
    drawn = {tuple(one.values()) for one in drawn_rows(failures.kinds(rows))}
    assert drawn == set(counts)
