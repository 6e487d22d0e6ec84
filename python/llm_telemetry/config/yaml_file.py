"""Files of settings in YAML, read with the line of each problem."""

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

import yaml

from llm_telemetry.errors import InputError


class YamlFile:
    """A file that is being read, and the problems found in it so far."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.problems: list[str] = []

    def root(self) -> yaml.Node | None:
        """Return what the file contains; raise InputError where it is not YAML."""
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

    def fields(
        self, node: yaml.Node | None, known: Sequence[str], prefix: str
    ) -> dict[str, yaml.Node]:
        """Return the values of a mapping by their keys, which must be known ones."""
        # a key without a value, or an empty file
        if node is None or node.value == "":
            return {}
        if not isinstance(node, yaml.MappingNode):
            self.complain(
                node, f"{prefix.rstrip('.') or 'settings'}: write `name: value` lines"
            )
            return {}
        found: dict[str, yaml.Node] = {}
        for key, value in node.value:
            name = str(key.value)
            if name not in known:
                self.complain(key, f"{prefix}{name}: unknown: {self.hint(name, known)}")
            elif name in found:
                self.complain(key, f"{prefix}{name}: given twice: {_merge(value)}")
            found[name] = value
        return {name: value for name, value in found.items() if name in known}

    def text(self, node: yaml.Node, key: str) -> str:
        """Return a scalar as it is written; complain where there is none."""
        if isinstance(node, yaml.ScalarNode) and node.value:
            return str(node.value)
        self.complain(node, f"{key}: no value: give one or remove the line")
        return ""

    def complain(self, node: yaml.Node, problem: str) -> None:
        """Record a problem with the line that it is on."""
        self.problems.append(f"{self.file}: line {node.start_mark.line + 1}: {problem}")

    def hint(self, name: str, known: Sequence[str]) -> str:
        """Return what to write instead of a name that is not known."""
        if similar := get_close_matches(name.lower(), known, 1):
            return f"did you mean {similar[0]}?"
        return f"there are {', '.join(known)}"


def _merge(value: yaml.Node) -> str:
    return "merge both" if isinstance(value, yaml.MappingNode) else "keep one"
