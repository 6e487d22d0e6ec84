"""`llm-telemetry judge --categories`: suggest what each prompt template is for."""

import csv
import io
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import duckdb
import yaml

from llm_telemetry import places
from llm_telemetry.config.column_names import STEMS
from llm_telemetry.config.knobs import CONTRACT
from llm_telemetry.errors import InputError
from llm_telemetry.files.atomic import refusal
from llm_telemetry.judge import content

if TYPE_CHECKING:
    # slow to import
    import pandas as pd

RULES = Path(__file__).with_name("category_rules.yml")
SQL = Path(__file__).parent / "sql" / "prompt_categories.sql"
COLUMNS = ("prompt_id", "category")


@dataclass(frozen=True)
class Suggestion:
    """What most texts of a template ask for, and the share that do."""

    prompt_id: str
    category: str
    texts: int
    share: float


@dataclass(frozen=True)
class Result:
    """The suggestions, and the file that a person is to correct."""

    file: str
    suggestions: tuple[Suggestion, ...]
    exit_code = 0

    def document(self) -> dict[str, object]:
        """Return it as an object of JSON."""
        suggestions = [asdict(one) for one in self.suggestions]
        return {"file": self.file, "suggestions": suggestions}

    def lines(self) -> list[str]:
        """Return it as lines for people."""
        width = max(len(one.prompt_id) for one in self.suggestions)
        lines = [
            f"{one.prompt_id:{width}}  {one.category:18}  {one.share:4.0%} of "
            f"{one.texts:,} texts"
            for one in self.suggestions
        ]
        return [
            *lines,
            f"written to {self.file}; correct it, then name it in llm-telemetry.yml: "
            f"prompt_categories: {self.file}",
        ]


def suggest(options: SimpleNamespace) -> Result:
    """Write a category for each prompt template to a new file.

    Categories are confirmed by naming the file in the settings, never by this command.
    """
    file = Path(options.categories)
    if options.dimensions or options.custom or options.endpoint or options.rubric:
        raise InputError("--categories: leave out what is to be scored")
    if options.expected or options.share is not None:
        raise InputError("--categories: leave out --expected and --sample")
    if file.exists():
        raise InputError(f"{file}: exists, and may have been corrected: name a new one")
    if why := refusal(file.parent):
        raise InputError(f"{file.parent}: cannot write: {why}")
    options.left = f"{file} was not written, or not in full"
    named = places.sources(options)
    folder = places.data_dir(options, named)
    found = of_texts(_texts(options, folder, named))
    if not found:
        raise InputError(
            f"{folder}: no call with a prompt names its template: record prompt_id "
            "(docs/reference/schema.md)"
        )
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(COLUMNS)
    rows.writerows((one.prompt_id, one.category) for one in found)
    file.write_text(text.getvalue(), encoding="utf-8")
    return Result(str(file), found)


def of_texts(texts: "pd.DataFrame") -> tuple[Suggestion, ...]:
    """Return the category of each template, from prompt_id and body of its texts."""
    import pandas as pd

    patterns = yaml.safe_load(RULES.read_text(encoding="utf-8"))
    rules = pd.DataFrame(
        [
            (category, place, pattern)
            for place, (category, patterns) in enumerate(patterns.items())
            for pattern in patterns
        ],
        columns=["category", "position", "pattern"],
    )
    # nothing is spilled to a disk
    with duckdb.connect(":memory:", config={"temp_directory": ""}) as connection:
        connection.register("rules", rules)
        connection.register("texts", texts.assign(number=range(len(texts))))
        found = connection.execute(SQL.read_text(encoding="utf-8")).fetchall()
    return tuple(Suggestion(*row) for row in found)


def _texts(
    options: SimpleNamespace, folder: Path, named: Sequence[str]
) -> "pd.DataFrame":
    """Return the texts of templates; prompts of calls where the template has none."""
    import pandas as pd

    templates = _templates(folder)
    if set(named) == {CONTRACT}:
        return templates
    calls = content.read(
        folder,
        named,
        is_wanted=lambda name: True,
        is_redacted=False,
        progress=options.progress,
        needs="prompt",
    )
    prompts = calls[["prompt_id", "prompt"]].set_axis(["prompt_id", "body"], axis=1)
    others = prompts.dropna()
    others = others[~others["prompt_id"].isin(templates["prompt_id"])]
    return pd.concat([templates, others], ignore_index=True)


def _templates(folder: Path) -> "pd.DataFrame":
    """Return the templates of the contract's table of prompts, if it is there."""
    import pandas as pd

    files = [str(file) for file in sorted(folder.glob(f"{STEMS['prompts']}*.csv*"))]
    if not files:
        return pd.DataFrame({"prompt_id": [], "body": []}, dtype=object)
    try:
        with duckdb.connect(":memory:", config={"temp_directory": ""}) as connection:
            return connection.execute(
                "select prompt_id, instruction_template as body from read_csv(?, "
                "all_varchar = true, union_by_name = true) "
                "where prompt_id is not null and instruction_template is not null",
                [files],
            ).df()
    except duckdb.Error as error:
        raise InputError(
            f"{files[0]}: no prompt_id and instruction_template in it: "
            "docs/reference/schema.md has the columns"
        ) from error
