"""Where the dbt project is found, and where a run keeps what the next one can use."""

import os
from pathlib import Path

import pytest
from conftest import ROOT

from llm_telemetry.config import project


@pytest.mark.parametrize("text", ["name: shop\n", None])
def test_a_project_of_another_name_is_not_this_one(
    text: str | None, tmp_path: Path
) -> None:
    if text:
        (tmp_path / "dbt_project.yml").write_text(text)
    assert project.find(str(tmp_path)) == ROOT


def test_a_copy_of_this_project_is_used_where_it_is_named(tmp_path: Path) -> None:
    (tmp_path / "dbt_project.yml").write_text((ROOT / "dbt_project.yml").read_text())
    assert project.find(str(tmp_path)) == tmp_path
    assert project.find(None) == ROOT


def test_a_checkout_keeps_it_in_its_target() -> None:
    assert project.cache_folder(ROOT) == ROOT / "target" / "run"


@pytest.mark.parametrize(
    ("platform", "variables", "expected"),
    [
        ("linux", {}, "home/.cache"),
        ("linux", {"XDG_CACHE_HOME": "{tmp}/cache"}, "cache"),
        # to be ignored, as the specification says
        ("linux", {"XDG_CACHE_HOME": "cache"}, "home/.cache"),
        ("darwin", {"XDG_CACHE_HOME": "{tmp}/cache"}, "home/Library/Caches"),
    ],
)
def test_an_installed_package_keeps_it_in_the_user_s_cache(
    platform: str,
    variables: dict[str, str],
    expected: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    installed = tmp_path / "site-packages" / "llm_telemetry" / "project"
    monkeypatch.setattr(project, "BUNDLED", installed)
    monkeypatch.setattr("sys.platform", platform)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name, text in variables.items():
        monkeypatch.setenv(name, text.format(tmp=tmp_path))
    folder = project.cache_folder(installed)
    assert folder.parent == tmp_path / expected / "llm-telemetry"


def test_a_user_without_a_home_keeps_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(project, "BUNDLED", tmp_path)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)
    with pytest.raises(OSError, match=os.devnull):
        project.cache_folder(tmp_path).mkdir(parents=True)
