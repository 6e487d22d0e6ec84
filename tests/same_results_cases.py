"""The telemetry that same_results.py runs, and the commands it runs on it."""

import json
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
from recorded_commands import OUT, WAREHOUSE, Commands, Skipped

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests" / "python"), str(ROOT / "python")]

import langfuse_rows  # noqa: E402
import litellm_rows  # noqa: E402
import same_calls  # noqa: E402
import test_openinference  # noqa: E402
from staged_sources import write_lines  # noqa: E402

TABLE = "llm_system_interactions"
WORLDS = (
    *("null", "real", "hidden", "no_overlap", "drifted", "incident"),
    *("missing_not_at_random", "low_volume"),
)
# fixtures leave out what the gates ask for
NO_GATES = {
    "MAX_COST_MISSING_RATE": "1",
    "MAX_LATENCY_MISSING_RATE": "1",
    "MAX_UNPRICED_RATE": "1",
    "MAX_UNREADABLE_RATE": "1",
    "MAX_INVOICE_VARIANCE": "1000",
}
BATCHES = 30


def sample(commands: Commands) -> None:
    """Every command on the sample, which is decided on twice."""
    _copy_sample(commands)
    commands("validate", "--data-dir", "data")
    commands.run("--quiet", FAIL_BUDGET="0.2", SLA_MS="3000")
    shutil.copytree(commands.folder / OUT, commands.folder / "earlier")
    commands.run()
    commands("verify", f"{OUT}/decision_artifact.json")
    built = ("--warehouse", WAREHOUSE)
    versions = ("--baseline", "v1", "--candidate", "v2")
    commands("decide", *built, "--out-dir", OUT, "--json")
    artifacts = [f"{folder}/decision_artifact.json" for folder in ("earlier", OUT)]
    for words in ((), ("--json",)):
        commands("diff", *artifacts, *words)
        commands("gate", *built, *versions, *words)
    commands("gate", *built, "--baseline", "weeks:4", "--candidate", "v2", "--ad-hoc")


def sample_in_new_york(commands: Commands) -> None:
    """Days that start elsewhere."""
    _copy_sample(commands)
    commands.run(BUSINESS_TIME_ZONE="America/New_York")


def optional_columns(commands: Commands) -> None:
    """All tables in all formats, splits, propensities, and values of no use."""
    _copy_sample(commands)
    file = commands.data / f"{TABLE}.csv"
    rows = _texts(file)
    file.unlink()
    session = rows.groupby("session_id").ngroup()
    rows["split"] = pd.cut(
        session / session.max(), [-1, 0.6, 0.8, 1], labels=["train", "Val", "test"]
    )
    rows["date_utc"] = rows["timestamp_utc"].str[:10]
    rows["prompt_id"] = rows["prompt_version"].map({"v1": "p1", "v2": "p2"})
    rows = rows.assign(propensity="0.5", cache_hit="", attempted_retries="", ours="x")
    for column, value, step in (
        *(("latency_ms", "slow", 500), ("latency_ms", "-1", 501)),
        *(("timestamp_utc", "soon", 600), ("is_failure", "", 701)),
        *(("propensity", "2", 800), ("cost_usd", "nan", 90)),
        *(("cache_hit", "yes", 50), ("attempted_retries", "2", 40)),
    ):
        rows.loc[7::step, column] = value
    gzip = {"method": "gzip", "mtime": 0}
    rows.to_csv(file.with_suffix(".csv.gz"), index=False, compression=gzip)
    rows.loc[::30, ["interaction_id", "prompt_id", "response_quality_score"]].to_csv(
        commands.data / "llm_system_instruction_tuning_samples.csv", index=False
    )
    (commands.data / "llm_system_prompts_lookup.csv").write_text(
        "prompt_id,use_case,prompt_len\np1,internal_qa,12.0\np2,,long\n"
    )
    summary = commands.data / "llm_system_sessions_summary.csv"
    duckdb.sql(
        f"copy (from read_csv('{summary}', all_varchar = true))"
        f" to '{summary.with_suffix('.parquet')}' (format parquet)"
    )
    summary.unlink()
    commands.run(MAX_COST_MISSING_RATE="1")


