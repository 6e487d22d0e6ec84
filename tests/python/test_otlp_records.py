"""Files, lines, ids and values of OTLP, and the order they come in."""

import base64
import gzip
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from staged_otlp import (
    Record,
    attribute_list,
    call,
    interactions,
    landed,
    request,
    staged,
)


def unreadable(frames: dict[str, pd.DataFrame]) -> int:
    """Count what was read and has no ids."""
    deliveries = frames["deliveries"]
    return int((deliveries["trace_id"].isna() & deliveries["log"].isna()).sum())


def log_record(name: str, **attributes: Any) -> str:
    """Return an ExportLogsServiceRequest of one record in one line."""
    record = {
        "timeUnixNano": "1764547201000000000",
        "eventName": name,
        "attributes": attribute_list(attributes),
    }
    return json.dumps({"resourceLogs": [{"scopeLogs": [{"logRecords": [record]}]}]})


def test_a_torn_line_is_counted_and_not_fatal(tmp_path: Path) -> None:
    whole = request(call("a"))
    frames = staged(landed(tmp_path, whole, whole.replace('"a"', '"b"')[:-40]))
    assert len(frames["interactions"]) == 1
    assert unreadable(frames) == 1


def test_a_blank_line_is_no_record(tmp_path: Path) -> None:
    frames = staged(landed(tmp_path, "", request(call("a")), "  ", "\t"))
    assert (len(frames["interactions"]), unreadable(frames)) == (1, 0)


def test_few_of_many_long_lines_are_parsed_at_a_time(tmp_path: Path) -> None:
    others = {f"other.{place}": place for place in range(20)}
    spans = [call(f"{place:x}", **others) for place in range(500)]
    line = request(*spans)
    files = [
        file
        for name in ("a.jsonl", "b.jsonl")
        for file in landed(tmp_path, *[line] * 48, name=name)
    ]
    frames = staged(files, memory="500MB")
    assert len(frames["deliveries"]) == 2 * 48 * len(spans)
    assert len(frames["interactions"]) == len(spans)


@pytest.mark.parametrize("name", ["a.json", "b.jsonl"])
def test_what_is_left_of_a_torn_file_is_read(tmp_path: Path, name: str) -> None:
    documents = [json.dumps(json.loads(request(call(x))), indent=2) for x in "ab"]
    torn = documents[1][:-40]
    (tmp_path / "one.json").write_text(torn)
    assert unreadable(staged([tmp_path / "one.json"])) == 1
    (tmp_path / "list.json").write_text(f"[{documents[0]},\n{torn}")
    assert unreadable(staged([tmp_path / "list.json"])) >= 1
    indented = name.endswith(".json")
    lines = documents if indented else [request(call(x)) for x in "ab"]
    cut = [lines[0], lines[1][:-40], lines[0]]
    (tmp_path / name).write_text("\n".join(cut))
    frames = staged([tmp_path / name])
    assert (len(frames["interactions"]), unreadable(frames)) == (1, 1)


