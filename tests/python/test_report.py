"""The report of a bundle: what it shows, and that it does nothing else."""

import json
import re
import shutil
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from math import isclose
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from conftest import SAMPLE, Run, run

from llm_telemetry import pipeline
from llm_telemetry.artifact import bundle, page
from llm_telemetry.artifact.markup import element
from llm_telemetry.charts import drawing, figures
from llm_telemetry.charts.spec import Chart
from llm_telemetry.cli import main
from llm_telemetry.decisions.types import rows
from llm_telemetry.warehouse.connection import read

# the mart, or the file of the bundle, that each figure is drawn from
SOURCES = {
    "health_by_day": ("health_by_day", "budget_burn"),
    "budget_burn": ("budget_burn",),
    "slices_failures": ("risk_slices",),
    "slices_sla": ("risk_slices",),
    "drift": ("drift",),
    "cost_drivers": ("cost_drivers",),
    "cost_forecast": ("cost_forecast",),
    "routing_estimators": ("routing_backtest.csv",),
    "routing_use_cases": ("routing_policy_use_case.csv",),
    "triage_cost": ("triage_threshold_curve.csv", "policies", "threshold"),
    "triage_calibration": ("bins",),
}
# what a chart adds to a row: words, and where a bar stands
ADDED = {"why", "name", "shown_as", "step", "day"}
Row = Mapping[str, Any]


def inline(node: Any) -> Iterator[Row]:
    """Yield every row that a specification draws."""
    if isinstance(node, dict):
        yield from node.get("data", {}).get("values", [])
        for child in node.values():
            yield from inline(child)
    elif isinstance(node, list):
        for child in node:
            yield from inline(child)


def source(name: str, done: Run) -> list[Row]:
    """Return the rows of a mart, of a CSV file, or of the policy of triage."""
    if name.endswith(".csv"):
        frame = pd.read_csv(done.out_dir / name).astype(object)
        return frame.where(frame.notna(), None).to_dict("records")
    if name in ("bins", "policies", "threshold"):
        file = done.out_dir / "triage_threshold_policy.json"
        policy = json.loads(file.read_bytes())
        found: dict[str, Any] = {**policy, **policy["calibration"]}
        return [found[name]] if name == "threshold" else found[name]
    return list(rows(read(name, done.warehouse)))


def is_same(drawn: Any, held: Any) -> bool:
    """Say whether a value is that of a mart, to ten digits."""
    if isinstance(drawn, float) and isinstance(held, float | int):
        return isclose(drawn, held, rel_tol=1e-9)
    return bool(drawn == held)


def is_held(row: Row, held: list[Row]) -> bool:
    """Say whether some row of a mart has all that is drawn of one."""
    drawn = {key: value for key, value in row.items() if key not in ADDED}
    return any(
        all(key in one and is_same(value, one[key]) for key, value in drawn.items())
        for one in held
    )


def fan(held: list[Row]) -> list[Row]:
    """Return the forecast, and the cost to date that its fan starts from."""
    (one,) = held
    ends = ("forecast_low_usd", "forecast_high_usd", "forecast_usd")
    return [one, dict.fromkeys(ends, one["month_to_date_usd"])]


def sample_charts(done: Run) -> dict[str, Chart]:
    """Return the charts of a run, made again from its warehouse and its files."""
    marts = {name: read(name, done.warehouse) for name in DRAWN}
    policy = json.loads((done.out_dir / "triage_threshold_policy.json").read_bytes())
    csv = {
        name: pd.DataFrame(source(f"{name}.csv", done))
        for name in ("routing_backtest", "triage_threshold_curve")
    }
    routes = pd.DataFrame(source("routing_policy_use_case.csv", done))
    routes["reasons"] = routes["reasons"].fillna("")
    return {
        **figures.of_marts(marts, "UTC"),
        **figures.of_routing(routes, csv["routing_backtest"]),
        **figures.of_triage(policy, csv["triage_threshold_curve"]),
    }


DRAWN = (
    *("health_by_day", "budget_burn", "risk_slices"),
    *("drift", "cost_drivers", "cost_forecast"),
)


