"""The policy as a router takes it: flags that resolve, and the way back."""

import importlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from llm_telemetry.decisions.types import plain
from llm_telemetry.routing.output.payload import Payload, flags, payload

CONSTRAINTS = pd.DataFrame(
    {
        "policy_mode": ["strict"],
        "max_failure_rate": [0.12],
        "max_p95_latency_ms": [2200],
    }
)
SESSIONS = [f"s{number}" for number in range(4_000)]
Resolve = Callable[[str, dict[str, Any]], Any]


def shipped(share: float, model: str = "a", **earlier: Any) -> Payload:
    """Return the payload of two use cases, one of them routed."""
    policy = pd.DataFrame(
        {
            "use_case": ["chat", "code"],
            "model_provider": "p",
            "model_name": [model, "b"],
            "policy_mode": "strict",
            "traffic_share": [share, 0.0],
        }
    )
    return payload("canary", policy, CONSTRAINTS, earlier or None)


@pytest.fixture
def resolver(tmp_path: Path) -> Iterator[Callable[[dict[str, Any]], Resolve]]:
    """Return what gives a flag file to a flagd provider in FILE mode."""
    api = importlib.import_module("openfeature.api")
    flagd = importlib.import_module("openfeature.contrib.provider.flagd")
    config = importlib.import_module("openfeature.contrib.provider.flagd.config")
    context = importlib.import_module("openfeature.evaluation_context")

    def opened(content: dict[str, Any]) -> Resolve:
        file = tmp_path / "routing_policy.flagd.json"
        file.write_text(json.dumps(plain(content)))
        provider = flagd.FlagdProvider(
            resolver_type=config.ResolverType.FILE,
            offline_flag_source_path=str(file),
        )
        api.set_provider_and_wait(provider)
        client = api.get_client()

        def resolve(flag: str, attributes: dict[str, Any]) -> Any:
            asked = context.EvaluationContext(attributes=attributes)
            return client.get_object_details(flag, {}, asked)

        return resolve

    yield opened
    api.shutdown()


def test_the_flag_file_sends_its_share_of_the_sessions(
    resolver: Callable[[dict[str, Any]], Resolve],
) -> None:
    resolve = resolver(flags(shipped(0.05)))
    routes = [resolve("routing.chat", {"session_id": one}) for one in SESSIONS]
    sent = [one.value["route"] == "policy" for one in routes]
    # 4,000 draws at 5 %: .05 +- four standard errors
    assert 0.036 < sum(sent) / len(sent) < 0.064
    arm = next(one.value for one in routes if one.variant == "policy")
    assert arm == {"route": "policy", "model_provider": "p", "model_name": "a"}
    again = [resolve("routing.chat", {"session_id": one}).variant for one in SESSIONS]
    assert again == [one.variant for one in routes]


def test_nothing_is_routed_without_a_share_or_a_session(
    resolver: Callable[[dict[str, Any]], Resolve],
) -> None:
    resolve = resolver(flags(shipped(0.05)))
    assert resolve("routing.chat", {}).value == {"route": "baseline"}
    kept = {resolve("routing.code", {"session_id": one}).variant for one in SESSIONS}
    assert kept == {"baseline"}


@pytest.mark.parametrize(
    ("share", "routed", "said"),
    [
        (0.05, ["baseline", "policy"], "1 of 2 use cases are routed, in part or as a"),
        (0.0, ["baseline"], "nothing is routed: every flag returns its baseline"),
    ],
)
def test_only_what_is_routed_has_a_policy_to_return(
    share: float, routed: list[str], said: str
) -> None:
    content = flags(shipped(share))
    assert list(content["flags"]["routing.chat"]["variants"]) == routed
    assert list(content["flags"]["routing.code"]["variants"]) == ["baseline"]
    assert content["metadata"]["summary"].startswith(said)


def test_a_refusal_returns_the_baseline_of_every_flag(
    resolver: Callable[[dict[str, Any]], Resolve],
) -> None:
    resolve = resolver(flags(shipped(0.0)))
    for flag in ("routing.chat", "routing.code"):
        found = resolve(flag, {"session_id": "s1"})
        assert (found.value, found.error_code) == ({"route": "baseline"}, None)


def test_a_roll_out_sends_every_session(
    resolver: Callable[[dict[str, Any]], Resolve],
) -> None:
    resolve = resolver(flags(shipped(1.0)))
    sent = {resolve("routing.chat", {"session_id": one}).variant for one in SESSIONS}
    assert sent == {"policy"}


def test_flags_name_their_policy_and_what_rolls_it_back() -> None:
    content = flags(shipped(0.05, digest="before", rollback_to=None))
    metadata = content["metadata"]
    assert metadata["policy_digest"] == shipped(0.05).digest
    assert metadata["rollback_to"] == "before"
    rails = content["flags"]["routing.chat"]["metadata"]
    assert rails["roll_back_above_failure_rate"] == 0.12
    assert rails["roll_back_above_p95_latency_ms"] == 2200
    assert (
        "roll_back_above_failure_rate"
        not in content["flags"]["routing.code"]["metadata"]
    )


def test_the_same_policy_again_still_rolls_back_to_the_one_before() -> None:
    first = shipped(0.05)
    assert first.rollback_to is None
    second = shipped(0.05, "c", digest=first.digest, rollback_to=None)
    assert second.rollback_to == first.digest
    again = shipped(0.05, "c", digest=second.digest, rollback_to=second.rollback_to)
    assert (again.digest, again.rollback_to) == (second.digest, first.digest)


def test_another_arm_or_share_is_another_policy() -> None:
    digests = {shipped(0.05).digest, shipped(0.1).digest, shipped(0.05, "c").digest}
    assert len(digests) == 3