def test_every_way_to_write_the_documents_down(tmp_path: Path) -> None:
    spans = [call(name) for name in "abcdef"]
    lines = [request(one) for one in spans]
    files = landed(tmp_path, lines[0])
    with gzip.open(tmp_path / "b.jsonl.gz", "wt") as file:
        file.write(lines[1] + "\n")
    texts = {
        "c.json": json.dumps(json.loads(lines[2]), indent=2),
        "d.json": json.dumps([json.loads(line) for line in lines[3:5]], indent=2),
        "e.json": json.dumps(spans[5]),
        "g.json": json.dumps(
            {
                "gen_ai.operation.name": "chat",
                "gen_ai.response.finish_reasons": ["stop"],
            }
        ),
        "h.json": '{"nothing": "of ours"}',
        "i.jsonl": "",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
        files.append(tmp_path / name)
    frames = staged([*files, tmp_path / "b.jsonl.gz"])
    assert len(frames["interactions"]) == 7
    assert set(frames["interactions"]["finish_reason"].dropna()) == {"stop"}
    assert unreadable(frames) == 1


def test_an_empty_file_has_no_rows(tmp_path: Path) -> None:
    frames = {**staged(landed(tmp_path))}
    # but is counted among the files
    assert set(frames.pop("files")["records"]) == {0}
    assert all(frame.empty for frame in frames.values())


def test_ids_in_base64_are_the_same_ids(tmp_path: Path) -> None:
    plain = call("a", "b")
    written = plain | {
        key: base64.b64encode(bytes.fromhex(plain[key])).decode()
        for key in ("traceId", "spanId", "parentSpanId")
    }
    upper = plain | {"traceId": plain["traceId"].upper()}
    frames = staged(landed(tmp_path, request(plain), request(written), request(upper)))
    assert list(frames["interactions"]["span_id"]) == ["a".rjust(16, "0")]
    unusable = staged(landed(tmp_path, request(plain | {"traceId": "zz"})))
    assert unusable["interactions"].empty
    assert unreadable(unusable) == 1


@pytest.mark.parametrize(
    ("value", "tokens"),
    [
        ({"intValue": "130213"}, 130_213),
        ({"intValue": 130213}, 130_213),
        ({"doubleValue": 130213.0}, 130_213),
        ({"stringValue": "130213"}, 130_213),
        ({"arrayValue": {"values": [{"intValue": "130213"}]}}, 130_213),
        ({}, None),
        ({"stringValue": ""}, None),
    ],
)
def test_values_of_any_type(tmp_path: Path, value: Record, tokens: int | None) -> None:
    row = interactions(tmp_path, call("a", usage__input_tokens=value)).loc["a"]
    assert (None if pd.isna(row["prompt_tokens"]) else row["prompt_tokens"]) == tokens


def test_what_is_no_number_is_kept_and_counted(tmp_path: Path) -> None:
    odd = {"usage__input_tokens": "12.7", "request__temperature": "warm"}
    (rejected,) = interactions(tmp_path, call("a", **odd))["rejected_values"]
    found = {(value["column_name"], value["raw_value"]) for value in rejected}
    assert found == {("prompt_tokens", "12.7"), ("temperature", "warm")}


def test_text_comes_as_it_was_written(tmp_path: Path) -> None:
    said = 'a "quoted" \\ name\n\u00e9\u4e2d\U0001f600'
    rows = interactions(
        tmp_path,
        call("a", **{"session.id": said}),
        call("b", **{"session.id": "\u4e2d\u6587"}, trace="2"),
    )
    assert list(rows["session_id"]) == [said, "\u4e2d\u6587"]


CACHED = {
    "conventions": "gen_ai.usage.cache_read.input_tokens",
    "OpenLLMetry": "gen_ai.usage.cache_read_input_tokens",
    "OpenInference": "llm.token_count.prompt_details.cache_read",
}


@pytest.mark.parametrize("key", CACHED.values(), ids=CACHED)
def test_cached_tokens_are_part_of_the_prompt_and_counted_once(
    tmp_path: Path, key: str
) -> None:
    usage = {"usage__input_tokens": 130_213, "usage__output_tokens": 0, key: 130_208}
    row = interactions(tmp_path, call("a", **usage)).loc["a"]
    assert (row["prompt_tokens"], row["cache_read_tokens"]) == (130_213, 130_208)
    assert row["total_tokens"] == 130_213


def test_the_current_name_counts_before_the_deprecated(tmp_path: Path) -> None:
    both = {"usage__prompt_tokens": 1, "usage__input_tokens": 2, "system": "old"}
    row = interactions(tmp_path, call("a", **both, provider__name="New")).loc["a"]
    assert (row["prompt_tokens"], row["model_provider"]) == (2, "new")


def test_resources_speak_for_their_spans(tmp_path: Path) -> None:
    resource = {"service.name": "shop", "deployment.environment": "prod"}
    frames = staged(landed(tmp_path, request(call("a"), **resource)))
    (row,) = frames["interactions"].to_dict("records")
    assert (row["service_name"], row["environment"]) == ("shop", "prod")


def test_nothing_but_the_seed_s_attributes_enters(tmp_path: Path) -> None:
    secret = {"gen_ai.input.messages": "SECRET a@b.example", "app.other": "SECRET"}
    failed = {"code": 2, "message": "SECRET"}
    event = {
        "name": "exception",
        "attributes": attribute_list(
            {"exception.type": "E", "exception.message": "SECRET"}
        ),
    }
    lines = request(call("a", status=failed, events=[event], **secret))
    frames = {**staged(landed(tmp_path, lines))}
    contents = frames.pop("contents")
    assert not any("SECRET" in frame.to_csv() for frame in frames.values())
    assert list(contents["prompt_text"]) == ["SECRET <EMAIL>"]
    assert list(contents["prompt_chars"]) == [len("SECRET a@b.example")]


def test_judgements_find_their_answer(tmp_path: Path) -> None:
    judged = {"gen_ai.response.id": "r", "gen_ai.evaluation.name": "user_feedback"}
    judged |= {"gen_ai.evaluation.score.value": -1.0}
    line = log_record("gen_ai.evaluation.result", **judged)
    lines = [request(call("a", response__id="r")), line, line]
    frames = staged(landed(tmp_path, *lines, log_record("another", **judged)))
    (row,) = frames["evaluations"].to_dict("records")
    assert row["interaction_id"] == frames["interactions"]["interaction_id"][0]
    assert (row["evaluation_name"], row["score"]) == ("user_feedback", -1.0)
    assert unreadable(frames) == 0


def test_a_judgement_is_known_by_what_it_judges_and_when(tmp_path: Path) -> None:
    judged = {"gen_ai.response.id": "r", "gen_ai.evaluation.name": "toxicity"}
    score = "gen_ai.evaluation.score.value"
    lines = [
        log_record("gen_ai.evaluation.result", **judged, **said)
        for said in ({score: 0.5}, {score: 0.25}, {score: 0.5, "app.evaluator": "ann"})
    ]
    assert len(staged(landed(tmp_path, *lines))["evaluations"]) == 2


FLATTENED = {
    "OpenLLMetry": ("gen_ai.prompt.{}.content", "gen_ai.completion.{}.content"),
    "OpenInference": (
        "llm.input_messages.{}.message.content",
        "llm.output_messages.{}.message.content",
    ),
}


@pytest.mark.parametrize("names", FLATTENED.values(), ids=FLATTENED)
def test_content_that_is_spread_over_attributes_is_kept_and_redacted(
    tmp_path: Path, names: tuple[str, str]
) -> None:
    asked, answered = names
    said = {asked.format(n): f"part {n} of a@b.example" for n in (10, 2, 0)}
    said |= {answered.format(0): "yes", asked.format(0).replace("content", "role"): "u"}
    frames = {**staged(landed(tmp_path, request(call("a", **said))))}
    (row,) = frames.pop("contents").to_dict("records")
    assert row["prompt_text"].splitlines() == [
        f"part {n} of <EMAIL>" for n in (0, 2, 10)
    ]
    assert row["response_text"] == "yes"
    assert not any("part" in frame.to_csv() for frame in frames.values())


def test_content_in_several_parts_of_a_message_is_kept(tmp_path: Path) -> None:
    part = "llm.input_messages.0.message.contents.{}.message_content.text"
    said = {part.format(n): f"part {n}" for n in (1, 0)}
    frames = staged(landed(tmp_path, request(call("a", **said))))
    assert list(frames["contents"]["prompt_text"]) == ["part 0\npart 1"]


def test_an_exception_in_the_log_is_the_error_of_its_call(tmp_path: Path) -> None:
    spans = [call("a"), call("b", **{"error.type": "504"}), call("c")]
    lines = []
    for one in spans[:2]:
        record = json.loads(
            log_record(
                "gen_ai.client.operation.exception",
                **{"exception.type": "openai.RateLimitError"},
            )
        )
        (logged,) = record["resourceLogs"][0]["scopeLogs"][0]["logRecords"]
        logged |= {key: one[key] for key in ("traceId", "spanId")}
        lines += [json.dumps(record)] * 2
    frame = staged(landed(tmp_path, *lines, request(*spans)))["interactions"]
    assert list(frame["failure_type"]) == ["rate_limit", "timeout", "none"]
    assert list(frame["is_failure"]) == [True, True, False]


def test_the_instrumentation_is_read_under_every_name(tmp_path: Path) -> None:
    today = request(call("a", scope="one"), call("b", scope="two"))
    earlier = (
        today.replace("scopeSpans", "instrumentationLibrarySpans")
        .replace('"scope": {"name"', '"instrumentationLibrary": {"name"', 2)
        .replace("one", "three")
        .replace("two", "four")
    )
    alone = call("c", scope="five")
    alone["instrumentationScope"] = alone.pop("scope")
    for line, scopes in [
        (today, ["one", "two"]),
        (earlier, ["three", "four"]),
        (json.dumps(alone), ["five"]),
        (request(call("d", scope="")), [None]),
    ]:
        deliveries = staged(landed(tmp_path, line))["deliveries"]
        assert set(deliveries["scope_name"].replace({float("nan"): None})) == set(
            scopes
        )
