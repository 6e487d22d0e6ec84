"""Rules: what a file may say, and what is refused with its line."""

from pathlib import Path

import pytest
from conftest import ROOT

from llm_telemetry.errors import InputError
from llm_telemetry.watch import rules_file
from llm_telemetry.watch.rules import ANOMALIES, Defaults, Rule, Rules
from llm_telemetry.watch.rules_file import SHIPPED

DEFAULTS = Defaults(cooldown_days=7, resolve_days=3)
FIRST = """version: 1
channels:
  team: {type: slack, url_env: WATCH_SLACK_URL}
rules:
  - rule_id: tokens
    metric: tokens_per_call
    by: prompt_version
    critical: 1.5
"""


def load(tmp_path: Path, text: str) -> Rules:
    file = tmp_path / "alerts.yml"
    file.write_text(text)
    return rules_file.load(file, DEFAULTS)


def refused(tmp_path: Path, text: str) -> list[str]:
    """Return the lines that refuse a file, without its folder."""
    with pytest.raises(InputError) as error:
        load(tmp_path, text)
    return [line.replace(f"{tmp_path}/", "") for line in error.value.lines]


def test_the_shipped_rules_have_the_four_of_the_seeds() -> None:
    rules = {rule.rule_id: rule for rule in rules_file.load(SHIPPED, DEFAULTS).rules}
    found = {
        name: (rules[name].metric, rules[name].by, rules[name].critical)
        for name in ("token_spike", "cost_spike", "latency", "branch_shift")
    }
    assert found == {
        "token_spike": ("tokens_per_call", "prompt_version", 1.5),
        "cost_spike": ("cost_per_day", "all", 2),
        "latency": ("latency_p95", "model", 1.5),
        "branch_shift": ("branch_rate", "branch", 0.2),
    }
    assert all(rule.description for rule in rules.values())
    watched = {rule.metric for rule in rules.values()}
    assert watched >= {"budget_burn", "drift", "data_age", "tool_failure_rate"}


def test_a_rule_has_what_the_file_and_the_knobs_say(tmp_path: Path) -> None:
    rules = load(tmp_path, FIRST)
    (rule,), (channel,) = rules.rules, rules.channels
    assert (rule.critical, rule.warning, rule.windows) == (1.5, None, (1, 7))
    assert (rule.cooldown_days, rule.resolve_days, rule.channels) == (7, 3, None)
    assert (channel.name, channel.type) == ("team", "slack")
    short = FIRST.replace("critical: 1.5", "threshold: 1.5\n    severity: warning")
    assert load(tmp_path, short).rules[0].warning == 1.5


def test_the_fingerprint_stays_where_only_limits_change() -> None:
    def rule(**more: object) -> Rule:
        return Rule("a", "a", "retry_rate", critical=2, **more)  # type: ignore[arg-type]

    assert rule().fingerprint == rule(warning=1.5, description="x").fingerprint
    assert rule().fingerprint != rule(by="model").fingerprint
    assert rule().limits != rule(warning=1.5).limits
    assert len(rule().fingerprint) == 16


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        (
            "critical: 1.5",
            "critcal: 1.5",
            "line 8: rule: critcal: unknown: did you mean critical?",
        ),
        ("version: 1", "version: 2", "line 1: version: this reads version 1"),
        ("version: 1", "verson: 1", "line 1: verson: unknown: did you mean version?"),
        (
            "tokens_per_call",
            "token_per_call",
            "line 6: rule tokens: metric: token_per_call: unknown: "
            "did you mean tokens_per_call?",
        ),
        (
            "prompt_version",
            "prompt_versions",
            "line 7: rule tokens: by: prompt_versions: unknown: "
            "did you mean prompt_version?",
        ),
        (
            "critical: 1.5",
            "critical: high",
            "line 8: rule tokens: critical: 'high': give a number",
        ),
        (
            "critical: 1.5",
            "critical: .5",
            "line 5: rule tokens: condition: a ratio of history: at least 1",
        ),
        (
            "critical: 1.5",
            "{warning: 2, critical: 1.5}",
            "line 9: not YAML: ",
        ),
        (
            "critical: 1.5",
            "critical: 1.5\n    warning: 2",
            "line 9: rule tokens: warning: beyond critical: exchange them",
        ),
        (
            "critical: 1.5",
            "name: Tokens",
            "line 5: rule tokens: critical: missing: give a threshold, or one of "
            "warning",
        ),
        (
            "critical: 1.5",
            "critical: 1.5\n    windows: [3]",
            "line 9: rule tokens: windows: marts.anomalies judges 1 and 7 days",
        ),
        (
            "critical: 1.5",
            "critical: 1.5\n    cooldown_days: -1",
            "line 9: rule tokens: cooldown_days: -1: give whole days, at least 0",
        ),
        (
            "critical: 1.5",
            "critical: 1.5\n    condition: both",
            "line 9: rule tokens: condition: both goes with `compare: change`",
        ),
        (
            "critical: 1.5",
            "critical: 1.5\n    channels: [tem]",
            "line 5: rule tokens: channels: tem: unknown: there are team",
        ),
        (
            "critical: 1.5",
            "critical: 1.5\n    inhibited_by: [tokens]",
            "line 5: rule tokens: inhibited_by: tokens: no other rule of this file "
            "has this rule_id",
        ),
        (
            "critical: 1.5",
            "critical: 1.5\n    sql: own.sql",
            "line 9: rule tokens: sql: alerts.yml: no such file",
        ),
        ("  - rule_id: tokens\n", "  - name: a\n", "line 5: rule: rule_id: missing: "),
        ("type: slack", "type: slak", "line 3: channel team: type: use one of "),
        (
            "by: prompt_version\n    critical: 1.5",
            "critical: 1.5\n    critical: 2",
            "line 8: rule: critical: given twice: keep one",
        ),
    ],
)
def test_what_is_wrong_is_refused_with_its_line(
    old: str, new: str, line: str, tmp_path: Path
) -> None:
    assert old in FIRST
    lines = refused(tmp_path, FIRST.replace(old, new))
    wanted = f"alerts.yml: {line}".replace("sql: alerts.yml", "sql: own.sql")
    assert any(said.startswith(wanted) for said in lines), lines


