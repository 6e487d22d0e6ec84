"""The metrics: their names, their text, and the values of the last full day."""

import os
import re
import stat
import threading
from pathlib import Path

import duckdb
import pytest
from conftest import Run
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families
from small_warehouse import DAY, NEXT, made

from llm_telemetry.cli import main
from llm_telemetry.errors import InputError
from llm_telemetry.metrics import exposition, textfile
from llm_telemetry.metrics.catalog import MAX_MEMBERS, OTHER, QUERIES
from llm_telemetry.metrics.exposition import LABELS, Sample
from llm_telemetry.metrics.reading import helps, metrics_text

PREFIX = "llm_telemetry_"
Series = dict[tuple[str, frozenset[tuple[str, str]]], float]


def parsed(text: str) -> Series:
    """Return every series of a text, as a reader of another make reads it."""
    return {
        (sample.name.removeprefix(PREFIX), frozenset(sample.labels.items())): (
            sample.value
        )
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def value(series: Series, name: str, **labels: str) -> float | None:
    return series.get((name, frozenset(labels.items())))


def named(series: Series, name: str) -> dict[frozenset[tuple[str, str]], float]:
    """Return the values of one metric by their labels."""
    return {labels: number for (own, labels), number in series.items() if own == name}


@given(st.dictionaries(st.sampled_from(LABELS), st.text(max_size=20)), st.floats())
def test_any_text_is_a_label(labels: dict[str, str], number: float) -> None:
    text = exposition.text([Sample("m", number, labels)], {"m": "a\\b\nc"})
    readable = {
        name: value.encode("utf-8", "replace").decode()
        for name, value in labels.items()
    }
    ((_, read), found), *_ = parsed(text).items()
    assert dict(read) == readable
    assert found == number or number != number
    assert text.startswith("# HELP m a\\\\b\\nc\n# TYPE m gauge\n")
    assert text.endswith("\n")


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (1.0, "1"),
        (0.5, "0.5"),
        (1e300, "1e+300"),
        (-3.0, "-3"),
        (float("inf"), "+Inf"),
        (float("-inf"), "-Inf"),
        (float("nan"), "NaN"),
        (1747353599.25, "1747353599.25"),
    ],
)
def test_a_number_keeps_its_digits(number: float, text: str) -> None:
    assert exposition.text([Sample("m", number)], {"m": "h"}).endswith(f"\nm {text}\n")


@pytest.mark.parametrize(
    ("samples", "problem"),
    [
        ([Sample("m", 1), Sample("m", 2)], "twice"),
        ([Sample("n", 1)], "no help text"),
        ([Sample("m", 1, {"session_id": "s"})], "not a label"),
    ],
)
def test_what_prometheus_would_drop_is_an_error(
    samples: list[Sample], problem: str
) -> None:
    with pytest.raises(ValueError, match=problem):
        exposition.text(samples, {"m": "h"})


def test_names_follow_the_rules_of_promtool() -> None:
    banned = "total|count|sum|bucket|info|ms|milliseconds|gauge|counter|histogram"
    wrong = [
        name
        for name in helps()
        if not re.fullmatch(r"llm_telemetry(_[a-z0-9]+)+", name)
        or re.search(rf"_({banned}|summary)(_|$)", name.removeprefix("llm_telemetry"))
    ]
    assert not wrong
    rates = [name for name in helps() if "rate" in name.split("_")]
    assert not rates, "a share is called a ratio"
    assert all(help.endswith(".") for help in helps().values())


def test_a_metric_has_one_query() -> None:
    columns = [column for query in QUERIES for column in query.metrics]
    assert len(columns) == len(set(columns))
    assert {label for query in QUERIES for label in query.labels} == set(LABELS)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    return made(tmp_path / "w.duckdb")


def test_counts_are_of_the_last_full_day(small: Path) -> None:
    series = parsed(metrics_text(small))
    chat = {"use_case": "chat", "provider": "openai", "model": "a"}
    assert value(series, "interactions", **chat) == 20
    assert value(series, "known_outcomes", **chat) == 8
    assert value(series, "failures", **chat) == 2
    assert value(series, "cost_usd", **chat) == 1.250000000001
    assert value(series, "tokens", **chat) == 1500
    code = {"use_case": "code", "provider": "anthropic", "model": "b"}
    assert value(series, "failures", **code) == 0
    assert sum(named(series, "interactions").values()) == 25


def test_what_is_not_measured_has_no_value(small: Path) -> None:
    series = parsed(metrics_text(small))
    code = {"use_case": "code", "provider": "anthropic", "model": "b"}
    assert value(series, "cost_usd", **code) is None
    assert value(series, "use_case_failure_ratio", use_case="code") is None
    model = {"provider": "anthropic", "model": "b"}
    assert value(series, "model_latency_p95_seconds", **model) is None
    assert value(series, "hallucination_ratio") is None
    assert value(series, "toxicity_ratio") == 0
    assert value(series, "cost_budget_burn_ratio") is None
    assert "NaN" not in metrics_text(small)


