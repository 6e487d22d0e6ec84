"""A model as judge, at an endpoint that misbehaves: scores, money, what is kept."""

import math
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fake_judge import (
    KEY,
    calls,
    completion,
    endpoint,
    judged,
    says,
    text,
)
from judge_runs import COST, WORDS, booked, landed, lines, of_calls, prepare, run

from llm_telemetry.judge.llm import client


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    prepare(monkeypatch)


def test_scores_land_and_nothing_of_the_texts_does(tmp_path: Path) -> None:
    with endpoint() as state:
        result = run(state, tmp_path)
    assert (result.exit_code, result.judged, result.scored) == (0, 12, 12)
    assert state.keys == {f"Bearer {KEY}"}
    rows = landed(tmp_path)
    assert set(rows["interaction_id"]) == {f"call {n}" for n in range(12)}
    assert set(rows["score"]) <= {0, 0.25, 0.5, 0.75, 1}
    assert rows["evaluator"].unique().tolist() == ["judged_unsupported"]
    assert rows["evaluator_kind"].unique().tolist() == ["model"]
    assert rows["evaluator_version"].unique().tolist() == [result.evaluator_version]
    assert (rows["sample_share"] == 1).all()
    # the probe is booked as well
    assert math.isclose(result.cost_usd, 13 * COST)
    assert math.isclose(booked(tmp_path), 13 * COST)
    for file in tmp_path.rglob("*"):
        if file.is_file():
            written = file.read_bytes().decode("latin-1").lower()
            assert not [word for word in WORDS if word.lower() in written], file
    assert not [word for word in WORDS if word in str(rows.to_dict())]
    assert not [word for word in WORDS if word in "\n".join(result.lines())]


def test_what_an_endpoint_repeats_is_not_kept(tmp_path: Path) -> None:
    def repeats(asked: dict[str, Any]) -> Any:
        said = asked["messages"][-1]["content"]
        made = {**judged(asked), "model": said, "id": said, "system_fingerprint": said}
        return made if "quorblix" in said else judged(asked)

    with endpoint(repeats) as state:
        assert run(state, tmp_path).scored == 12
        state.answer = lambda asked: (403, repeats(asked), {"Location": "quorblix"})
        with pytest.raises(client.Refused) as error:
            run(state, tmp_path, number=20)
    written = b"".join(f.read_bytes() for f in tmp_path.rglob("*") if f.is_file())
    assert b"quorblix" not in written
    assert "quorblix" not in str(error.value)


def test_an_interrupted_run_waits_for_what_is_under_way(tmp_path: Path) -> None:
    def interrupt(message: str) -> None:
        if message.startswith("judging 3 "):
            raise KeyboardInterrupt

    with endpoint(delay=0.02) as state:
        with pytest.raises(KeyboardInterrupt):
            run(state, tmp_path, number=40, progress=interrupt)
        assert len(of_calls(state)) < 40
        result = run(state, tmp_path, number=40)
    assert (result.scored, result.errors) == (40, {})
    assert set(of_calls(state).values()) == {1}


def test_what_was_judged_is_not_asked_again(tmp_path: Path) -> None:
    with endpoint() as state:
        run(state, tmp_path)
        again = run(state, tmp_path, number=14)
    assert (again.cached, again.judged, len(landed(tmp_path))) == (12, 2, 14)
    assert set(of_calls(state).values()) == {1}
    # one probe for both
    assert len(state.requests) == 15


def test_the_same_texts_are_judged_once(tmp_path: Path) -> None:
    frame = calls(3).assign(source="plindrake", answer="quorblix")
    with endpoint() as state:
        result = run(state, tmp_path, frame=frame)
    assert sum(of_calls(state).values()) == 1
    assert (result.scored, len(landed(tmp_path))) == (3, 3)


def test_another_secret_finds_nothing_of_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with endpoint() as state:
        run(state, tmp_path, number=2)
        monkeypatch.setenv("JUDGE_CACHE_SECRET", "another secret, as long as that")
        assert run(state, tmp_path, number=2).cached == 0
    keys = [line["key"] for line in lines(tmp_path, "settled") if "key" in line]
    assert len(set(keys)) == len(keys) == 4


