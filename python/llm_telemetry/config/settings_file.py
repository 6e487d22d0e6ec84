"""llm-telemetry.yml: the settings of a team in a file of its own."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

import yaml

from llm_telemetry.config import column_names, knobs, own_seeds
from llm_telemetry.config.yaml_file import YamlFile
from llm_telemetry.errors import InputError

NAME = "llm-telemetry.yml"
PATHS = ("data_dir", "warehouse", "out_dir", "ledger")
# files of a team's own, added to a seed
OWN_SEEDS = tuple(own_seeds.NEEDED)
KEYS = (*PATHS, "sources", "knobs", "columns", *OWN_SEEDS)


@dataclass(frozen=True)
class Settings:
    """What a file sets; relative paths in it start at its folder.

    ``knobs`` are texts by the name of the knob, ``sources`` among them; ``columns``
    names, for each table of the contract, columns of its files by the contract's.
    """

    paths: Mapping[str, Path] = field(default_factory=dict)
    knobs: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def load(file: Path | None = None) -> Settings:
    """Return the settings of a file, by default of NAME in the working directory.

    Raises InputError with one line per problem: the file, the line and what to do.
    There are no settings where no file is named and there is none of that name.
    """
    if file is None and not Path(NAME).exists():
        return Settings()
    read = _File(file or Path(NAME))
    settings = read.settings()
    if read.problems:
        raise InputError(*read.problems)
    return settings


@contextmanager
def applied(settings: Settings) -> Iterator[None]:
    """Set the environment to the settings, where it says nothing itself."""
    wanted = {name.upper(): text for name, text in settings.knobs.items()}
    if "data_dir" in settings.paths:
        wanted["LLMOPS_DATA_DIR"] = str(settings.paths["data_dir"])
    for seed in OWN_SEEDS:
        if seed in settings.paths:
            wanted[own_seeds.variable(seed)] = str(settings.paths[seed].absolute())
    if settings.columns:
        wanted[column_names.VARIABLE] = column_names.text(settings.columns)
    added = {name: text for name, text in wanted.items() if not os.environ.get(name)}
    if of_file := [name for name in settings.knobs if name.upper() in added]:
        added[knobs.OF_FILE] = ",".join(of_file)
    before = {name: os.environ.get(name) for name in added}
    os.environ.update(added)
    try:
        yield
    finally:
        for name, text in before.items():
            if text is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = text


class _File(YamlFile):
    """A file of settings that is being read."""

    def settings(self) -> Settings:
        """Return the settings, as far as there is no problem with them."""
        found = self.fields(self.root(), KEYS, "")
        paths = {
            key: self.file.parent / text
            for key in (*PATHS, *OWN_SEEDS)
            if key in found and (text := self.text(found[key], key))
        }
        declared = [name for name in knobs.declared() if name != "sources"]
        named = self.fields(found.get("knobs"), declared, "knobs.")
        texts = {name: self._knob(name, node) for name, node in named.items()}
        if "sources" in found:
            texts["sources"] = self._names(found["sources"])
        return Settings(paths, texts, self._columns(found.get("columns")))

    def _columns(self, node: yaml.Node | None) -> dict[str, dict[str, str]]:
        """Return the columns of the files by table and the contract's name."""
        contract = column_names.contract()
        found: dict[str, dict[str, str]] = {}
        for table, columns in self.fields(node, list(contract), "columns.").items():
            prefix = f"columns.{table}."
            named = self.fields(columns, list(contract[table]), prefix)
            texts = {name: self.text(one, prefix + name) for name, one in named.items()}
            for name, text in texts.items():
                if list(map(str.lower, texts.values())).count(text.lower()) > 1:
                    self.complain(
                        named[name], f"{prefix}{name}: {text} is given twice: keep one"
                    )
            found[table] = texts
        return found

    def _knob(self, name: str, node: yaml.Node) -> str:
        text = self.text(node, f"knobs.{name}")
        if text and (problem := knobs.declared()[name].problem(text)):
            self.complain(node, f"knobs.{name}: {problem}")
        return text

    def _names(self, node: yaml.Node) -> str:
        if not isinstance(node, yaml.SequenceNode):
            return self.text(node, "sources")
        return ",".join(self.text(name, "sources") for name in node.value)

    def hint(self, name: str, known: Sequence[str]) -> str:
        """Return what to write instead of a name that is not known."""
        if name == "sources":
            return "write it without indentation, beside knobs"
        if similar := get_close_matches(name.lower(), known, 1):
            return f"did you mean {similar[0]}?"
        if name.lower() in knobs.declared():
            return f"write it below knobs, as {name.lower()}"
        if "sla_ms" in known:
            return "`llm-telemetry knobs` lists the knobs"
        return super().hint(name, known)