def invoices(commands: Commands) -> None:
    """A sample without costs, two bills, and costs from the price book."""
    _copy_sample(commands)
    file = commands.data / f"{TABLE}.csv"
    rows = _texts(file).drop(columns="cost_usd")
    rows = rows.assign(model_provider="openai", model_name="gpt-4o-mini")
    rows.to_csv(file, index=False)
    (commands.data / "llm_provider_invoices.csv").write_text(
        "invoice_id,model_provider,model_name,invoice_period,amount_usd\n"
        "a,OpenAI,gpt-4o-mini,2025-03,0.2\n"
        "b,openai,,2025-04,17.5\nb,openai,,2025-04,17.5\nc,openai,,2025-04-10,-3\n"
        "d,groq,,2025-03,1\ne,,,2025-03,3\nf,openai,,soon,4\n"
    )
    commands.run(**NO_GATES)


def world(name: str, commands: Commands, *words: str) -> None:
    """A simulated world."""
    size = () if name == "low_volume" else ("--interactions", "4000")
    named = ("--world", name, "--seed", "7", *size, *words)
    commands("simulate", *named, "--out-dir", "data")
    commands.run("--json" if name == "null" else "--quiet")


def canary(commands: Commands) -> None:
    """A world whose last calls were routed at random, with logged propensities."""
    world("real", commands, "--canary-share", "0.3")


def otlp(commands: Commands) -> None:
    """Captures of several instrumentations, one with content."""
    for folder in ("captures", "workflow", "openinference"):
        source = _shared("otlp") / folder
        shutil.copytree(source, commands.data / "otlp" / folder)
    same_calls.write_spans(commands.data / "otlp", same_calls.genai)
    commands.run(sources="otlp", KEEP_CONTENT="1", **NO_GATES)


def otlp_without_content(commands: Commands) -> None:
    """One capture, whose content stays unread."""
    folder = commands.data / "otlp"
    folder.mkdir(parents=True)
    for file in (_shared("otlp") / "captures").glob("c_EVENT_ONLY.*"):
        shutil.copyfile(file, folder / file.name)
    same_calls.write_spans(folder, same_calls.openllmetry)
    commands.run(sources="otlp", **NO_GATES)


def litellm(commands: Commands) -> None:
    """A row for every rule of the adapter, its own examples, three days of calls."""
    folder = commands.data / "litellm"
    torn = '{"request_id": "torn", "spe'
    write_lines(folder / "rows.jsonl", litellm_rows.ROWS, torn=torn)
    (folder / "payload.json").write_text(json.dumps(litellm_rows.PAYLOAD))
    write_lines(folder / "days.jsonl", _rows(same_calls.litellm))
    for file in _shared("litellm").glob("*.json"):
        shutil.copyfile(file, folder / file.name)
    commands.run(sources="litellm", KEEP_CONTENT="1", **NO_GATES)


def langfuse(commands: Commands) -> None:
    """An observation for every rule of the adapter, its own traces, three days."""
    folder = commands.data / "langfuse"
    shutil.copytree(_shared("langfuse"), folder)
    calls, scores = langfuse_rows.CALLS, langfuse_rows.SCORES
    trace = langfuse_rows.TRACE | {"scores": scores}
    whole = {"trace": trace, "observations": calls[:20]}
    (folder / "trace.json").write_text(json.dumps(whole))
    (folder / "page.json").write_text(json.dumps({"data": calls[18:], "meta": {}}))
    langfuse_rows.write_flat(folder)
    write_lines(folder / "days.jsonl", _rows(same_calls.langfuse))
    commands.run(sources="langfuse", **NO_GATES)


def openinference(commands: Commands) -> None:
    """A span for every rule of the adapter, and three days of calls."""
    folder = commands.data / "openinference"
    test_openinference.write_parquet(folder / "rules.parquet", test_openinference.SPANS)
    days = _rows(same_calls.phoenix)
    test_openinference.write_parquet(folder / "days.parquet", days)
    commands.run(sources="openinference", KEEP_CONTENT="1", **NO_GATES)


