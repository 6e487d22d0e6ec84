"""One simulated log with the marts built over it in memory, without dbt."""

import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

import duckdb
import pandas as pd

from llm_telemetry.config.knobs import declared
from llm_telemetry.simulate import Simulation, simulate
from llm_telemetry.simulate.parameters import World

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "tests" / "python"))

from rendered_models import build, with_seed  # noqa: E402

STAGING = "stg_telemetry_csv__"
# the simulator logs every cost: the price book has nothing to add
PRICED, PRICED_FROM = "int_interactions_priced", "int_interactions_unioned"
AS_LOGGED = (
    "select *, if(cost_usd is null, 'missing', 'logged') as cost_source, "
    "if(cost_usd is null, null, source) as price_source, 'USD' as currency "
    f"from {PRICED_FROM}"
)
# what the simulator has nothing for: models without rows, with the columns read
WITHOUT_ROWS = {
    "int_interactions_backfilled": "interaction_date date",
    "int_evaluations": "interaction_id varchar, contract_column varchar",
    "int_open_alert_days": "interaction_date date, metric varchar, "
    "dimension varchar, member varchar",
}
Change = Callable[[duckdb.DuckDBPyConnection], None]


@dataclass(frozen=True)
class Replicate:
    """A simulation, and what the pipeline made of its log alone."""

    seed: int
    simulation: Simulation
    marts: Mapping[str, pd.DataFrame]
    knobs: Mapping[str, float]


def replicate(
    world: str | World,
    seed: int,
    *,
    interactions: int,
    marts: tuple[str, ...],
    canary_share: float = 0.0,
    **changed: float,
) -> Replicate:
    """Simulate a world and build marts over it, with some knobs changed."""
    simulation = simulate(
        world, interactions=interactions, seed=seed, canary_share=canary_share
    )
    tables = built(simulation, marts, **changed)
    return Replicate(seed, simulation, tables, knobs() | changed)


def built(
    simulation: Simulation,
    marts: tuple[str, ...],
    change: Change | None = None,
    given: Mapping[str, pd.DataFrame] = MappingProxyType({}),
    **changed: float,
) -> dict[str, pd.DataFrame]:
    """Build marts and all they read, with the rows ``given`` to those without.

    ``change`` may alter `interactions` on the way.
    """
    models = dict.fromkeys(model for mart in marts for model in lineage(mart))
    with duckdb.connect(config={"threads": 1}) as connection:
        for model in models:
            if model.startswith(STAGING):
                _stage(connection, simulation, model.removeprefix(STAGING))
            elif model in WITHOUT_ROWS:
                connection.execute(f"create table {model} ({WITHOUT_ROWS[model]})")
                if model in given:
                    connection.register("given", given[model])
                    connection.execute(f"insert into {model} select * from given")
            elif (ROOT / "seeds" / f"{model}.csv").exists():
                with_seed(connection, model)
            elif model == PRICED:
                connection.execute(f"create table {PRICED} as {AS_LOGGED}")
            else:
                build(connection, model, **changed)
            if model == "interactions" and change is not None:
                change(connection)
        return {mart: connection.table(mart).df() for mart in marts}


@cache
def lineage(model: str) -> tuple[str, ...]:
    """Return what a model reads, directly or not, in an order to build it; it last."""
    files = list(ROOT.glob(f"models/**/{model}.sql"))
    if not files or model in WITHOUT_ROWS or model.startswith(STAGING):
        return (model,)
    if model == PRICED:
        return (*lineage(PRICED_FROM), PRICED)
    # what a comment names, the gates, is waited for and not read
    sql = re.sub(r"^--.*", "", files[0].read_text(), flags=re.M)
    read = re.findall(r"ref\('(\w+)'\)", sql)
    return tuple(dict.fromkeys([*(up for name in read for up in lineage(name)), model]))


@cache
def knobs() -> dict[str, float]:
    """Return the knobs of the project that are numbers, as marts.knobs would."""
    return {
        name: float(knob.default)
        for name, knob in declared().items()
        if not knob.is_text
    }


def _stage(
    connection: duckdb.DuckDBPyConnection, simulation: Simulation, table: str
) -> None:
    """Stand in for staging: what the simulator does not write is null."""
    rows: pd.DataFrame = getattr(simulation, table, pd.DataFrame({"nothing": []}))
    for name in rows.select_dtypes("datetimetz"):
        rows = rows.assign(**{name: rows[name].dt.tz_localize(None)})
    absent = [
        f"cast(null as {type_}) as {name}"
        for name, type_ in _contract(table).items()
        if name not in rows
    ]
    connection.register("simulated", rows)
    columns = ", ".join(["*", *absent])
    connection.execute(
        f"create table {STAGING}{table} as select {columns} from simulated"
    )
    connection.unregister("simulated")


@cache
def _contract(table: str) -> dict[str, str]:
    sql = (ROOT / "macros" / "loading" / "contract_columns.sql").read_text()
    own = re.search(rf"^ *'{table}': {{(.*?)^ *}}", sql, re.M | re.S)
    assert own, table
    types = dict(re.findall(r"'(\w+)': '(\w+)'", own[1]))
    texts = {"text": "varchar", "user": "varchar"}
    return {name: texts.get(type_, type_) for name, type_ in types.items()}
