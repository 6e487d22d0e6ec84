"""Bedrock: the invocation logs that AWS delivers to S3."""

import gzip
import json
from pathlib import Path

import pytest
from staged_sources import Row, Tables, as_text, by_id, staged

CLAUDE = "anthropic.claude-sonnet-4-20250514-v1:0"
ARN = "arn:aws:bedrock:us-east-1:111122223333"
ROLE = "arn:aws:sts::111122223333:assumed-role/app"


def log(key: str, operation: str = "Converse", **fields: object) -> Row:
    """Return one record as Bedrock writes it."""
    return {
        "schemaType": "ModelInvocationLog",
        "schemaVersion": "1.0",
        "timestamp": "2026-03-11T00:38:02Z",
        "accountId": "111122223333",
        "identity": {"arn": f"{ROLE}/ann"},
        "region": "us-east-1",
        "requestId": key,
        "operation": operation,
        "modelId": CLAUDE,
    } | fields


def asked(tokens: int, read: int = 0, write: int = 0, **body: object) -> Row:
    return {
        "inputContentType": "application/json",
        "inputBodyJson": {"messages": [{"content": [{"text": "SECRET"}]}]} | body,
        "inputTokenCount": tokens,
        "cacheReadInputTokenCount": read,
        "cacheWriteInputTokenCount": write,
    }


def answered(tokens: int, body: object = None) -> Row:
    return {
        "outputContentType": "application/json",
        "outputBodyJson": body,
        "outputTokenCount": tokens,
    }


def conversed(reason: str, milliseconds: int) -> Row:
    return {
        "output": {"message": {"content": [{"text": "SECRET"}]}},
        "stopReason": reason,
        "metrics": {"latencyMs": milliseconds},
        "usage": {"inputTokens": 4, "outputTokens": 38, "totalTokens": 42},
    }


METRICS = {
    "inputTokenCount": 20,
    "outputTokenCount": 30,
    "invocationLatency": 2100,
    "firstByteLatency": 640,
}
STREAM = [
    {
        "type": "message_start",
        "message": {"id": "msg_bdrk_1", "model": "claude-sonnet-4-20250514"},
    },
    {"type": "content_block_delta", "delta": {"text": "SECRET"}},
    {"type": "message_delta", "delta": {"stop_reason": "max_tokens"}},
    {"type": "message_stop", "amazon-bedrock-invocationMetrics": METRICS},
]
OPAQUE = [
    {"message": {"id": "msg_2", "model": "claude-sonnet-4-20250514"}},
    {"delta": {"stop_reason": "end_turn"}},
]
CODE = {"metadata": {"user_id": "user_d1_account_a1_session_s7"}}
PARAMETERS = {"inferenceConfig": {"maxTokens": 512, "temperature": 0.5, "topP": 0.25}}


def failed(key: str, code: str) -> Row:
    return log(key, errorCode=code, input=asked(0), output=answered(0))


