"""Observations and scores as Langfuse exports them: one for every rule."""

from pathlib import Path

from staged_sources import Row, write_lines, write_table

MODEL = {"model": "gpt-4o-2024-08-06", "internalModelId": "m1"}
GEMINI = {
    "prompt_token_count": 10,
    "cached_content_token_count": 4,
    "candidates_token_count": 5,
}
COSTS = {"input": 0.001, "output": 0.002, "total": 0.003}


def observation(key: str, kind: str = "GENERATION", **fields: object) -> Row:
    """Return one observation of the trace t1 as the API gives it."""
    own = MODEL | {"usageDetails": {"input": 10, "output": 5}, "costDetails": COSTS}
    return {
        "id": key,
        "traceId": "t1",
        "type": kind,
        "parentObservationId": None,
        "startTime": "2025-08-28T07:32:31.222Z",
        "endTime": "2025-08-28T07:32:32.146Z",
        "level": "DEFAULT",
        "statusMessage": None,
        "latency": 924,
        "totalCost": 0,
        "input": "SECRET",
        **(own if kind == "GENERATION" else {}),
    } | fields


def used(name: str, **buckets: int) -> Row:
    return observation(name, usageDetails=buckets)


def wrong(name: str, message: str) -> Row:
    return observation(name, level="ERROR", statusMessage=message, usageDetails={})


def score(name: str, kind: str = "NUMERIC", **fields: object) -> Row:
    return {
        "id": name,
        "traceId": "t1",
        "name": name,
        "dataType": kind,
        "source": "EVAL",
        "timestamp": "2025-08-28T07:33:02.142Z",
        "comment": "SECRET",
    } | fields


CALLS = [
    used("disjoint", input=100, output=20, input_cached_tokens=30, output_reasoning=7),
    used("anthropic", input=100, cache_read_input_tokens=40, output=9, total=149),
    used("overlapping", input=100, output=20, input_cached_tokens=30, total=120),
    observation(
        "details",
        usageDetails={
            "input": 9,
            "prompt_details.cache_read": 4,
            "output": 1,
            "total": 10,
        },
    ),
    used("reasoning", input=10, output=5, reasoning=7, total=22),
    used(
        "plain_names", input=1000, cache_read=300, input_audio=20, output=50, total=1370
    ),
    used("gemini", **GEMINI, thoughts_token_count=7, total_token_count=22),
    used("gemini_plain", prompt_token_count=10, candidates_token_count=5),
    used("uncached_total", input=10, cache_read=500, output=5, total=15),
    used("total_only", total=55),
    used("zeros", input=0, output=0, total=0),
    observation("legacy", usageDetails=None, promptTokens=8, completionTokens=3),
    observation(
        "emptied",
        usageDetails={},
        usage={"input": 8, "output": 3, "unit": "TOKENS", "inputCost": 0.7},
    ),
    observation("unpriced", costDetails={}, internalModelId=None),
    observation("gratis", costDetails={"total": 0}),
    observation("parts", costDetails={"input": 0.25, "output": 0.5}),
    observation("total_cost", costDetails=None, totalCost=0.125),
    observation("open", endTime=None, latency=None),
    observation("streamed", completionStartTime="2025-08-28T07:32:31.322Z"),
    observation("ended_early", completionStartTime="2025-08-28T07:32:33.322Z"),
    observation("prompted", promptName="greet", promptVersion=3),
    wrong("limited", "Error code: 429 - SECRET"),
    wrong("timed_out", "openai.APITimeoutError: Request timed out. SECRET"),
    wrong("blocked", "Error: content_filter SECRET"),
    wrong("abandoned", "abandoned stream"),
    wrong("cancelled", "CancelledError: SECRET"),
    wrong("exhausted", "429 RESOURCE_EXHAUSTED. SECRET"),
    observation("outer", parentObservationId="root"),
    observation("chain", "CHAIN", parentObservationId="outer"),
    observation("inner", parentObservationId="chain"),
    observation("caller", parentObservationId="root"),
    observation(
        "tool", "TOOL", parentObservationId="caller", level="ERROR", name="find"
    ),
    observation("below_tool", parentObservationId="tool"),
    observation("root", "SPAN"),
    observation("embedded", "EMBEDDING"),
    observation("twice", updatedAt="2025-08-28T07:33:00Z", model="new"),
    observation("twice", updatedAt="2025-08-28T07:32:00Z", model="old"),
    observation("alone", traceId="t2", startTime="2025-08-28T07:40:00Z"),
]
SCORES = [
    score("toxicity", value=0.8),
    score("seen", observationId="legacy", value=0.5),
    score("helpful", "BOOLEAN", traceId="t2", value=1, stringValue="True"),
    score("tone", "CATEGORICAL", traceId="t2", value=0, stringValue="polite"),
]
TRACE = {
    "id": "t1",
    "name": "chat",
    "timestamp": "2025-08-28T07:32:30.303Z",
    "userId": "ann@example.com",
    "sessionId": "s1",
    "tags": ["region:eu"],
    "input": "SECRET",
}
FLAT = {
    "id": "varchar",
    "trace_id": "varchar",
    "type": "varchar",
    "start_time": "timestamp",
    "end_time": "timestamp",
    "level": "varchar",
    "provided_model_name": "varchar",
    "usage_details": "map(varchar, ubigint)",
    "total_cost": "decimal(18, 12)",
    "time_to_first_token": "double",
    "user_id": "varchar",
    "session_id": "varchar",
    "trace_name": "varchar",
}


def write_flat(folder: Path) -> None:
    """Write one call as the blob storage export does, in each of its formats."""
    values = (
        "'{0}', 't3', 'GENERATION', '2025-08-28 07:00:00.5', '2025-08-28 07:00:01.75',"
        " 'DEFAULT', 'claude-sonnet-4', {1}, 0.5, 0.2, 'u1', 's3', 'report'"
    )
    buckets = "map {'input': 100, 'input_cached_tokens': 20, 'output': 3}"
    write_table(folder / "v2.parquet", FLAT, f"({values.format('parquet', buckets)})")
    text = '\'{"input": 100, "input_cached_tokens": 20, "output": 3}\''
    in_text = FLAT | {"usage_details": "varchar"}
    write_table(folder / "v2.csv", in_text, f"({values.format('csv', text)})")
    lines = [
        {"id": "line", "trace_id": "t3", "type": "GENERATION", "level": "DEFAULT"}
        | {
            "start_time": "2025-08-28 07:00:00.500000",
            "latency": 1.25,
            "total_cost": 0.5,
        }
        | {"usage_details": {"input": 100, "input_cached_tokens": 20, "output": 3}}
        | {
            "provided_model_name": "claude-sonnet-4",
            "user_id": "u1",
            "session_id": "s3",
        }
    ]
    write_lines(folder / "v2.jsonl", lines, torn='{"id": "torn"')