def test_ratios_and_latencies_are_in_base_units(small: Path) -> None:
    series = parsed(metrics_text(small))
    assert value(series, "failure_ratio") == 0.1
    assert value(series, "use_case_failure_ratio", use_case="chat") == 0.25
    assert value(series, "use_case_sla_breach_ratio", use_case="chat") == 0.5
    openai = {"provider": "openai", "model": "a"}
    assert value(series, "model_failure_ratio", **openai) == 0.25
    assert value(series, "model_latency_p95_seconds", **openai) == 2
    # buckets 348 and 400, of milliseconds to the base 1.02
    p50 = value(series, "use_case_latency_p50_seconds", use_case="chat")
    p95 = value(series, "use_case_latency_p95_seconds", use_case="chat")
    assert p50 == pytest.approx(1.02**348.5 / 1000, rel=0.01)
    assert p95 == pytest.approx(1.02**400.5 / 1000, rel=0.01)
    assert value(series, "use_case_latency_p50_seconds", use_case="code") == 0
    assert value(series, "latency_p99_seconds") == p95


def test_budgets_alerts_and_the_forecast(small: Path) -> None:
    series = parsed(metrics_text(small))
    assert value(series, "failure_budget_burn_ratio") == 2.5
    assert value(series, "failure_budget_remaining_ratio") == 0.5
    assert value(series, "burn_alerts", severity="page") == 1
    assert value(series, "burn_alerts", severity="ticket") == 0
    assert value(series, "month_forecast_usd") == 60
    assert value(series, "month_over_budget_probability") == 0.25


def test_timestamps_are_values(small: Path) -> None:
    os.utime(small, (1_800_000_000, 1_800_000_000))
    series = parsed(metrics_text(small))
    assert value(series, "data_timestamp_seconds") == 1_772_449_200
    assert value(series, "day_timestamp_seconds") == 1_772_323_200
    assert value(series, "published_timestamp_seconds") == 1_800_000_000


@pytest.mark.parametrize(
    ("newest", "zone", "day"),
    [
        # the last day has just started, is nearly over, is over
        (f"{NEXT} 00:10", "UTC", 1_772_323_200),
        (f"{NEXT} 22:59:59", "UTC", 1_772_323_200),
        (f"{NEXT} 23:00", "UTC", 1_772_409_600),
        (f"{NEXT} 23:59:59", "UTC", 1_772_409_600),
        # 23:00 UTC is midnight in Berlin, where the day started an hour before
        (f"{NEXT} 21:59", "Europe/Berlin", 1_772_323_200 - 3600),
        (f"{NEXT} 22:00", "Europe/Berlin", 1_772_409_600 - 3600),
    ],
)
def test_a_day_is_full_in_its_last_hour(
    newest: str, zone: str, day: int, tmp_path: Path
) -> None:
    rows = {"build_info": f"('{newest}')", "knobs": f"('business_time_zone', '{zone}')"}
    series = parsed(metrics_text(made(tmp_path / "w.duckdb", rows=rows)))
    assert value(series, "day_timestamp_seconds") == day
    full_next = day > 1_772_400_000
    assert value(series, "failure_ratio") == (0.9 if full_next else 0.1)


def test_without_a_call_there_are_only_the_times(tmp_path: Path) -> None:
    rows = {"build_info": "(null)", "health_by_day": "", "usage_by_day": ""}
    series = parsed(metrics_text(made(tmp_path / "w.duckdb", rows=rows)))
    assert {name for name, _ in series} == {"published_timestamp_seconds"}


def test_alerts_and_anomalies_are_there_where_their_marts_are(tmp_path: Path) -> None:
    without = parsed(metrics_text(made(tmp_path / "w.duckdb")))
    assert not named(without, "open_alerts")
    assert not named(without, "judged_series")
    series = parsed(metrics_text(made(tmp_path / "w.duckdb", without=())))
    assert value(series, "open_alerts", severity="critical") == 2
    assert value(series, "open_alerts", severity="warning") == 0
    failures = {"rule_id": "failures", "severity": "critical"}
    assert named(series, "rule_open_alerts") == {frozenset(failures.items()): 2}
    assert value(series, "judged_series") == 2
    assert value(series, "unjudged_series") == 1
    assert value(series, "anomalous_series") == 1
    assert value(series, "provider_anomalous_series", provider="openai") == 1
    assert value(series, "use_case_anomalous_series", use_case="chat") == 0