ROWS = [
    log("plain", input=asked(4), output=answered(38, conversed("end_turn", 302))),
    log("cached", input=asked(2, 95_500, 300, **PARAMETERS), output=answered(7)),
    log(
        "streamed",
        "InvokeModelWithResponseStream",
        modelId=f"{ARN}:inference-profile/us.{CLAUDE}",
        input=asked(20),
        output=answered(30, STREAM),
    ),
    log(
        "left_bodies",
        "ConverseStream",
        input={"inputTokenCount": 9, "inputBodyS3Path": "s3://b/x_input.json.gz"},
        output={"outputTokenCount": 3},
    ),
    log(
        "opaque",
        "InvokeModelWithResponseStream",
        modelId=f"{ARN}:application-inference-profile/abc1",
        input=asked(5, max_tokens=64, temperature=1, **CODE),
        output=answered(6, OPAQUE),
    ),
    log(
        "llama",
        "InvokeModel",
        modelId="meta.llama3-70b-instruct-v1:0",
        input=asked(15, max_gen_len=2048),
        output=answered(12, {"generation": "SECRET", "stop_reason": "length"}),
    ),
    log(
        "titan",
        "InvokeModel",
        modelId="amazon.titan-text-express-v1",
        input=asked(7, textGenerationConfig={"maxTokenCount": 99, "topP": 0.5}),
        output=answered(
            11, {"results": [{"outputText": "SECRET", "completionReason": "FINISH"}]}
        ),
    ),
    failed("throttled", "ThrottlingException"),
    failed("late", "ModelTimeoutException"),
    failed("down", "ServiceUnavailableException"),
    failed("denied", "AccessDeniedException"),
    log(
        "filtered",
        input=asked(5),
        output=answered(1, conversed("guardrail_intervened", 50)),
    ),
    log(
        "guarded",
        "InvokeModel",
        input=asked(5),
        output=answered(
            2,
            {"stop_reason": "end_turn", "amazon-bedrock-guardrailAction": "INTERVENED"},
        ),
    ),
    log(
        "labelled",
        requestMetadata={"use_case": "faq", "session_id": "s1", "user_id": "bob"},
        input=asked(1),
        output=answered(1),
    ),
    log(
        "made_up_1",
        identity={"arn": f"{ROLE}/botocore-session-1700000001"},
        input=asked(1),
        output=answered(1),
    ),
    log(
        "made_up_2",
        identity={"arn": f"{ROLE}/botocore-session-1700000002"},
        input=asked(1),
        output=answered(1),
    ),
    log(
        "embedded",
        "InvokeModel",
        modelId="amazon.titan-embed-text-v2:0",
        input=asked(50),
        output={"outputBodyJson": {"embedding": [0.5]}},
    ),
    log("odd", input=asked(1) | {"inputTokenCount": "many"}, output=answered(1)),
]


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    data = tmp_path_factory.mktemp("bedrock")
    folder = data / "bedrock_logs" / "AWSLogs" / "2026" / "03"
    (folder / "data").mkdir(parents=True)
    lines = [json.dumps(row) + "\n" for row in ROWS]
    with gzip.open(folder / "20260311T0038_a.json.gz", "wt") as file:
        file.writelines(lines[:9])
    with gzip.open(folder / "20260311T0039_b.json.gz", "wt") as file:
        file.writelines(lines[8:-1])
    with gzip.open(folder / "20260311T0040_c.json.gz", "wt") as file:
        file.write(lines[-1])
    (folder / "torn.jsonl").write_text('{"requestId": "torn"\n{"requestId": "bare"}\n')
    body = {"messages": [{"content": "SECRET"}]}
    with gzip.open(folder / "data" / "x_input.json.gz", "wt") as file:
        json.dump(body, file)
    return staged("bedrock_logs", data, count_prompt_chars="1")


@pytest.fixture(scope="module")
def calls(tables: Tables) -> dict[str, Row]:
    return by_id(tables["interactions"])


@pytest.mark.parametrize(
    ("name", "tokens", "cached"),
    [
        ("plain", (4, 38, 42), (0, 0)),
        ("cached", (95_802, 7, 95_809), (95_500, 300)),
        ("left_bodies", (9, 3, 12), (None, None)),
        ("throttled", (None, None, None), (None, None)),
    ],
)
def test_cached_tokens_are_added_to_the_input(
    calls: dict[str, Row],
    name: str,
    tokens: tuple[int | None, ...],
    cached: tuple[int | None, ...],
) -> None:
    call = calls[name]
    counts = ("prompt_tokens", "completion_tokens", "total_tokens")
    assert tuple(call[count] for count in counts) == tokens
    assert (call["cache_read_tokens"], call["cache_write_tokens"]) == cached
    assert call["rejected_values"] is None


@pytest.mark.parametrize(
    ("name", "model", "asked_for", "finish"),
    [
        ("plain", CLAUDE, CLAUDE, "end_turn"),
        ("streamed", f"us.{CLAUDE}", f"us.{CLAUDE}", "max_tokens"),
        ("opaque", "anthropic.claude-sonnet-4-20250514", "abc1", "end_turn"),
        (
            "llama",
            "meta.llama3-70b-instruct-v1:0",
            "meta.llama3-70b-instruct-v1:0",
            "length",
        ),
        (
            "titan",
            "amazon.titan-text-express-v1",
            "amazon.titan-text-express-v1",
            "finish",
        ),
    ],
)
def test_the_model_is_behind_the_profile(
    calls: dict[str, Row], name: str, model: str, asked_for: str, finish: str
) -> None:
    call = calls[name]
    assert (call["model_name"], call["request_model"]) == (model, asked_for)
    assert (call["finish_reason"], call["model_provider"]) == (finish, "aws.bedrock")


