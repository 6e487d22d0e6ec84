"""Sessions as Claude Code keeps them: a line for every rule of the adapter."""

from staged_sources import Row

OPUS = "claude-opus-4-5-20251101"
CACHED = {
    "cache_read_input_tokens": 14_265,
    "cache_creation_input_tokens": 10_408,
    "cache_creation": {
        "ephemeral_5m_input_tokens": 408,
        "ephemeral_1h_input_tokens": 10_000,
    },
}
ZEROS = {"input_tokens": 0, "output_tokens": 0, "cache_read_input_tokens": 0}


def line(kind: str, uuid: str, parent: str | None, at: str, **fields: object) -> Row:
    """Return one line of session s1, written at minute and second ``at``."""
    return {
        "parentUuid": parent,
        "isSidechain": False,
        "cwd": "/home/ann/SECRET",
        "sessionId": "s1",
        "version": "2.0.61",
        "entrypoint": "cli",
        "type": kind,
        "uuid": uuid,
        "timestamp": f"2026-02-18T11:{at}Z",
    } | fields


def asked(uuid: str, parent: str | None, at: str, **fields: object) -> Row:
    message = {"role": "user", "content": "SECRET prompt"}
    return line("user", uuid, parent, at, message=message, **fields)


def said(
    message: str,
    uuid: str,
    parent: str,
    at: str,
    output: int,
    block: Row | None = None,
    reason: str | None = None,
    usage: Row | None = None,
    **fields: object,
) -> Row:
    """Return a piece of an answer, with the usage so far."""
    body = {
        "model": OPUS,
        "id": message,
        "content": [block or {"type": "text", "text": f"SECRET {uuid}"}],
        "stop_reason": reason,
        "usage": {
            "input_tokens": 2,
            "output_tokens": output,
            "service_tier": "standard",
        }
        | (CACHED if usage is None else usage),
    }
    return line("assistant", uuid, parent, at, message=body, **fields)


def used(key: str, name: str) -> Row:
    return {"type": "tool_use", "id": key, "name": name, "input": {"path": "SECRET"}}


def returned(uuid: str, parent: str, at: str, key: str, **result: object) -> Row:
    block = {"type": "tool_result", "tool_use_id": key, "content": "SECRET"} | result
    message = {"role": "user", "content": [block]}
    return line("user", uuid, parent, at, message=message, toolUseResult="SECRET")


def refused(uuid: str, parent: str, at: str, text: str, **fields: object) -> Row:
    """Return the error that the client shows in place of an answer."""
    body = {
        "model": "<synthetic>",
        "id": f"id-{uuid}",
        "content": [{"type": "text", "text": text}],
        "stop_reason": "stop_sequence",
        "usage": ZEROS,
    }
    flag = {"isApiErrorMessage": True} | fields
    return line("assistant", uuid, parent, at, message=body, **flag)


def retry(uuid: str, at: str, attempt: int) -> Row:
    error = {"status": 529, "error": {"message": "SECRET overloaded"}}
    attempts = {"retryAttempt": attempt, "maxRetries": 10, "retryInMs": 558.9}
    return line("system", uuid, "u1", at, subtype="api_error", error=error, **attempts)


FIRST = [
    asked("u1", None, "30:00.000"),
    said("msg_1", "a1", "u1", "30:02.000", 1),
    said("msg_1", "a2", "a1", "30:03.000", 5, used("toolu_1", "Read")),
    said(
        "msg_1",
        "a3",
        "a2",
        "30:04.500",
        120,
        used("toolu_2", "Bash"),
        "tool_use",
        requestId="req_1",
    ),
    returned("r1", "a2", "30:05.000", "toolu_1"),
    returned("r2", "a3", "30:09.500", "toolu_2", is_error=True),
]
SESSION = [
    {"type": "summary", "summary": "SECRET", "leafUuid": "a3"},
    {"type": "file-history-snapshot", "messageId": "u1", "snapshot": {}},
    *FIRST,
    retry("e1", "30:10.000", 1),
    retry("e2", "30:11.000", 2),
    said("msg_2", "b1", "r2", "30:12.000", 40, None, "end_turn", {}),
    asked("u2", "b1", "31:00.000"),
    refused(
        "x1",
        "u2",
        "31:04.000",
        "You've hit your limit, resets 1:20am SECRET",
        error="rate_limit",
    ),
    asked("u3", "x1", "32:00.000"),
    refused(
        "x2",
        "u3",
        "32:02.000",
        "API Error: 529 Overloaded. SECRET",
        apiErrorStatus=529,
        error="server_error",
    ),
    asked("u4", "x2", "33:00.000"),
    refused("x3", "u4", "33:01.000", "API Error: Request timed out. SECRET"),
    asked("u5", "x3", "34:00.000"),
    refused(
        "x4", "u5", "34:01.000", "Please run /login", error="authentication_failed"
    ),
    asked("u6", "x4", "35:00.000"),
    said("msg_3", "c1", "u6", "35:05.000", 3, None, None, {}),
    line(
        "user",
        "i1",
        "c1",
        "35:06.000",
        message={
            "content": [{"type": "text", "text": "[Request interrupted by user]"}]
        },
    ),
    line(
        "assistant",
        "n1",
        "i1",
        "35:07.000",
        message={"model": "<synthetic>", "id": "n", "content": [], "usage": ZEROS},
    ),
    asked("u7", "n1", "36:00.000"),
    said("msg_4", "d1", "u7", "36:02.000", 9, None, "refusal", {}),
    asked("u8", "d1", "37:00.000"),
    said(
        "msg_bdrk_5",
        "f1",
        "u8",
        "37:02.000",
        9,
        used("toolu_3", "Edit"),
        "tool_use",
        {"output_tokens_details": {"thinking_tokens": 4}},
        costUSD=0.25,
    ),
    returned(
        "r3",
        "f1",
        "37:09.000",
        "toolu_3",
        is_error=True,
        content="The user doesn't want to proceed with this tool use.",
    ),
    said(
        "msg_6", "g1", "lost", "38:00.000", 9, None, "end_turn", {"input_tokens": "x"}
    ),
]
AGENT = [
    asked("s1", None, "30:06.000", isSidechain=True, agentId="ag1"),
    said(
        "msg_7",
        "s2",
        "s1",
        "30:07.000",
        50,
        None,
        "end_turn",
        {},
        isSidechain=True,
        agentId="ag1",
    ),
]
# what was said before a session was continued is repeated under its new id
FORKED = [
    row | {"sessionId": "s0", "forkedFrom": {"sessionId": "s1", "messageUuid": "a3"}}
    for row in FIRST
]
