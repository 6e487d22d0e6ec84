"""LiteLLM's proxy: what its rows say of attempts, prices, keys and clients."""

from pathlib import Path
from typing import Any

import compiled_sources
import pytest
from litellm_rows import failed, spend, usage
from staged_sources import Row, by_id, write_lines

COUNTED = {"prompt_tokens": 9_000, "completion_tokens": 0, "total_tokens": 9_000}


def calls(folder: Path, *rows: Row) -> dict[str, Row]:
    file = folder / "rows.jsonl"
    write_lines(file, list(rows))
    tables = compiled_sources.staged("litellm", [file], "jsonl")
    return by_id(tables["interactions"])


def free(
    request_id: str, price: Row | None, name: str = "openai/own", **own: Any
) -> Row:
    """Return a row with a cost of zero, and what LiteLLM knew of the price."""
    told = {
        "cost_breakdown": {"total_cost": 0.0},
        "model_map_information": {"model_map_key": name, "model_map_value": price},
    }
    return spend(request_id, told, spend=0, model_id="d1", **own)


def test_a_zero_is_a_price_only_where_the_operator_set_it(tmp_path: Path) -> None:
    nothing = {"input_cost_per_token": 0, "output_cost_per_token": 0}
    found = calls(
        tmp_path,
        free("operator", {"key": "d1", **nothing}),
        free("registered", {"key": "openai/own", **nothing}),
        free("no_map", None),
        free(
            "half_free",
            {"key": "gpt", "input_cost_per_token": 0.0}
            | {"output_cost_per_token": 6e-7},
        ),
        free("cached", {"key": "openai/own", **nothing}, cache_hit="True"),
        spend("old", {"cost_breakdown": {"total_cost": 0.0}}, spend=0),
    )
    costs = {name: call["cost_usd"] for name, call in found.items()}
    assert costs == {
        "operator": 0,
        "registered": None,
        "no_map": None,
        "half_free": 0,
        "cached": 0,
        "old": 0,
    }


@pytest.mark.parametrize(
    ("first", "hit", "ttft_ms"),
    [
        ("47.347", "False", None),
        ("47.346", "False", None),
        ("47.345", "False", 498),
        ("47.000", "False", 153),
        ("47.000", "None", None),
        ("46.800", "False", None),
    ],
)
def test_one_moment_rounded_in_two_ways_is_no_first_token(
    tmp_path: Path, first: str, hit: str, ttft_ms: float | None
) -> None:
    day = "2025-01-24T09:20:"
    moments = {"startTime": f"{day}46.847", "endTime": f"{day}47.347"}
    row = spend("a", **moments, completionStartTime=day + first, cache_hit=hit)
    call = calls(tmp_path, row)["a"]
    assert (call["ttft_ms"], call["is_streaming"]) == (
        ttft_ms,
        ttft_ms is not None or None,
    )


def test_every_row_of_a_request_is_one_attempt(tmp_path: Path) -> None:
    late = ("Timeout", "408")
    found = calls(
        tmp_path,
        failed("r", *late, {"attempted_retries": 2}, litellm_call_id="r"),
        failed("r-attempt-0", *late, litellm_call_id="r-attempt-0"),
        failed("r-attempt-1", *late, {"attempted_retries": 1})
        | {"litellm_call_id": "r-attempt-1"},
        spend("other", {"attempted_retries": 2}, litellm_call_id="s"),
    )
    assert {call["operation_id"] for call in found.values()} == {"r", "s"}
    hidden = {name: call["attempted_retries"] for name, call in found.items()}
    assert hidden == {"r": None, "r-attempt-0": None, "r-attempt-1": None, "other": 2}


def test_a_rescued_request_asked_for_the_model_that_failed(tmp_path: Path) -> None:
    told = {"original_model_group": "big", "attempted_fallbacks": 1}
    found = calls(
        tmp_path,
        spend("rescued", told, model_group="mini"),
        spend("retried", told | {"attempted_retries": 2}, model_group="mini"),
        spend("asked", {"original_model_group": "mini", "attempted_fallbacks": 0}),
    )
    assert found["rescued"]["request_model"] == "big"
    hidden = {name: call["attempted_retries"] for name, call in found.items()}
    assert hidden == {"rescued": 1, "retried": 3, "asked": 0}


@pytest.mark.parametrize(
    ("told", "columns", "tokens"),
    [
        ({"usage_object": {}}, COUNTED, None),
        ({}, COUNTED, None),
        (usage(prompt_tokens=9_000, completion_tokens=1), COUNTED, 9_000),
        ({"usage_object": {}}, COUNTED | {"spend": 0.01}, 9_000),
    ],
    ids=["own count", "old row", "the provider's count", "billed"],
)
def test_a_failed_call_used_what_the_provider_counted(
    tmp_path: Path, told: Row, columns: Row, tokens: int | None
) -> None:
    call = calls(tmp_path, failed("a", "RateLimitError", "429", told, **columns))["a"]
    counts = ("prompt_tokens", "total_tokens", "stated_total_tokens")
    assert [call[name] for name in counts] == [tokens] * 3
    assert call["cost_usd"] == columns.get("spend")
    assert call["failure_type"] == "rate_limit"