def test_only_an_answer_tells_how_long_it_took(calls: dict[str, Row]) -> None:
    times = {
        name: (call["latency_ms"], call["ttft_ms"], call["is_streaming"])
        for name, call in calls.items()
    }
    assert times["plain"] == (302, None, False)
    assert times["streamed"] == (2100, 640, True)
    assert times["left_bodies"] == (None, None, True)
    assert times["llama"] == (None, None, False)


@pytest.mark.parametrize(
    ("name", "kind", "error"),
    [
        ("plain", "none", None),
        ("throttled", "rate_limit", "ThrottlingException"),
        ("late", "timeout", "ModelTimeoutException"),
        ("down", "provider_error", "ServiceUnavailableException"),
        ("filtered", "safety_block", None),
        ("guarded", "safety_block", None),
    ],
)
def test_an_error_has_its_kind(
    calls: dict[str, Row], name: str, kind: str, error: str | None
) -> None:
    call = calls[name]
    assert (call["failure_type"], call["error_type"]) == (kind, error)
    assert call["is_failure"] is (error is not None)
    assert call["safety_block_flag"] is (kind == "safety_block")


def test_parameters_are_read_in_every_format(calls: dict[str, Row]) -> None:
    limits = {
        name: calls[name]["max_tokens"]
        for name in ("cached", "opaque", "llama", "titan")
    }
    assert limits == {"cached": 512, "opaque": 64, "llama": 2048, "titan": 99}
    assert (calls["cached"]["temperature"], calls["cached"]["top_p"]) == (0.5, 0.25)
    assert calls["titan"]["top_p"] == 0.5


def test_sessions_and_users_are_those_that_the_caller_named(
    tables: Tables, calls: dict[str, Row]
) -> None:
    labelled, plain, opaque = calls["labelled"], calls["plain"], calls["opaque"]
    assert (labelled["session_id"], labelled["use_case"]) == ("s1", "faq")
    assert labelled["session_is_inferred"] is False
    assert (plain["session_id"], plain["session_is_inferred"]) == ("plain", True)
    assert (opaque["session_id"], opaque["response_id"]) == ("s7", "msg_2")
    assert calls["made_up_1"]["user_id"] == calls["made_up_2"]["user_id"]
    assert len({labelled["user_id"], plain["user_id"], opaque["user_id"]}) == 3
    assert "assumed-role" not in as_text(tables)


def test_what_is_no_call_is_left_out_by_name(
    tables: Tables, calls: dict[str, Row]
) -> None:
    excluded = by_id(tables["excluded_rows"], "record_id")
    assert {key: row["check_name"] for key, row in excluded.items()} == {
        "embedded": "left_out_spend",
        "denied": "gateway_refusal",
    }
    assert excluded["embedded"]["total_tokens"] == 50
    assert not {"embedded", "denied"} & set(calls)
    assert set(calls) | set(excluded) == {row["requestId"] for row in ROWS}


def test_a_value_that_cannot_be_cast_is_kept_and_counted(calls: dict[str, Row]) -> None:
    (rejected,) = calls["odd"]["rejected_values"]
    assert rejected == {"column_name": "input_tokens", "raw_value": "many"}


def test_every_record_is_a_call_a_body_or_unreadable(tables: Tables) -> None:
    records, files = tables["records"], tables["files"]
    kinds = records["kind"].value_counts().to_dict()
    assert kinds == {"call": len(ROWS) + 1, "body": 1}
    assert files["records"].sum() == len(records) == len(ROWS) + 1 + 1 + 2
    assert files["unreadable_records"].sum() == 2


def test_nothing_said_comes_in_but_its_length(tables: Tables) -> None:
    assert "SECRET" not in as_text(tables)
    chars = by_id(tables["contents"])
    assert (chars["plain"]["prompt_chars"], chars["plain"]["prompt_text"]) == (6, None)


def test_texts_are_kept_where_asked(tmp_path: Path) -> None:
    folder = tmp_path / "bedrock_logs"
    folder.mkdir()
    (folder / "rows.jsonl").write_text(json.dumps(ROWS[0]) + "\n")
    (content,) = staged("bedrock_logs", tmp_path, keep_content="1")["contents"].to_dict(
        "records"
    )
    assert "SECRET" in content["prompt_text"]
    assert "SECRET" in content["response_text"]