def two_sources(commands: Commands) -> None:
    """Calls of two sources, then the same calls in both, which is refused."""
    write_lines(commands.data / "litellm" / "rows.jsonl", litellm_rows.ROWS)
    write_lines(commands.data / "langfuse" / "days.jsonl", _rows(same_calls.langfuse))
    commands.run(sources="litellm,langfuse", **NO_GATES)
    (commands.data / "otlp").mkdir()
    same_calls.write_spans(commands.data / "otlp", same_calls.genai)
    write_lines(commands.data / "litellm" / "days.jsonl", _rows(same_calls.litellm))
    commands.run(sources="litellm,otlp", **NO_GATES)


def window_days(commands: Commands) -> None:
    """Batches one after another, some rows late, some corrected; two weeks are held."""
    _copy_sample(commands)
    file = commands.data / f"{TABLE}.csv"
    rows = _texts(file)
    file.unlink()
    (commands.data / TABLE).mkdir()
    draw = random.Random(11)
    arrived = pd.Series(
        [
            min(
                at * BATCHES // len(rows) + draw.randrange(12) * (draw.random() < 0.05),
                BATCHES - 1,
            )
            for at in range(len(rows))
        ]
    )
    for number in range(BATCHES):
        batch = rows[arrived == number].copy()
        batch.loc[batch.index[::20], "latency_ms"] = "1"
        corrected = rows[arrived == number - 4].iloc[::20]
        found = pd.concat([corrected, batch])
        found.to_csv(commands.data / TABLE / f"{number:02}.csv", index=False)
        if number in (11, 12, 17, 22, 26, 29):
            commands.run("--quiet", WINDOW_DAYS="14")


def malformed(change: Callable[[Path], None], commands: Commands) -> None:
    """A file that cannot be read, or that a gate refuses."""
    _copy_sample(commands)
    change(commands.data)
    commands.run()


def _torn(data: Path) -> None:
    file = data / f"{TABLE}.csv"
    lines = file.read_bytes().split(b"\n")
    lines[6] = lines[6][:40]
    file.write_bytes(b"\n".join(lines))


def _refused(data: Path) -> None:
    file = data / f"{TABLE}.csv"
    rows = _texts(file)
    rows.loc[4, "total_tokens"] = "7"
    rows.loc[7, "user_id"] = "nobody"
    rows.loc[0:400, "cost_usd"] = "n/a"
    pd.concat([rows, rows.tail(1)]).to_csv(file, index=False)


def _without_column(data: Path) -> None:
    file = data / f"{TABLE}.csv"
    _texts(file).drop(columns="is_failure").to_csv(file, index=False)
    (data / "llm_system_users_summary.csv").unlink()


def _copy_sample(commands: Commands) -> None:
    commands.data.mkdir()
    for file in commands.sample.glob("*.csv"):
        shutil.copyfile(file, commands.data / file.name)


def _texts(file: Path) -> pd.DataFrame:
    return pd.read_csv(file, dtype=str, keep_default_na=False)


def _rows(written: Callable[[same_calls.Call], dict[str, Any]]) -> list[dict[str, Any]]:
    return [written(call) for call in same_calls.calls()]


def _shared(name: str) -> Path:
    """Return a folder of the shared data, beside the repository and not a worktree."""
    git = ("git", "rev-parse", "--path-format=absolute", "--git-common-dir")
    ran = subprocess.run(git, cwd=ROOT, capture_output=True, text=True, check=False)
    checkout = Path(ran.stdout.strip() or ROOT / ".git").parent
    folder = checkout.parent / "shared" / "data" / name
    if not folder.is_dir():
        raise Skipped(f"../shared/data/{name} is not on this machine")
    return folder


CASES: dict[str, Callable[[Commands], None]] = {
    "sample": sample,
    "sample_in_new_york": sample_in_new_york,
    "otlp": otlp,
    "window_days": window_days,
    "world_real": partial(world, "real"),
    "litellm": litellm,
    "langfuse": langfuse,
    "openinference": openinference,
    "two_sources": two_sources,
    "otlp_without_content": otlp_without_content,
    "invoices": invoices,
    "optional_columns": optional_columns,
    "canary": canary,
    **{f"world_{name}": partial(world, name) for name in WORLDS if name != "real"},
    "torn_line": partial(malformed, _torn),
    "refused_rows": partial(malformed, _refused),
    "missing_column": partial(malformed, _without_column),
}
