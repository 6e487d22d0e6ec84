"""Calls as LiteLLM logs them: one row for every rule of the adapter."""

import json

from staged_sources import Row

SPENT = 0.000225
NONE = {"prompt_tokens": 0, "completion_tokens": 0}
# as str() writes it, which CSV dumps hold
PYTHON = str(
    {
        "status": "failure",
        "requester": None,
        "is_proxy": True,
        "said": 'it\'s a "SECRET"',
        "error_information": {"error_class": "RateLimitError", "note": "don't"},
    }
)
PRICED = {"cost_breakdown": {"total_cost": 0.0}}
GUARDED = {"guardrail_information": [{"guardrail_status": "guardrail_intervened"}]}


def spend(request_id: str, metadata: Row | str | None = None, **columns: object) -> Row:
    """Return one row of LiteLLM_SpendLogs as the API gives it."""
    return {
        "request_id": request_id,
        "call_type": "acompletion",
        "api_key": "",
        "spend": SPENT,
        "prompt_tokens": 10,
        "completion_tokens": 20,
        "total_tokens": 30,
        "startTime": "2025-01-24T09:20:46.847371Z",
        "endTime": "2025-01-24T09:20:47.347371Z",
        "completionStartTime": "2025-01-24T09:20:47.347371Z",
        "model": "gpt-4o",
        "custom_llm_provider": "openai",
        "user": "",
        "end_user": "",
        "cache_hit": "None",
        "status": "success",
        "request_tags": "[]",
        "messages": "{}",
        "response": "{}",
        "metadata": metadata
        if isinstance(metadata, str)
        else json.dumps(metadata or {}),
    } | columns


def failed(
    request_id: str,
    error: str,
    code: str,
    metadata: Row | None = None,
    **columns: object,
) -> Row:
    """Return the row of a call that failed, with the zeros that LiteLLM writes."""
    told = {"error_information": {"error_class": error, "error_code": code}}
    nothing = {"status": "failure", "spend": 0, "total_tokens": 0} | NONE
    return spend(request_id, told | (metadata or {}), **(nothing | columns))


def usage(**fields: object) -> Row:
    """Return metadata with the usage of the provider."""
    return {"usage_object": fields}


ROWS = [
    spend("plain"),
    spend("unpriced", spend=0),
    spend("free", PRICED, spend=0),
    spend("answer_cache_hit1737.5", spend=0, cache_hit="True"),
    spend("uncounted", spend=0, prompt_tokens=0, completion_tokens=0, total_tokens=0),
    spend("masked", GUARDED),
    spend(
        "cached",
        usage(
            prompt_tokens_details={"cached_tokens": 130_000},
            cache_creation_input_tokens=7,
            completion_tokens_details={"reasoning_tokens": 15},
        ),
        prompt_tokens=130_213,
    ),
    spend(
        "streamed",
        completionStartTime="2025-01-24T09:20:46.947371Z",
        cache_hit="False",
    ),
    spend("retried", {"attempted_retries": 2}, litellm_call_id="op-1"),
    failed("op-1", "RateLimitError", "429", litellm_call_id="op-1"),
    failed("late", "Timeout", "408"),
    failed("policy", "ContentPolicyViolationError", "400"),
    failed("guarded", "HTTPException", "400", GUARDED),
    failed("down", "InternalServerError", "500"),
    failed("left", "CancelledError", "499"),
    failed("half", "APIError", "500", prompt_tokens=10, total_tokens=10),
    spend("embedded", call_type="aembedding"),
    spend("tool", call_type="call_mcp_tool", mcp_namespaced_tool_name="files/read"),
    spend("known", end_user="ann@example.com", user="bob", api_key="k"),
    spend("caller", user="ann@example.com"),
    spend("key", api_key="88dc28"),
    spend(
        "tagged", request_tags='["User-Agent: curl", "use_case:search", "region=eu"]'
    ),
    spend(
        "asked", request_tags='["User-Agent: curl", "User-Agent: curl/8", "sums, all"]'
    ),
    spend("agent", request_tags='["User-Agent: curl", "User-Agent: curl/8"]'),
    spend("python", metadata=PYTHON, status=None, spend=0, total_tokens=0, **NONE),
    spend("unread", metadata="{'status': 'failure', 'said': SECRET}"),
    spend("labelled", {"spend_logs_metadata": {"use_case": "chat"}}),
    spend("summed_up", request_tags='["summaries"]', model="openai/gpt-4o"),
    spend("odd", prompt_tokens="many"),
    spend("offset", startTime="2025-01-24T10:20:46.847371+01:00"),
    spend("naive", startTime="2025-01-24 09:20:46.847371"),
    spend("seconds", startTime=1737710446.847371),
    spend("milliseconds", startTime=1737710446847),
    spend("nanoseconds", startTime=1737710446847371000),
    spend("twice", updated_at="2025-01-25T00:00:00Z", spend=2.0),
    spend("twice", updated_at="2025-01-24T00:00:00Z", spend=1.0),
    spend("plain"),
]

PAYLOAD = {
    "id": "chatcmpl-1",
    "trace_id": "t1",
    "call_type": "acompletion",
    "stream": True,
    "status": "success",
    "response_cost": 0.5,
    "custom_llm_provider": "azure",
    "model": "gpt-4o",
    "prompt_tokens": 10,
    "completion_tokens": 20,
    "total_tokens": 30,
    "startTime": 1766000068.28466,
    "endTime": 1766000070.07935,
    "completionStartTime": 1766000069.28466,
    "cache_hit": None,
    "metadata": {"user_api_key_hash": None},
    "messages": [{"role": "user", "content": "SECRET mail ann@example.com"}],
    "response": {
        "id": "chatcmpl-1",
        "choices": [
            {"finish_reason": "length", "message": {"content": "SECRET answer"}}
        ],
    },
    "model_parameters": {"temperature": 0.2, "max_tokens": 64},
}