def test_what_the_proxy_refused_is_no_call_of_a_model(tmp_path: Path) -> None:
    nobody = {"error_information": {"error_class": "HTTPException", "llm_provider": ""}}
    somebody = {
        "error_information": {"error_class": "APIError", "llm_provider": "openai"}
    }
    left = {
        "error_information": {"error_class": "ClientDisconnected", "error_code": "499"}
    }
    blocked = {"guardrail_information": [{"guardrail_status": "guardrail_intervened"}]}
    found = calls(
        tmp_path,
        failed("key", "KeyNotFoundError", "401"),
        failed("budget", "BudgetExceededError", "422", **COUNTED),
        failed("limit", "ProxyRateLimitError", "429"),
        failed("cooling", "RouterRateLimitError", "429"),
        failed("unknown", "x", "400", nobody),
        failed("theirs", "x", "500", somebody),
        failed("theirs_too", "RateLimitError", "429"),
        failed("left", "x", "499", left),
        failed("blocked", "x", "400", nobody | blocked),
        failed("began", "x", "500", nobody, **COUNTED),
    )
    assert set(found) == {"theirs", "theirs_too", "left", "blocked", "began"}
    assert found["left"]["is_abandoned"]
    assert found["blocked"]["failure_type"] == "safety_block"


ACCOUNT = "user_0a1b_account_{}_session_{}"
JSON = '{{"device_id":"0a1b","account_uuid":"{}","session_id":"{}"}}'


def test_claude_code_names_a_user_and_a_session_in_one(tmp_path: Path) -> None:
    users = {
        "a1": ACCOUNT.format("ann", "s1"),
        "a2": ACCOUNT.format("ann", "s2"),
        "a3": JSON.format("ann", "s2"),
        "b1": JSON.format("bob", "s3"),
        "d1": ACCOUNT.format("", "s4"),
        "d2": JSON.format("", "s5"),
        "plain": "user_of_account_nine",
        "torn": '{"session_id": "s6"',
    }
    rows = [
        spend(name, end_user=user, session_id=f"random {name}")
        for name, user in users.items()
    ]
    found = calls(tmp_path, *rows)
    by_user: dict[str, set[str]] = {}
    for name, call in found.items():
        by_user.setdefault(call["user_id"], set()).add(name)
    assert sorted(map(sorted, by_user.values())) == [
        ["a1", "a2", "a3"],
        ["b1"],
        ["d1", "d2"],
        ["plain"],
        ["torn"],
    ]
    sessions = [call["session_id"] for _, call in sorted(found.items())]
    assert sessions == [
        "s1",
        "s2",
        "s2",
        "s3",
        "s4",
        "s5",
        "random plain",
        "random torn",
    ]


def test_azure_is_priced_by_the_model_behind_a_deployment(tmp_path: Path) -> None:
    def deployed(name: str, key: str | None, provider: str = "azure") -> Row:
        told = {
            "model_map_information": {"model_map_key": key, "model_map_value": None}
        }
        model = f"{provider}/my-own"
        return spend(name, told, model=model, model_id="d1") | {
            "custom_llm_provider": provider
        }

    found = calls(
        tmp_path,
        deployed("based", "azure/gpt-4o-mini"),
        deployed("regional", "azure/eu/gpt-4o-mini"),
        deployed("priced", "d1"),
        deployed("unknown", None),
        deployed("other", "gpt-4o", "openai"),
    )
    models = {name: call["model_name"] for name, call in found.items()}
    assert models == {
        "based": "gpt-4o-mini",
        "regional": "gpt-4o-mini",
        "priced": "my-own",
        "unknown": "my-own",
        "other": "my-own",
    }


def test_the_tag_of_a_key_is_not_what_a_call_is_for(tmp_path: Path) -> None:
    clients = ["User-Agent: x", "User-Agent: x/1"]

    def tagged(name: str, key: str, *before: str, after: str = "") -> Row:
        tags = [*before, *clients, *([after] if after else [])]
        return spend(name, api_key=key, request_tags=tags)

    found = calls(
        tmp_path,
        tagged("of_key", "k1", "team tag"),
        tagged("of_both", "k1", "search", "team tag"),
        tagged("of_header", "k1", "team tag", after="chat"),
        tagged("no_key_tag", "k2", "search"),
        tagged("nor_here", "k2", "chat"),
        tagged("only_one", "k3", "search"),
    )
    assert {name: call["use_case"] for name, call in found.items()} == {
        "of_key": None,
        "of_both": "search",
        "of_header": "chat",
        "no_key_tag": "search",
        "nor_here": "chat",
        "only_one": "search",
    }


@pytest.mark.parametrize(
    ("response", "finish", "kind"),
    [
        ({"choices": [{"finish_reason": "completed"}]}, "stop", "none"),
        ({"status": "completed"}, "stop", "none"),
        (
            {
                "status": "incomplete",
                "incomplete_details": {"reason": "content_filter"},
            },
            "content_filter",
            "safety_block",
        ),
        ({"stop_reason": "refusal"}, "refusal", "safety_block"),
    ],
)
def test_every_api_tells_how_an_answer_ended(
    tmp_path: Path, response: Row, finish: str, kind: str
) -> None:
    call = calls(tmp_path, spend("a", response=response))["a"]
    assert (call["finish_reason"], call["failure_type"]) == (finish, kind)