def test_every_problem_of_a_file_is_named_at_once(tmp_path: Path) -> None:
    text = FIRST.replace("tokens_per_call", "tokens").replace("1.5", "none")
    assert len(refused(tmp_path, text)) == 2


def test_two_rules_cannot_share_a_name(tmp_path: Path) -> None:
    rule = FIRST.partition("rules:\n")[2]
    (line,) = refused(tmp_path, FIRST + rule)
    assert line.endswith("rule tokens: given twice: rename one")


def test_rules_that_their_mart_judges_take_no_threshold(tmp_path: Path) -> None:
    text = FIRST.replace("tokens_per_call", "budget_burn")
    lines = refused(tmp_path, text)
    assert any("budget_burn has levels of its own" in line for line in lines)
    assert any("by: budget_burn has members of its own" in line for line in lines)
    bare = text.replace("    by: prompt_version\n    critical: 1.5\n", "")
    assert load(tmp_path, bare).rules[0].metric == "budget_burn"


@pytest.mark.parametrize("text", ["", "rules:\n", "rules: []\n", "rules: {a: b}\n"])
def test_a_file_without_rules_is_refused(text: str, tmp_path: Path) -> None:
    (line,) = refused(tmp_path, text)
    assert line == "alerts.yml: rules: list at least one, each with `- rule_id: name`"


def test_a_variable_that_a_channel_needs_is_asked_for_before_anything_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "alerts.yml"
    file.write_text(FIRST)
    monkeypatch.delenv("WATCH_SLACK_URL", raising=False)
    assert rules_file.load(file, DEFAULTS).channels
    with pytest.raises(InputError, match="WATCH_SLACK_URL"):
        rules_file.load(file, DEFAULTS, is_sending=True)


def test_the_shipped_rules_are_told_to_slack_where_its_variable_is_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("WATCH_SLACK_URL", raising=False)
    assert rules_file.load(None, DEFAULTS).channels == ()
    monkeypatch.setenv("WATCH_SLACK_URL", "https://hooks.example.com/secret")
    (channel,) = rules_file.load(None, DEFAULTS, is_sending=True).channels
    assert channel.type == "slack"
    (tmp_path / "alerts.yml").write_text(FIRST)
    assert rules_file.load(None, DEFAULTS).rules[0].rule_id == "tokens"


def test_the_page_explains_every_key_and_metric() -> None:
    page = (ROOT / "docs" / "watch.md").read_text()
    missing = [key for key in rules_file.KEYS if f"`{key}`" not in page]
    missing += [metric for metric in ANOMALIES if f"`{metric}`" not in page]
    assert not missing