CLOSED = {"Content-Length": "9", "Connection": "close"}
ROW = {
    "cut": (lambda a: says(text()[:9], "length"), "cut", 1),
    "refusal": (lambda a: says(None, refusal="no"), "refusal", 1),
    "filter": (lambda a: says("", "content_filter"), "content_filter", 1),
    "rejected": (lambda a: (413, {}, {}), "rejected", 1),
    "string": (lambda a: says(text(score="4/5")), "off_schema", 2),
    "scale": (lambda a: says(text(score=9)), "off_schema", 2),
    "label": (lambda a: says(text("partly")), "off_schema", 2),
    "extra": (lambda a: says(text(confidence=1)), "off_schema", 2),
    "twice": (lambda a: says(text() + text()), "malformed", 2),
    "nan": (lambda a: says(text().replace("5", "NaN")), "malformed", 2),
    "no JSON": (lambda a: (200, b"<html>", {}), "malformed", 2),
    "down": (lambda a: (503, b"<html>", {}), "server_error", 4),
    "limited": (lambda a: (429, {}, {"Retry-After": "0"}), "rate_limited", 4),
    "gateway": (lambda a: (504, b"", {}), "timeout", 4),
    "short": (lambda a: (200, b"{", CLOSED), "connection_lost", 4),
}


def is_of_call_1(asked: dict[str, Any]) -> bool:
    """Return whether a request is about the second call."""
    return '"quorblix answer 1"' in asked["messages"][-1]["content"]


