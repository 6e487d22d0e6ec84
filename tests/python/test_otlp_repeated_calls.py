"""A call counts once, whichever instrumentations recorded it, and two calls twice."""

from pathlib import Path

import pandas as pd
from otlp_mixtures import App, Recorder
from staged_otlp import landed, staged


def counted(frame: pd.DataFrame) -> tuple[int, int, int]:
    """Return the calls, failures and tokens of an app's interactions."""
    return len(frame), int(frame["is_failure"].sum()), int(frame["total_tokens"].sum())


def test_mixtures_of_two_instrumentations_are_counted_as_they_called(
    tmp_path: Path,
) -> None:
    apps = [Recorder(seed).run() for seed in range(70)]
    found = staged(landed(tmp_path, *(app.line() for app in apps)))["interactions"]
    by_app = dict(list(found.groupby("service_name")))
    wrong = {
        app.name: (counted(by_app[app.name]), real(app))
        for app in apps
        if counted(by_app[app.name]) != real(app)
    }
    assert wrong == {}


def real(app: App) -> tuple[int, int, int]:
    """Return the calls, failures and tokens of an app."""
    return app.calls, app.failures, app.tokens