def test_every_drawn_number_is_that_of_the_mart(sample_run: Run) -> None:
    charts = sample_charts(sample_run)
    assert set(charts) == set(SOURCES)
    for name, chart in charts.items():
        held = [row for mart in SOURCES[name] for row in source(mart, sample_run)]
        if name == "cost_forecast":
            held = fan(held)
        if name == "triage_cost":
            held.append({"expected_cost": None})
        drawn = [row for row in inline(chart.body) if set(row) - ADDED]
        assert drawn, name
        wrong = [
            row
            for row in drawn
            if not is_held(row, held) and "other" not in row.values()
        ]
        assert not wrong, f"{name}: {wrong[:3]}"


def test_the_figures_of_the_bundle_are_drawn_from_these_charts(
    sample_run: Run,
) -> None:
    marts = ("cost_forecast", "drift", "cost_drivers", "health_by_day", "budget_burn")
    charts = sample_charts(sample_run)
    for name in (*marts, "slices_failures", "slices_sla", "triage_calibration"):
        svg = (sample_run.out_dir / "figures" / f"{name}.svg").read_text()
        assert f'data-chart="{drawing._digest(charts[name])}"' in svg, name


class Parsed(HTMLParser):
    """The elements of a page with their attributes, and its texts."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {key: value or "" for key, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


@pytest.fixture(scope="module")
def text(sample_run: Run) -> str:
    return (sample_run.out_dir / page.PAGE).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def parsed(text: str) -> Parsed:
    return Parsed(text)


def harmful(parsed: Parsed) -> list[str]:
    """Return what of a page would run, or would ask for something elsewhere."""
    forbidden = {"script", "link", "img", "image", "iframe", "object", "embed", "base"}
    forbidden |= {"form", "input", "video", "audio", "use", "foreignobject", "a:ref"}
    found = [tag for tag, _ in parsed.elements if tag in forbidden]
    for tag, attributes in parsed.elements:
        for key, value in attributes.items():
            is_outside = key in ("href", "src", "xlink:href") and value[:1] != "#"
            if is_outside or key.startswith("on") or "javascript:" in value:
                found.append(f"{tag} {key}={value}")
    return found


def test_the_page_runs_nothing_and_asks_for_nothing(text: str, parsed: Parsed) -> None:
    assert not harmful(parsed)
    style = "".join(re.findall(r"<style>(.*?)</style>", text, flags=re.S))
    assert "url(" not in style
    assert "@import" not in style
    # a namespace is no request
    addresses = set(re.findall(r"https?://[^\s\"'<)]+", text))
    assert addresses == {"http://www.w3.org/2000/svg"}
    assert "default-src 'none'" in text


def test_what_would_harm_is_found() -> None:
    for bad in (
        "<script>x</script>",
        '<a href="https://example.com">x</a>',
        '<p onclick="x">',
        '<img src="x">',
    ):
        assert harmful(Parsed(bad)), bad


def test_the_page_answers_first_what_was_decided(
    sample_run: Run, text: str, parsed: Parsed
) -> None:
    content = json.loads((sample_run.out_dir / bundle.ARTIFACT).read_bytes())
    start = text[: text.index('id="health"')].replace("<wbr>", "")
    for decision in content["decisions"].values():
        assert decision["verdict"].replace("_", " ") in start
        advice = decision["recommendation"]
        said = f"{advice[:1].upper()}{advice[1:]}."
        # a command is written as code
        assert re.sub("`(.+?)`", r"<code>\1</code>", said) in start
    assert "-1.791 (-2.516 to -1.065) USD per interaction" in start
    assert "review required" in start
    assert "This is the first decision in this folder" in start
    names = [
        attributes["id"] for _, attributes in parsed.elements if "id" in attributes
    ]
    assert len(names) == len(set(names))
    links = {attributes["href"] for tag, attributes in parsed.elements if tag == "a"}
    assert {link[1:] for link in links} <= set(names)


def test_every_figure_is_in_the_page_and_has_words(parsed: Parsed) -> None:
    drawn = [attributes for tag, attributes in parsed.elements if tag == "svg"]
    named = [name for _, names in page.FIGURES.values() for name in names]
    assert set(named) == set(SOURCES)
    assert len(drawn) == len(SOURCES)
    for attributes in drawn:
        assert attributes["role"] == "img"
        assert len(attributes["aria-label"]) > 20


def test_text_of_the_data_is_escaped() -> None:
    made = element("p", '<script>"x"</script>\x00', title='"><img src=x>')
    found = Parsed(made)
    assert [tag for tag, _ in found.elements] == ["p"]
    assert found.elements[0][1]["title"] == '"><img src=x>'
    assert "".join(found.texts) == '<script>"x"</script>\ufffd'


def test_hostile_names_end_up_as_text(sample_run: Run) -> None:
    name = "<script>alert('x')</script><img src=x onerror=alert(1)>" * 3
    content = json.loads((sample_run.out_dir / bundle.ARTIFACT).read_bytes())
    health = rows(read("health", sample_run.warehouse))[0]
    for decision in content["decisions"].values():
        decision["reasons"] = [name]
        decision["summary"] = decision["recommendation"] = name
        for one in decision["evidence"]:
            for key, value in one.items():
                one[key] = name if isinstance(value, str) and key != "metric" else value
    for check in content["integrity"]:
        check |= {"status": "degraded", "remedy": name, "column_name": name}
    chart = Chart(name, name, {})
    drawn = {one: (chart, page.element("svg", name)) for one in SOURCES}
    made = page.page(content, health, drawn).decode()
    assert not harmful(Parsed(made))
    assert made.count("<script") == 0


def decided(warehouse: Path, out_dir: Path, *more: str) -> dict[str, bytes]:
    """Decide into a folder and return its files."""
    places = ["--warehouse", str(warehouse), "--out-dir", str(out_dir)]
    assert main(["decide", "--quiet", *places, *more]) == 0
    files = (file for file in out_dir.rglob("*") if file.is_file())
    return {file.relative_to(out_dir).as_posix(): file.read_bytes() for file in files}


def no_process(*_: object) -> None:
    raise AssertionError("a process was started to draw")


def test_figures_that_did_not_change_are_not_drawn_again(
    sample_run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = decided(sample_run.warehouse, tmp_path)
    assert {f"figures/{name}.svg" for name in SOURCES} < set(first)
    # a figure that was changed is not taken
    (tmp_path / "figures" / "drift.svg").write_text("<svg/>")
    assert decided(sample_run.warehouse, tmp_path) == first
    monkeypatch.setattr(drawing, "Worker", no_process)
    assert decided(sample_run.warehouse, tmp_path) == first


def test_what_if_draws_nothing_and_writes_nothing(
    sample_run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawing, "Worker", no_process)
    asked = ("--what-if", "review_cost=1")
    assert not decided(sample_run.warehouse, tmp_path / "new", *asked)
    assert not (tmp_path / "new").exists()


def test_the_page_says_what_changed_and_a_repetition_says_the_same(
    sample_run: Run, tmp_path: Path
) -> None:
    shutil.copytree(sample_run.out_dir, tmp_path, dirs_exist_ok=True)
    file = tmp_path / bundle.ARTIFACT
    other = json.loads(file.read_bytes())
    other["decisions"]["routing"]["verdict"] = "refuse"
    other["knobs"][0]["setting"] = -1.0
    other["decision_id"] = pipeline.document.decision_id(other)
    file.write_bytes(bundle.json_bytes(other))
    after = decided(sample_run.warehouse, tmp_path)
    content = json.loads(after[bundle.ARTIFACT])
    assert content["supersedes"] == other["decision_id"]
    (changed,) = content["changes"]["decisions"]
    assert changed["decision"] == "routing"
    assert [one["cause"] for one in content["changes"]["causes"]] == ["knobs"]
    shown = "".join(Parsed(after[page.PAGE].decode()).texts)
    assert "routing   verdict: refuse -> canary" in shown
    assert decided(sample_run.warehouse, tmp_path) == after
    assert not bundle.verify(file)


@pytest.mark.parametrize("name", [page.PAGE, "figures/drift.svg"])
def test_verify_notices_a_page_that_was_changed(
    name: str, sample_run: Run, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(sample_run.out_dir, copy)
    with (copy / name).open("a") as file:
        file.write(" ")
    faults = bundle.verify(copy / bundle.ARTIFACT)
    assert faults == [f"{name}: changed since the decision was written"]


def test_an_almost_empty_log_has_a_report_too(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    name = "llm_system_interactions.csv"
    lines = (SAMPLE / name).read_text().splitlines(keepends=True)
    (data / name).write_text("".join(lines[:2]))
    done = run(data, tmp_path)
    shown = (done.out_dir / page.PAGE).read_text()
    assert "No scores: too few outcomes to fit a model." in shown
    assert not harmful(Parsed(shown))
    assert not bundle.verify(done.out_dir / bundle.ARTIFACT)
