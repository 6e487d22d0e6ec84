"""The review queue: what a person says lands in the ledger as the command writes it."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import chromium
import pytest
from conftest import World, call, page, served, texts

from llm_telemetry.dashboard import show
from llm_telemetry.judge import review_ledger

WAITING = 14


@pytest.fixture
def desk(agents: World, tmp_path: Path) -> World:
    """Return the world of agents with a ledger of its own."""
    out_dir = tmp_path / "artifacts"
    out_dir.mkdir()
    made = World(agents.warehouse, out_dir)
    shutil.copyfile(agents.reviews, made.reviews)
    return made


def test_the_oldest_audit_waits_first_with_its_prompt_and_answer(desk: World) -> None:
    test = page("reviews", desk)
    draws, _ = review_ledger.load(desk.reviews)
    waiting = review_ledger.awaited(draws, [])
    assert len(draws) == WAITING
    assert test.selectbox(key="review").value == waiting[0].interaction_id
    assert [one.value for one in test.metric] == ["14", "7", "14", "0"]
    queue = test.dataframe[0].value
    assert list(queue["interaction_id"]) == [one.interaction_id for one in waiting]
    assert list(queue["review_reason"]) == [one.review_reason for one in waiting]
    said = "".join(one.value for one in test.code)
    assert "Where is parcel" in said or "Say where" in said
    assert "It is at" in said


def test_a_review_is_what_the_command_would_have_written(
    desk: World, tmp_path: Path
) -> None:
    test = page("reviews", desk)
    chosen = test.selectbox(key="review").options[3]
    test.selectbox(key="review").set_value(chosen).run()
    test.radio(key=f"review_label_{chosen}").set_value("failure")
    test.text_input(key=f"review_note_{chosen}").set_value("wrong parcel")
    test.text_input(key="review_by").set_value("ana")
    test.button[0].click().run()
    assert not test.exception
    said = show.escaped(f"{chosen}: failure in bad_answer")
    assert said in [one.value for one in test.success]
    assert test.metric[0].value == str(WAITING - 1)
    assert chosen not in test.selectbox(key="review").options

    other = tmp_path / "other.jsonl"
    mark = ("review", "mark", chosen, "--as", "failure", "--note", "wrong parcel")
    call(*mark, "--by", "ana", "--reviews", other)
    by_page, by_command = (
        json.loads(file.read_text().splitlines()[-1]) for file in (desk.reviews, other)
    )
    assert by_page.pop("reviewed_at")[:10] == by_command.pop("reviewed_at")[:10]
    assert by_page == by_command


@pytest.mark.parametrize("missing", ["label", "name"])
def test_a_review_without_a_label_or_a_name_is_not_written(
    missing: str, desk: World
) -> None:
    before = desk.reviews.read_bytes()
    test = page("reviews", desk)
    chosen = test.selectbox(key="review").value
    if missing == "name":
        test.radio(key=f"review_label_{chosen}").set_value("ok")
    else:
        test.text_input(key="review_by").set_value("ana")
    test.button[0].click().run()
    assert test.warning[0].value == "Say what the answer is, and who you are."
    assert desk.reviews.read_bytes() == before


def test_without_contents_the_page_says_so(real: World, desk: World) -> None:
    test = page("reviews", World(real.warehouse, desk.out_dir))
    assert "off by default" in texts(test)
    assert not test.code


def test_when_all_is_reviewed_that_is_said(desk: World) -> None:
    draws, _ = review_ledger.load(desk.reviews)
    done = [
        review_ledger.Review(one.interaction_id, "bad_answer", "ok", "ana", "2026")
        for one in draws
    ]
    review_ledger.record_reviews(desk.reviews, done)
    test = page("reviews", desk)
    assert "Every answer that was drawn has a review." in texts(test)
    assert test.metric[0].value == "0"


@dataclass(frozen=True)
class Visit:
    """A desk, and the address of the dashboard on it."""

    desk: World
    address: str


@pytest.fixture
def visit(desk: World) -> Iterator[Visit]:
    with served(desk) as address:
        yield Visit(desk, address)


def test_a_review_is_marked_in_a_browser(
    browser: chromium.Browser, visit: Visit
) -> None:
    browser.open(f"{visit.address}/reviews")
    browser.driver.execute_script("window.scrollTo(0, document.body.scrollHeight)")
    pick(browser, "label", "unsure")
    (name,) = browser.all(".st-key-review_by input")
    name.send_keys("ben")
    pick(browser, "button", "Save the review")
    browser.until(lambda: "unsure in bad_answer" in browser.text(), "what was saved")
    draws, reviews = review_ledger.load(visit.desk.reviews)
    (found,) = reviews
    assert found.interaction_id == review_ledger.awaited(draws, [])[0].interaction_id
    assert (found.label, found.reviewer) == ("unsure", "ben")


def pick(browser: chromium.Browser, tag: str, text: str) -> None:
    """Click what has exactly a text."""

    def found() -> list[Any]:
        return [one for one in browser.all(tag) if one.text.strip() == text]

    browser.until(found, text)
    found()[0].click()