def of_one_call(answer: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return an endpoint that misbehaves for one call only."""

    def made(asked: dict[str, Any]) -> Any:
        return answer(asked) if is_of_call_1(asked) else judged(asked)

    return made


@pytest.mark.parametrize("mode", ROW)
def test_a_misbehaviour_is_an_error_of_its_call(tmp_path: Path, mode: str) -> None:
    answer, error, requests = ROW[mode]
    with endpoint(of_one_call(answer)) as state:
        result = run(state, tmp_path, request_timeout=1.0)
        (asked,) = [n for k, n in state.asked.items() if '"quorblix answer 1"' in k]
        assert asked == requests
        rows = landed(tmp_path).set_index("interaction_id")
        assert rows.loc["call 1", "error_type"] == error
        assert math.isnan(rows.loc["call 1", "score"])
        assert rows["error_type"].notna().sum() == 1
        assert result.errors == {error: 1}
        # asked again by the next run only where nothing came
        again = run(state, tmp_path, request_timeout=1.0)
        (asked,) = [n for k, n in state.asked.items() if '"quorblix answer 1"' in k]
    is_kept = requests < client.ATTEMPTS
    assert again.cached == (12 if is_kept else 11)
    assert asked == (requests if is_kept else 2 * requests)


def test_limits_are_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paused: list[float] = []
    turns = iter(range(1_000))
    # the probe, then two of three
    answer = lambda asked: (  # noqa: E731
        (429, {}, {"Retry-After": "7"}) if next(turns) % 3 == 1 else judged(asked)
    )

    def pause_s(asked: float | None, attempt: int) -> float:
        paused.append(usual(asked, attempt))
        return 0

    usual = client.pause_s
    monkeypatch.setattr(client, "pause_s", pause_s)
    with endpoint(answer) as state:
        made = run(state, tmp_path, parallel=1)
    assert (made.scored, made.errors) == (12, {})
    assert sum(of_calls(state).values()) == 18
    assert paused == [7.0] * 6
    # what was refused at the door is not billed
    assert math.isclose(made.cost_usd, 13 * COST)


def test_a_timeout_counts_as_billed(tmp_path: Path) -> None:
    def late(asked: dict[str, Any]) -> Any:
        if is_of_call_1(asked):
            time.sleep(0.6)
        return judged(asked)

    with endpoint(late) as state:
        result = run(state, tmp_path, request_timeout=0.3)
    assert result.errors == {"timeout": 1}
    timeouts = [o for o in lines(tmp_path, "settled") if o["error_type"] == "timeout"]
    reserved = {o["request_id"]: o["reserved_usd"] for o in lines(tmp_path, "reserved")}
    assert len(timeouts) == 4
    assert all(o["cost_usd"] == reserved[o["request_id"]] > COST for o in timeouts)
    assert not any(o["is_usage_known"] for o in timeouts)


def test_a_slow_trickle_of_bytes_is_a_timeout(tmp_path: Path) -> None:
    with endpoint(lambda a: (200, b"{", {"Content-Length": "9"})) as state:
        started = time.monotonic()
        with pytest.raises(client.Refused, match="no answer in 4 attempts: "):
            run(state, tmp_path, request_timeout=0.2)
    assert time.monotonic() - started < 5


def test_without_usage_all_that_was_reserved_is_billed(tmp_path: Path) -> None:
    message = {"role": "assistant", "content": text()}
    with endpoint(lambda a: completion(message, has_usage=False)) as state:
        result = run(state, tmp_path)
    reserved = sum(o["reserved_usd"] for o in lines(tmp_path, "reserved"))
    assert math.isclose(result.cost_usd, reserved)
    assert result.scored == 12


def test_nobody_listens(tmp_path: Path) -> None:
    with endpoint() as state:
        pass
    with pytest.raises(client.Refused, match="no answer in 4 attempts: connection ref"):
        run(state, tmp_path)
    assert booked(tmp_path) == 0
    assert landed(tmp_path).empty


def test_an_endpoint_that_fails_in_the_middle_stops_the_run(tmp_path: Path) -> None:
    turns = iter(range(1_000))
    down = lambda a: judged(a) if next(turns) < 5 else (503, b"", {})  # noqa: E731
    with endpoint(down) as state:
        with pytest.raises(client.Refused, match="10 calls in a row had no answer"):
            run(state, tmp_path, number=100, parallel=1)
        # 5 answers, and 10 calls with 4 attempts each
        assert len(state.requests) == 45
        state.answer = judged
        again = run(state, tmp_path, number=100)
    assert (again.cached, again.scored) == (4, 100)


@pytest.mark.parametrize("status", [401, 403, 404, 302, 402])
def test_a_refusal_stops_at_once(tmp_path: Path, status: int) -> None:
    body = {"error": {"message": f"bad key {KEY}"}}
    with endpoint(lambda a: (status, body, {"Location": "/x"})) as state:
        with pytest.raises(client.Refused, match=f"answered {status}: ") as error:
            run(state, tmp_path)
        assert len(state.requests) == 1
    assert KEY not in str(error.value)
    assert booked(tmp_path) == 0


def takes(asked: dict[str, Any], param: str, is_taken: bool) -> Any:
    """Answer, or name what is not taken."""
    message = f"{param} is not supported"
    return judged(asked) if is_taken else (400, {"error": {"message": message}}, {})


def json_schema(asked: dict[str, Any]) -> Any:
    kind = asked.get("response_format", {}).get("type")
    return takes(asked, "response_format", kind != "json_schema")


def any_format(asked: dict[str, Any]) -> Any:
    return takes(asked, "response_format", "response_format" not in asked)


def max_tokens(asked: dict[str, Any]) -> Any:
    return takes(asked, "max_tokens", "max_tokens" not in asked)


def temperature(asked: dict[str, Any]) -> Any:
    return takes(asked, "temperature", "temperature" not in asked)


def nothing_named(asked: dict[str, Any]) -> Any:
    is_taken = not {"response_format", "max_tokens", "temperature"} & asked.keys()
    return judged(asked) if is_taken else (400, b"no", {})


@pytest.mark.parametrize(
    ("answer", "probes"),
    [
        (json_schema, 2),
        (any_format, 3),
        (max_tokens, 2),
        (temperature, 2),
        (nothing_named, 5),
    ],
)
def test_the_probe_learns_what_the_endpoint_takes(
    tmp_path: Path, answer: Callable[[Any], Any], probes: int
) -> None:
    with endpoint() as usual:
        plain = run(usual, tmp_path / "plain", number=3)
    with endpoint(answer) as state:
        result = run(state, tmp_path / "other", number=3)
        assert len(state.requests) == probes + 3
        # once, not per run
        run(state, tmp_path / "other", number=4)
        assert len(state.requests) == probes + 4
    assert result.scored == 3
    assert result.evaluator_version != plain.evaluator_version
    purposes = Counter(o["purpose"] for o in lines(tmp_path / "other", "reserved"))
    assert purposes == {"probe": probes, "call": 4}


def test_an_endpoint_that_takes_nothing_is_refused(tmp_path: Path) -> None:
    with endpoint(lambda a: (400, b"no", {})) as state:
        with pytest.raises(client.Refused, match="answered 400 to each kind of req"):
            run(state, tmp_path)
        assert len(state.requests) == 5
