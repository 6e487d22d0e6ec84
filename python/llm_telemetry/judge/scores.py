"""Scores of answers, landed as Parquet files that are only added to a folder.

They hold scores and the ids of calls, and neither a prompt nor an answer.
"""

import os
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from llm_telemetry.errors import InputError
from llm_telemetry.files.atomic import sync

if TYPE_CHECKING:
    # slow to import
    import pandas as pd

# the folder within the one of the bundle
FOLDER = "judge_scores"
COLUMNS = {
    "interaction_id": "varchar",
    "evaluator": "varchar",
    "evaluator_version": "varchar",
    # code, model or descriptor, which has no better and worse
    "evaluator_kind": "varchar",
    # 0 good to 1 bad; of a descriptor any number
    "score": "double",
    # of the calls, the share that a hash chose to be scored
    "sample_share": "double",
    # why there is no score
    "error_type": "varchar",
    # UTC
    "scored_at": "timestamp",
}
FAULTS = """
    select
        case
            when interaction_id is null then 'interaction_id is missing'
            when evaluator is null or evaluator_version is null
                then 'evaluator or evaluator_version is missing'
            when evaluator_kind not in ('code', 'model', 'descriptor')
                or evaluator_kind is null
                then 'evaluator_kind is not code, model or descriptor'
            when (score is null) = (error_type is null)
                then 'there is not exactly one of score and error_type'
            when not isfinite(score) then 'score is not a finite number'
            when evaluator_kind <> 'descriptor' and score not between 0 and 1
                then 'score is not in [0, 1]'
            when sample_share is null or not (sample_share > 0 and sample_share <= 1)
                then 'sample_share is not in (0, 1]'
            when scored_at is null then 'scored_at is missing'
        end as fault,
        interaction_id

    from batch

    where fault is not null

    limit 1
"""


def append(folder: Path, rows: "pd.DataFrame | Sequence[Mapping[str, Any]]") -> int:
    """Add a file with the rows, each of which has all COLUMNS; return their number.

    The file gets its name when it is complete, so that a killed process leaves none
    that is not. Of the rows of one evaluator version and call the last scored counts,
    so that to score again is harmless. No file is written for no rows. Raises
    ValueError for a row that is not a score, and InputError if the folder cannot be
    written.
    """
    import pandas as pd

    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    if frame.empty:
        return 0
    columns = ", ".join(
        f"cast({name} as {kind}) as {name}" for name, kind in COLUMNS.items()
    )
    with duckdb.connect(":memory:") as connection:
        # an empty column of objects has no type that DuckDB could guess
        connection.register("given", frame.astype(object).where(frame.notna(), None))
        connection.execute(f"create table batch as select {columns} from given")
        if fault := connection.execute(FAULTS).fetchone():
            raise ValueError(f"score of call {fault[1]}: {fault[0]}")
        _write(connection, folder)
    return len(frame)


def _write(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    # names sort in the order of writing
    name = f"{datetime.now(UTC):%Y%m%dT%H%M%S.%f}-{uuid.uuid4().hex[:8]}.parquet"
    unfinished = folder / f".{name}.unfinished"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        place = str(unfinished).replace("'", "''")
        connection.execute(
            f"copy (from batch order by evaluator, evaluator_version, interaction_id) "
            f"to '{place}' (format parquet, compression zstd)"
        )
        sync(unfinished)
        os.rename(unfinished, folder / name)
        sync(folder)
    except (OSError, duckdb.IOException) as error:
        reason = getattr(error, "strerror", None) or str(error).splitlines()[0]
        raise InputError(f"{folder}: cannot write: {reason}") from error
    finally:
        with suppress(OSError):
            unfinished.unlink()
