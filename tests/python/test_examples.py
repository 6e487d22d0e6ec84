"""What the documents show being run prints what they say it prints."""

import re

import pytest
from conftest import KNOBS, ROOT

from llm_telemetry.routing import evaluate

EXAMPLES = [
    (file.name, code, printed)
    for file in sorted(ROOT.glob("docs/**/*.md"))
    for code, printed in re.findall(
        r"```python\n(.*?)```.*?```text\n(.*?)```", file.read_text(), re.DOTALL
    )
]


@pytest.mark.parametrize(("name", "code", "printed"), EXAMPLES)
def test_the_example_prints_what_it_says(
    name: str, code: str, printed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    exec(compile(code, name, "exec"), {})
    assert capsys.readouterr().out == printed


def test_the_clip_is_that_of_the_knob() -> None:
    assert KNOBS["routing_min_propensity"] == evaluate.MIN_PROPENSITY
