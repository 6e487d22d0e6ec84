"""The reasons that the code and SQL can give, read from their syntax."""

import ast
import re
from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path

from conftest import ROOT

PACKAGE = ROOT / "python" / "llm_telemetry"
FILLED = "<>"
# variables, arguments and functions that hold or return codes
HOLDERS = re.compile(r"reasons?|codes?|CODES|caps|faults|notes|nothing")
GIVERS = re.compile(
    r"_?reasons\w*|obstacles|_obstacle|_\w*codes|_caveats|_notes|expired"
)
CODE = re.compile(r"[a-z<][a-z0-9_<>]*[a-z0-9>](: .*)?")
# arguments without a name that are codes, by function
ARGUMENTS = {"Decision": 3, "Finding": 1, "_cap_verdict": 1, "CalibrationMap": 1}
# of the gate, whose reasons are named as what was checked
CHECKS = {"check": 0}
# methods and functions whose argument is what they return
PASSED_ON = {"mask": 1, "Series": 0, "tuple": 0, "sorted": 0, "list": 0}


def in_files(*names: str, arguments: Mapping[str, int] = ARGUMENTS) -> set[str]:
    """Return the codes in files or folders of the package; <> for what is filled in."""
    places = [PACKAGE / name for name in names]
    files = [
        file
        for place in places
        for file in (place.rglob("*.py") if place.is_dir() else [place])
    ]
    found = {code for file in files for code in Module(file, arguments).codes()}
    return {code for code in found if CODE.fullmatch(code)}


def in_case(model: str, column: str, *, when: str = "") -> set[str]:
    """Return what a model's case expression can say, on branches with a condition."""
    (path,) = ROOT.glob(f"models/**/{model}.sql")
    text = path.read_text()
    end = re.search(rf"\bend as {column}\b", text)
    assert end, f"{model} has no case expression {column}"
    case = text[: end.start()][text[: end.start()].rindex("\n        case") :]
    branches = re.findall(r"when (.*?)\s+then '(\w+)'|else '(\w+)'", case, re.S)
    return {word or rest for told, word, rest in branches if when in told}


class Module:
    """The syntax of a file, with its constants that are texts."""

    def __init__(self, file: Path, arguments: Mapping[str, int]) -> None:
        self.tree = ast.parse(file.read_text())
        self.arguments = arguments
        self.constants = {
            node.targets[0].id: node.value.value
            for node in self.tree.body
            if isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
        }

    def codes(self) -> Iterator[str]:
        """Yield every text that is held, passed or returned as a code."""
        for node in ast.walk(self.tree):
            match node:
                case (
                    ast.Assign(targets=[ast.Name(id=name)], value=value)
                    | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
                    | ast.keyword(arg=str() as name, value=value)
                    # notes.append("a_code")
                    | ast.Call(ast.Attribute(value=ast.Name(id=name)), args=[value])
                ) if HOLDERS.fullmatch(name):
                    yield from self._texts(value)
                case ast.Call(func=ast.Name(id=name), args=values) if len(
                    values
                ) > self.arguments.get(name, 99):
                    yield from self._texts(values[self.arguments[name]])
                case ast.FunctionDef(name=name) if GIVERS.fullmatch(name):
                    for inner in ast.walk(node):
                        if isinstance(inner, ast.Return) and inner.value:
                            yield from self._texts(inner.value)

    def _texts(self, node: ast.expr) -> Iterator[str]:
        """Yield what an expression can be, but not what its conditions compare."""
        yield from self._whole(node)
        for part in _parts(node):
            yield from self._texts(part)

    def _whole(self, node: ast.expr) -> Iterator[str]:
        match node:
            case ast.Constant(value=str() as text):
                yield text
            case ast.Name(id=name) if name in self.constants:
                yield self.constants[name]
            case ast.JoinedStr(values=parts):
                filled = [list(self._filled(part)) for part in parts]
                yield from map("".join, product(*filled))

    def _filled(self, part: ast.expr) -> Iterator[str]:
        if isinstance(part, ast.FormattedValue):
            choice = isinstance(part.value, ast.IfExp)
            yield from self._texts(part.value) if choice else ()
            yield FILLED
        else:
            yield from self._texts(part)


def _parts(node: ast.expr) -> list[ast.expr]:
    match node:
        case ast.Dict(keys=keys, values=values):
            # codes by what they are of, or conditions by code
            are_codes = all(isinstance(value, ast.Constant) for value in values)
            return values if are_codes else [key for key in keys if key]
        case ast.IfExp(body=body, orelse=orelse):
            return [body, orelse]
        case ast.BinOp(left=left, right=right):
            return [left, right]
        case ast.BoolOp(values=values) | ast.Tuple(elts=values) | ast.List(elts=values):
            return values
        case ast.Starred(value=value):
            return [value]
        case ast.ListComp(elt=part) | ast.GeneratorExp(elt=part):
            return [part]
        case (
            ast.Call(func=ast.Attribute(attr=name), args=values)
            | ast.Call(func=ast.Name(id=name), args=values)
        ) if len(values) > PASSED_ON.get(name, 99):
            return [values[PASSED_ON[name]]]
    return []
