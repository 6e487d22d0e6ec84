"""A file that is replaced under its readers gives neither errors nor mixed pages."""

from pathlib import Path

from replacing import read_while_replaced

# `make bench` does it a hundred times
REPLACEMENTS = 20


def test_a_page_is_of_one_build(tmp_path: Path) -> None:
    met = read_while_replaced(tmp_path, REPLACEMENTS)
    assert met.errors == []
    assert met.mixed == []
    assert met.builds == set(range(REPLACEMENTS + 1))
    assert met.pages > REPLACEMENTS
