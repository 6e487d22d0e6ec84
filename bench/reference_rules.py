"""The numbers and columns of the published reference, for whichever library."""

import argparse
from pathlib import Path

SLA_MS = 2200
FAILURE_USD, BREACH_USD = 40.0, 5.0
MAX_FAILURE_RATE = min(0.20, 0.02 * 6)
MIN_REQUESTS = 60
LADDER = [("strict", 1.0, 0.0), ("relax_1", 1.15, 0.05), ("relax_2", 1.30, 0.10)]
ARM = ["use_case", "model_provider", "model_name"]
NUMBERS = [
    "latency_ms",
    "prompt_tokens",
    "completion_tokens",
    "total_tokens",
    "cost_usd",
    "tool_calls_count",
    "tokens_per_second",
]
NAMES = [
    "model_provider",
    "model_name",
    "use_case",
    "channel",
    "account_tier",
    "region",
    "segment",
]
RATIO = "prompt_to_completion_ratio"


def arguments(description: str | None) -> argparse.Namespace:
    """Return what is asked of a reference; its folder to write to is there."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("data_dir", type=Path)
    parser.add_argument("out_dir", type=Path)
    parser.add_argument("--no-triage", action="store_true")
    parser.add_argument("--lattice", action="store_true", help="every slice, as we do")
    options = parser.parse_args()
    options.out_dir.mkdir(parents=True, exist_ok=True)
    return options
