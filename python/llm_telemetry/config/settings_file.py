"""llm-telemetry.yml: the settings of a team in a file of its own."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

import yaml

from llm_telemetry.config import column_names, knobs, own_seeds
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


class _File:
    """A file that is being read, and the problems found in it so far."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.problems: list[str] = []

    def settings(self) -> Settings:
        """Return the settings, as far as there is no problem with them."""
        found = self._fields(self._root(), KEYS, "")
        paths = {
            key: self.file.parent / text
            for key in (*PATHS, *OWN_SEEDS)
            if key in found and (text := self._text(found[key], key))
        }
        declared = [name for name in knobs.declared() if name != "sources"]
        named = self._fields(found.get("knobs"), declared, "knobs.")
        texts = {name: self._knob(name, node) for name, node in named.items()}
        if "sources" in found:
            texts["sources"] = self._names(found["sources"])
        return Settings(paths, texts, self._columns(found.get("columns")))

    def _root(self) -> yaml.Node | None:
        try:
            text = self.file.read_text(encoding="utf-8")
            return yaml.compose(text, Loader=yaml.SafeLoader)
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "not UTF-8 text"
            raise InputError(f"{self.file}: cannot be read: {reason}") from error
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            where = f"line {mark.line + 1}: " if mark else ""
            what = getattr(error, "problem", None) or "unreadable character"
            raise InputError(f"{self.file}: {where}not YAML: {what}") from error

    def _fields(
        self, node: yaml.Node | None, known: tuple[str, ...] | list[str], prefix: str
    ) -> dict[str, yaml.Node]:
        """Return the values of a mapping by their keys, which must be known ones."""
        # a key without a value, or an empty file
        if node is None or node.value == "":
            return {}
        if not isinstance(node, yaml.MappingNode):
            self._complain(
                node, f"{prefix.rstrip('.') or 'settings'}: write `name: value` lines"
            )
            return {}
        found: dict[str, yaml.Node] = {}
        for key, value in node.value:
            name = str(key.value)
            if name not in known:
                self._complain(key, f"{prefix}{name}: unknown: {_hint(name, known)}")
            elif name in found:
                self._complain(key, f"{prefix}{name}: given twice: {_merge(value)}")
            found[name] = value
        return {name: value for name, value in found.items() if name in known}

    def _columns(self, node: yaml.Node | None) -> dict[str, dict[str, str]]:
        """Return the columns of the files by table and the contract's name."""
        contract = column_names.contract()
        found: dict[str, dict[str, str]] = {}
        for table, columns in self._fields(node, list(contract), "columns.").items():
            prefix = f"columns.{table}."
            named = self._fields(columns, list(contract[table]), prefix)
            texts = {
                name: self._text(one, prefix + name) for name, one in named.items()
            }
            for name, text in texts.items():
                if list(map(str.lower, texts.values())).count(text.lower()) > 1:
                    self._complain(
                        named[name], f"{prefix}{name}: {text} is given twice: keep one"
                    )
            found[table] = texts
        return found

    def _knob(self, name: str, node: yaml.Node) -> str:
        text = self._text(node, f"knobs.{name}")
        if text and (problem := knobs.declared()[name].problem(text)):
            self._complain(node, f"knobs.{name}: {problem}")
        return text

    def _names(self, node: yaml.Node) -> str:
        if not isinstance(node, yaml.SequenceNode):
            return self._text(node, "sources")
        return ",".join(self._text(name, "sources") for name in node.value)

    def _text(self, node: yaml.Node, key: str) -> str:
        """Return a scalar as it is written; complain where there is none."""
        if isinstance(node, yaml.ScalarNode) and node.value:
            return str(node.value)
        self._complain(node, f"{key}: no value: give one or remove the line")
        return ""

    def _complain(self, node: yaml.Node, problem: str) -> None:
        self.problems.append(f"{self.file}: line {node.start_mark.line + 1}: {problem}")


def _merge(value: yaml.Node) -> str:
    return "merge both" if isinstance(value, yaml.MappingNode) else "keep one"


def _hint(name: str, known: tuple[str, ...] | list[str]) -> str:
    if name == "sources":
        return "write it without indentation, beside knobs"
    if similar := get_close_matches(name.lower(), known, 1):
        return f"did you mean {similar[0]}?"
    if name.lower() in knobs.declared():
        return f"write it below knobs, as {name.lower()}"
    if "sla_ms" in known:
        return "`llm-telemetry knobs` lists the knobs"
    return f"there are {', '.join(known)}"
