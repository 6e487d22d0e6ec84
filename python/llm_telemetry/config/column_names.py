"""The contract's columns, and names by which other logs call them."""

import csv
import json
import os
import re
from collections.abc import Collection, Mapping
from functools import cache

from llm_telemetry.config.project import PROJECT
from llm_telemetry.errors import InputError

VARIABLE = "LLM_TELEMETRY_COLUMNS"
# by table, the name of its file or of the folder of its batches
STEMS = {
    "interactions": "llm_system_interactions",
    "sessions": "llm_system_sessions_summary",
    "users": "llm_system_users_summary",
    "prompts": "llm_system_prompts_lookup",
    "instruction_samples": "llm_system_instruction_tuning_samples",
}

# names without case and punctuation; `success` is the opposite of a failure, no synonym
SYNONYMS = {
    "interaction_id": "request_id req_id call_id event_id message_id generation_id "
    "completion_id log_id record_id uuid id",
    "session_id": "session conversation_id conversation thread_id thread chat_id "
    "dialog_id dialogue_id",
    "user_id": "user customer_id customer client_id end_user_id end_user member_id "
    "account_id uid",
    "timestamp_utc": "timestamp created_at created time ts datetime start_time "
    "started_at event_time request_time requested_at logged_at time_utc",
    "is_failure": "failed failure is_failed error is_error has_error has_failed",
    "latency_ms": "duration_ms latency duration elapsed_ms response_time_ms "
    "response_time total_latency_ms latency_millis took_ms",
    "cost_usd": "cost price price_usd total_cost request_cost response_cost spend "
    "amount_usd",
    "model_name": "model model_id llm_model llm deployment response_model",
    "model_provider": "provider vendor llm_provider custom_llm_provider",
    "use_case": "usecase category feature task task_type intent",
    "prompt_tokens": "input_tokens tokens_in tokens_prompt num_input_tokens",
    "completion_tokens": "output_tokens tokens_out tokens_completion num_output_tokens",
    "total_tokens": "tokens token_count num_tokens",
    "failure_type": "error_category failure_reason failure_category",
    "account_tier": "tier plan customer_tier",
    "region": "country location geo",
    "segment": "customer_segment user_segment",
    "prompt_version": "template_version",
}


@cache
def contract() -> dict[str, dict[str, str]]:
    """Return, for each table, its columns and whether each is required."""
    tables: dict[str, dict[str, str]] = {}
    with (PROJECT / "seeds" / "contract_columns.csv").open(newline="") as lines:
        for row in csv.DictReader(lines):
            columns = tables.setdefault(row["table_name"], {})
            columns[row["column_name"]] = row["requirement"]
    return tables


def text(columns: Mapping[str, Mapping[str, str]]) -> str:
    """Return what VARIABLE says: by stem, the contract's name of a file's column."""
    named = {
        STEMS[table]: {written.lower(): name for name, written in names.items()}
        for table, names in columns.items()
    }
    return json.dumps(named, sort_keys=True)


def renamed(table: str) -> dict[str, str]:
    """Return, by the columns of a table's files in lower case, the contract's names.

    Raises InputError where VARIABLE cannot be read.
    """
    said = os.environ.get(VARIABLE) or "{}"
    try:
        names = json.loads(said).get(STEMS[table], {})
        return {str(written).lower(): str(name) for written, name in names.items()}
    except (ValueError, AttributeError) as error:
        raise InputError(
            f"{VARIABLE}: {said[:60]!r} is not JSON of the kind "
            f'{{"{STEMS[table]}": {{"name in the file": "name in the contract"}}}}'
        ) from error


def like(column: str, unknown: Collection[str]) -> str | None:
    """Return the unknown name that most likely means a missing column, if any does."""
    plain = {_plain(name): name for name in reversed(list(unknown))}
    meant = [column, *SYNONYMS.get(column, "").split()]
    return next((plain[_plain(name)] for name in meant if _plain(name) in plain), None)


def _plain(name: str) -> str:
    return re.sub("[^a-z0-9]", "", name.lower())
