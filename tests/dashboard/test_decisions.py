"""Decisions: each card has the state of its decision, with a bundle or without."""

import json
from collections import Counter
from pathlib import Path

from conftest import World, page
from streamlit.testing.v1 import AppTest

from llm_telemetry.artifact import bundle
from llm_telemetry.artifact.page_cards import card
from llm_telemetry.dashboard.pages.decisions import COLOURS

COMMAND = "`llm-telemetry review list`"


def badges(test: AppTest) -> Counter[str]:
    """Return how many badges of each colour and text a page has."""
    return Counter(one.value for one in test.markdown if "-badge[" in one.value)


def expected(world: World) -> Counter[str]:
    """Return the badges of the decisions of a bundle."""
    artifact = json.loads((world.out_dir / bundle.ARTIFACT).read_bytes())
    cards = [card(name, one) for name, one in artifact["decisions"].items()]
    assert {one.state for one in cards} >= {"unclear", "refused"}
    return Counter(f":{COLOURS[one.state]}-badge[{one.doubt}]" for one in cards)


def test_a_card_has_the_state_of_its_decision(real: World, tmp_path: Path) -> None:
    for world in (real, World(real.warehouse, tmp_path)):
        test = page("decisions", world)
        assert expected(real) <= badges(test)
        # beside them, the status of the bundle
        assert badges(test).total() == expected(real).total() + 1
        assert any(COMMAND in one.value for one in test.markdown)