def test_a_label_has_few_values(tmp_path: Path) -> None:
    """Check that the rest is one value, whose counts are the sums of theirs."""
    rows = ", ".join(
        f"('{DAY}', 'u{n}', 'p{n}', 'm{n}', 'v', {n}, 1, 1, 0, 1, 0, 1, .5, 2)"
        for n in range(1, 80)
    )
    buckets = ", ".join(f"('{DAY}', 'u{n}', 300, 1)" for n in range(1, 80))
    given = {"usage_by_day": rows, "latencies_by_day": buckets}
    series = parsed(metrics_text(made(tmp_path / "w.duckdb", rows=given)))
    interactions = named(series, "interactions")
    labels = {"use_case": OTHER, "provider": OTHER, "model": OTHER}
    assert len(interactions) == MAX_MEMBERS + 1
    assert interactions[frozenset(labels.items())] == sum(range(1, 30))
    assert sum(interactions.values()) == sum(range(1, 80))
    assert value(series, "use_case_failure_ratio", use_case=OTHER) == 0
    assert len(named(series, "use_case_latency_p95_seconds")) == MAX_MEMBERS + 1


@pytest.mark.parametrize("mart", ["usage_by_day", "burn_alerts", "build_info"])
def test_a_warehouse_without_a_mart_is_one_line(mart: str, tmp_path: Path) -> None:
    warehouse = made(tmp_path / "w.duckdb", without=(mart,))
    with pytest.raises(InputError, match=f"no mart {mart}: build the warehouse again"):
        metrics_text(warehouse)


def test_a_folder_of_parquet_has_the_same_metrics(small: Path, tmp_path: Path) -> None:
    folder = tmp_path / "marts"
    with duckdb.connect(str(small), read_only=True) as connection:
        tables = connection.execute("select table_name from duckdb_tables()").fetchall()
        for (mart,) in tables:
            (folder / mart).mkdir(parents=True)
            file = folder / mart / "part-0.parquet"
            connection.execute(f"copy marts.{mart} to '{file}' (format parquet)")
    one, other = parsed(metrics_text(small)), parsed(metrics_text(folder))
    published = ("published_timestamp_seconds", frozenset[tuple[str, str]]())
    assert one.pop(published)
    assert other.pop(published)
    assert one == other


def test_the_sample_has_every_metric_and_the_same_text_again(sample_run: Run) -> None:
    text = metrics_text(sample_run.warehouse)
    found = {name for name, _ in parsed(text)}
    optional = {column for query in QUERIES if query.needs for column in query.metrics}
    known = {name.removeprefix(PREFIX) for name in helps()}
    assert known - optional <= found <= known
    assert metrics_text(sample_run.warehouse) == text
    assert len(text.splitlines()) < 2_000


def test_the_command_writes_a_file_for_the_collector(
    small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "metrics" / "llm_telemetry.prom"
    assert main(["metrics", "--warehouse", str(small), "--out", str(out)]) == 0
    text = out.read_text()
    series = len(parsed(text))
    assert capsys.readouterr().out == f"{out}: {series} series\n"
    assert main(["metrics", "--warehouse", str(small)]) == 0
    assert capsys.readouterr().out == text
    assert list(out.parent.iterdir()) == [out]


@pytest.mark.parametrize(
    ("options", "line"),
    [
        (["--out", "m.txt"], "m.txt: the textfile collector reads files that end"),
        (["--out", "m.prom", "--serve", "1"], "give --out or --serve, not both"),
        (["--serve", "host"], "--serve host: give HOST:PORT"),
        (["--serve", "127.0.0.1:70000"], "give HOST:PORT"),
        (["--warehouse", "none.duckdb"], "none.duckdb: no such warehouse: build it"),
        (["--warehouse", "none.duckdb", "--serve", "9464"], "no such warehouse"),
    ],
)
def test_a_wrong_call_is_one_line(
    options: list[str],
    line: str,
    small: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.iterdir())
    assert main(["metrics", "--warehouse", str(small), *options]) == 2
    error = capsys.readouterr().err
    assert line in error
    assert error.count("\n") == 1
    assert sorted(tmp_path.iterdir()) == before


def test_another_user_may_read_the_file(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        textfile.write("a 1\n", tmp_path / "m.prom")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "m.prom").stat().st_mode) == 0o644


def test_a_file_is_whole_whenever_it_is_read(tmp_path: Path) -> None:
    file, is_over, torn = tmp_path / "m.prom", threading.Event(), []
    texts = [f"{letter} 1\n" * 20_000 for letter in "ab"]
    textfile.write(texts[0], file)

    def read() -> None:
        while not is_over.is_set():
            if (found := file.read_text()) not in texts:
                torn.append(found)

    reader = threading.Thread(target=read)
    reader.start()
    for turn in range(40):
        textfile.write(texts[turn % 2], file)
    is_over.set()
    reader.join()
    assert not torn


def test_a_file_that_cannot_be_replaced_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "m.prom").mkdir()
    with pytest.raises(InputError, match=r"m\.prom: cannot write: "):
        textfile.write("a 1\n", tmp_path / "m.prom")
    assert [file.name for file in tmp_path.iterdir()] == ["m.prom"]
