"""The commands that follow a decision: look, watch, alerts, reviews."""

import click

from llm_telemetry.command_help import Command
from llm_telemetry.options import (
    ALERT_LEDGER,
    BUILT,
    CONFIG,
    JSON,
    LEDGER,
    NOW,
    OUT_DIR,
    PATH,
    POSITIVE,
    QUIET,
    RULES,
    SAMPLE,
    option,
)

ALERT_ACTIONS = (
    *("list", "show", "ack", "resolve", "mute", "history", "stats", "test"),
)
LOOK: tuple[Command, ...] = (
    Command(
        "dashboard",
        "Serve the marts and the decisions as pages in a browser.",
        *BUILT,
        OUT_DIR,
        LEDGER,
        option(
            "--alert-ledger",
            type=PATH,
            help="file of what alerts became (default: alert_ledger.jsonl in "
            "--out-dir)",
        ),
        option("--port", type=POSITIVE, default=8501, help="port (default: 8501)"),
        option(
            "--address",
            type=str,
            default="127.0.0.1",
            help="address to listen on (default: 127.0.0.1, this machine only)",
        ),
        option(
            "--allow-remote",
            help="let --address be one that others reach: there is no password and no "
            "encryption",
        ),
        option(
            "--public-url",
            type=str,
            metavar="URL",
            help="address under which a proxy shows the pages",
        ),
        option("--open", help="open a browser"),
        QUIET,
        examples={
            "dashboard --open": "look at the last run",
            "dashboard --sample --port 8600": "at the sample",
        },
    ),
)
WATCH: tuple[Command, ...] = (
    Command(
        "watch",
        "Judge the newest days against their history, and notify people once.",
        *BUILT,
        OUT_DIR,
        RULES,
        ALERT_LEDGER,
        option("--dry-run", help="send nothing and record nothing"),
        NOW,
        QUIET,
        JSON,
        examples={
            "watch --dry-run": "what would be sent?",
            "watch --rules alerts.yml": "rules and channels of your own",
        },
    ),
    Command(
        "alerts",
        "List alerts, and record what became of them.",
        CONFIG,
        SAMPLE,
        OUT_DIR,
        RULES,
        ALERT_LEDGER,
        click.Argument(
            ["action"],
            type=click.Choice(ALERT_ACTIONS),
            default="list",
            help="what to do; by default, list those that are open",
        ),
        click.Argument(
            ["target"],
            type=str,
            required=False,
            help="id of an alert, or the start of one, or its rule; rule to mute; "
            "channel to test",
        ),
        option(
            "--as",
            "label",
            type=click.Choice(("fixed", "false_alarm", "accepted")),
            help="what it was; accepted: the new normal, whose history starts anew",
        ),
        option(
            "--until",
            type=str,
            metavar="TIME",
            help="end of a mute, as in 12h, 3d or 2026-01-31",
        ),
        option("--by", type=str, metavar="NAME", help="who says so (default: you)"),
        option("--note", type=str, metavar="TEXT", help="why, for others"),
        NOW,
        JSON,
        examples={
            "alerts": "what is open",
            "alerts ack latency --by ana": "somebody is at it",
            "alerts resolve latency --as false_alarm": "for the statistics",
            "alerts mute drift --until 3d": "tell nobody for three days",
        },
    ),
)
JUDGE: tuple[Command, ...] = (
    Command(
        "review",
        "List the answers that wait for a review, and record what reviewers say.",
        CONFIG,
        SAMPLE,
        OUT_DIR,
        LEDGER,
        option(
            "--reviews",
            type=PATH,
            help="file of draws and reviews (default: review_ledger.jsonl beside "
            "the ledger of decisions)",
        ),
        click.Argument(
            ["action"],
            type=click.Choice(("list", "mark", "export", "import")),
            default="list",
            help="what to do; by default, list the answers that wait",
        ),
        click.Argument(
            ["target"],
            type=str,
            required=False,
            help="interaction_id to mark; CSV file to write or read",
        ),
        option(
            "--as",
            "label",
            type=click.Choice(("ok", "failure", "unsure")),
            help="what the reviewer says of the answer",
        ),
        option(
            "--dimension",
            type=str,
            help="respect in which it was reviewed (default: bad_answer)",
        ),
        option("--by", type=str, metavar="NAME", help="reviewer (default: you)"),
        option("--note", type=str, metavar="TEXT", help="why; stays in the ledger"),
        JSON,
        examples={
            "review": "what waits",
            "review mark 4711 --as failure --by ana": "one answer",
            "review export queue.csv": "for people who review elsewhere",
            "review import queue.csv": "and back",
        },
    ),
)
