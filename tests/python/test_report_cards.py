"""The cards of the report: a state each, and commands as code."""

import re
from importlib import resources
from typing import Any

import pytest
from conftest import Run
from test_charts import contrast

from llm_telemetry.artifact import page, page_cards
from llm_telemetry.artifact.markup import with_code, wrapping
from llm_telemetry.artifact.wording import number

STATES = ("clear", "unclear", "refused")
CSS = (resources.files("llm_telemetry.artifact") / "page.css").read_text("utf-8")
LIGHT, DARK = (
    dict(re.findall(r"--(\w+):(#\w+)", root))
    for root in re.findall(r":root\{([^}]*)\}", CSS)
)


def decision(verdict: str, is_clear: bool) -> dict[str, Any]:
    said = {"recommendation": "keep", "reasons": [], "estimates": {}, "evidence": []}
    return {"verdict": verdict, "is_clear": is_clear, **said}


@pytest.mark.parametrize(
    ("verdict", "is_clear", "state", "asks"),
    [
        ("rates", True, "clear", False),
        ("covariate_drift", False, "unclear", True),
        ("refuse", True, "refused", False),
        ("refuse", False, "refused", True),
    ],
)
def test_a_refused_decision_is_neither_clear_nor_unclear(
    verdict: str, is_clear: bool, state: str, asks: bool
) -> None:
    made = page_cards.card("quality", decision(verdict, is_clear))
    assert made.state == state
    assert (page_cards.REVIEW in made.doubt) == asks
    assert made.doubt.startswith("\u00d7") == (state == "refused")
    shown = page_cards.cards({"quality": decision(verdict, is_clear)})
    assert f'class="card {state}"' in shown
    assert made.doubt in shown


def test_each_state_has_a_colour_of_its_own_that_can_be_read() -> None:
    for colours in (LIGHT, DARK):
        assert len({colours[state] for state in STATES}) == len(STATES)
        for state in STATES:
            assert contrast(colours[state], colours["card"]) >= 4.5, state
    assert ".card.refused{border-top:4px dashed var(--refused)}" in CSS
    assert ".card.refused .doubt{color:var(--refused)}" in CSS


def test_a_command_is_code(sample_run: Run) -> None:
    text = (sample_run.out_dir / page.PAGE).read_text(encoding="utf-8")
    commands = re.findall(r"<code>(llm-telemetry .+?)</code>", text)
    assert {"llm-telemetry review list", "llm-telemetry knobs"} <= set(commands)
    rest = re.sub(r"<code>.*?</code>", "", text)
    assert "llm-telemetry " not in rest
    assert "`" not in rest


def test_what_is_code_is_escaped_and_a_lone_backtick_stays() -> None:
    assert with_code("a `<b>` `c") == "a <code>&lt;b&gt;</code> `c"


@pytest.mark.parametrize(
    ("value", "said"),
    [(0.00008, "0.00008"), (-6.0571e-5, "-0.00006057"), (0.5, "0.5"), (-0.0, "0")],
)
def test_a_small_number_is_no_power_of_ten(value: float, said: str) -> None:
    assert number(value) == said


def test_a_name_wraps_where_its_words_end() -> None:
    assert wrapping("<`a_b`=c") == "&lt;<code>a_<wbr>b</code>=<wbr>c"
