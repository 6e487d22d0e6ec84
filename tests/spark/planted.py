"""The sample with values that no engine may read in its own way."""

import csv
from pathlib import Path

from conftest import SAMPLE

INTERACTIONS = "llm_system_interactions.csv"

# column, and what stands there from some row on, each text in a row of its own
PLANTED = {
    "prompt_tokens": [
        "12.7",
        "1e3",
        "+40",
        "12.",
        "1d",
        "0x1A",
        "1_000",
        " 12 ",
        "nan",
    ],
    "completion_tokens": ["-0", "inf", "1e400", "NULL", "n/a", "12f", "1,000", ".5"],
    "latency_ms": ["inf", "-inf", "nan", "1e-400", "Infinity", "1e13", "5.e2", "--1"],
    "cost_usd": ["1E-3", "nan", "0.1d", "", "none", "1e", "٣", "0.30000000000000004"],
    "is_failure": ["yes", "T", "0", "N", "1.0", "on", " true ", "maybe"],
    "timestamp_utc": [
        "2025-02-03T10:00:00+02:00",
        "2025-02-03 10:00:00+0530",
        "2025-02-03 10:00:00-03",
        "2025-02-03T10:00:00.123456789Z",
        "2025-02-03 10:00:00 Europe/Berlin",
        "2025/02/03 10:00",
        "2025-2-3",
        "2025-02-30",
        "2025",
        "12:30",
        "1735689600",
        " 2025-02-03 ",
        "2025-02-03 10:00:00 +02:00",
        "now",
    ],
    "use_case": [
        'a "quoted" word',
        "two\nlines",
        "back\\slash",
        "comma, and é 漢字",
        "it's",
    ],
    "region": ["NA", " north ", "NaN", "null", "None"],
}


def plant(folder: Path) -> None:
    """Write the sample into ``folder``, planted, with the line ends of Windows."""
    for file in SAMPLE.glob("*.csv"):
        with file.open(newline="") as source:
            header, *rows = csv.reader(source)
        if file.name == INTERACTIONS:
            for column, texts in PLANTED.items():
                for row, text in zip(rows[7::11], texts, strict=False):
                    row[header.index(column)] = text
        with (folder / file.name).open("w", newline="") as planted:
            csv.writer(planted, lineterminator="\r\n").writerows([header, *rows])
