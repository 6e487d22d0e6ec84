"""What `make emitters` compares, without running an emitter."""

import json
import re
import sys
import time
import tomllib
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from conftest import ROOT

sys.path.insert(0, str(ROOT / "tests" / "emitters"))
import compared
import provider

EMITTERS: dict[str, Any] = tomllib.loads(
    (ROOT / "tests/emitters/emitters.toml").read_text()
)
ALIKE = {"one": {"title": "One", "packages": []}}


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """Return the address of a provider, and its log."""
    log = tmp_path / "served.jsonl"
    server = provider.served(log)
    yield f"http://127.0.0.1:{server.server_port}/one", log
    server.shutdown()
    server.server_close()


def post(url: str, body: dict[str, Any]) -> tuple[int, str]:
    """Return the status and the body of an answer."""
    request = urllib.request.Request(url, json.dumps(body).encode())
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_the_log_says_what_the_answers_said(served: tuple[str, Path]) -> None:
    url, log = served
    body = {"model": "o4-mini", "messages": []}
    status, answer = post(f"{url}/v1/chat/completions", body)
    usage = json.loads(answer)["usage"]
    assert (status, usage["prompt_tokens"], usage["completion_tokens"]) == (
        200,
        1000,
        60,
    )
    # input without the cached tokens, as this vendor counts it
    body = {"model": "claude-sonnet-4-5", "messages": []}
    _, answer = post(f"{url}/v1/messages", body)
    assert json.loads(answer)["usage"]["input_tokens"] == 200
    body = {"model": "gpt-4.1-mini", "stream": True}
    _, answer = post(f"{url}/v1/responses", body)
    assert '"input_tokens": 130' in answer
    # refused once, then answered
    body = {"model": "gpt-5-nano", "messages": []}
    statuses = [post(f"{url}/v1/chat/completions", body)[0] for _ in range(2)]
    assert statuses == [429, 200]
    # a line is written after its answer, which may not be read to its end
    deadline = time.monotonic() + 30
    while len(written := log.read_text().splitlines()) < 5:
        assert time.monotonic() < deadline, "an answer is not in the log"
        time.sleep(0.01)
    counts = compared.of_provider([json.loads(line) for line in written])
    assert counts["one", "cached", "calls"] == 2
    assert counts["one", "cached", "input"] == 2000
    assert counts["one", "cached", "reasoning"] == 40
    assert counts["one", "streamed", "output"] == 25
    assert counts["one", "retried", "calls"] == 2
    assert counts["one", "retried", "failures"] == 1
    assert counts["one", "retried", "input"] == 160


def test_the_marts_are_counted_by_case(tmp_path: Path) -> None:
    warehouse = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create schema marts")
        connection.execute("""
            create table marts.interactions as
            select * from (values
                ('one', 'gpt-4.1', null, 'provider_error', 0, null, null, null, null),
                ('one', null, 'o4-mini', 'none', null, 1000, 60, 800, null),
                ('one', 'gpt-5-nano', null, 'none', 1, 160, 30, 0, 0),
                ('one', 'no such model', null, 'none', 0, 1, 1, 0, 0)
            ) as rows(service_name, request_model, model_name, failure_type,
                attempted_retries, prompt_tokens, completion_tokens, cache_read_tokens,
                reasoning_tokens)
        """)
    counts = compared.of_product(warehouse, ALIKE)
    # a failure, but not of the kind that it is
    assert counts["one", "limited", "failures"] == 1
    assert counts["one", "limited", "typed"] == 0
    assert counts["one", "cached", "cached"] == 800
    assert counts["one", "retried", "calls"] == 2
    assert counts["one", "retried", "failures"] == 1
    assert counts["one", "unknown", "calls"] == 1


@pytest.mark.parametrize(
    ("found", "row", "is_wrong"),
    [
        (1, "", False),
        (0, "", True),
        (2, "", True),
        (0, "| One | plain | | | | | | |", False),
        # what is written is not to be denied
        (1, "| One | plain | | | | | | |", True),
        (0, "| One | late | | | | | | |", True),
    ],
)
def test_a_difference_is_wrong_unless_the_page_names_it(
    found: int,
    row: str,
    is_wrong: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = tmp_path / "sources.md"
    names = " | ".join(["instrumentation", *compared.MEASURES])
    rule = " | ".join(["---"] * 8)
    page.write_text(
        "## What instrumentations do not write\n\n"
        f"| {names} |\n| {rule} |\n{row}\n\n## Next\n| One | all |\n"
    )
    monkeypatch.setattr(compared, "SOURCES", page)
    key = ("one", "plain", "calls")
    counts = Counter({key: found}), Counter({key: 1}), ALIKE, Counter()
    assert compared.table(*counts).is_wrong == is_wrong


def test_the_page_names_emitters_and_cases_that_there_are() -> None:
    named = compared.not_written(compared.SOURCES.read_text())
    assert named
    assert {title for title, _, _ in named} <= {
        one["title"] for one in EMITTERS.values()
    }
    assert {case for _, _, case in named} <= {*provider.CASES, compared.UNKNOWN}


def test_every_emitter_is_pinned_and_every_model_tells_its_case() -> None:
    packages = [package for one in EMITTERS.values() for package in one["packages"]]
    loose = [one for one in packages if not re.search(r"(==|.@)\d+(\.\w+)+$", one)]
    assert not loose, f"no exact version: {loose}"
    for vendor in ("openai", "anthropic"):
        models = [case[vendor] for case in provider.CASES.values()]
        assert len({*models}) == len(models)
