"""The rules of a team, from alerts.yml or the file that ships with the package."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from llm_telemetry.config.yaml_file import YamlFile
from llm_telemetry.errors import InputError
from llm_telemetry.watch import channels
from llm_telemetry.watch.channels import Channel
from llm_telemetry.watch.rules import (
    ANOMALIES,
    COMPARISONS,
    CONDITIONS,
    DIMENSIONS,
    JUDGED_ELSEWHERE,
    METRICS,
    SEVERITIES,
    Defaults,
    Rule,
    Rules,
)

NAME = "alerts.yml"
SHIPPED = Path(__file__).with_name("default_alerts.yml")
# where set, the shipped rules have a Slack channel without a file of one's own
SLACK_VARIABLE = "WATCH_SLACK_URL"
VERSION = 1

KEYS = (
    *("rule_id", "name", "metric", "by", "sql", "compare", "windows", "condition"),
    *("warning", "critical", "threshold", "severity", "cooldown_days"),
    *("resolve_days", "channels", "inhibited_by", "description", "url"),
)


def load(file: Path | None, defaults: Defaults, *, is_sending: bool = False) -> Rules:
    """Return the rules of a file, of NAME in the working directory, or those shipped.

    Raises InputError with one line per problem: the file, the line and what to do;
    if messages will be sent, also where a variable that a channel names is not set.
    """
    if file is None and Path(NAME).exists():
        file = Path(NAME)
    reader = _RulesFile(file or SHIPPED, defaults)
    found = reader.rules()
    if reader.problems:
        raise InputError(*reader.problems)
    if file is None and os.environ.get(SLACK_VARIABLE):
        settings = {"type": "slack", "url_env": SLACK_VARIABLE}
        found = Rules(SHIPPED, found.rules, (channels.parse("team", settings),))
    if is_sending:
        _check_channels(found)
    return found


def _check_channels(found: Rules) -> None:
    lines: list[str] = []
    for channel in found.channels:
        try:
            channels.check(channel)
        except InputError as error:
            lines += [f"{found.file}: {line}" for line in error.lines]
    if lines:
        raise InputError(*lines)


class _RulesFile(YamlFile):
    """A file of rules that is being read."""

    def __init__(self, file: Path, defaults: Defaults) -> None:
        super().__init__(file)
        self.defaults = defaults

    def rules(self) -> Rules:
        """Return the rules, as far as there is no problem with them."""
        root = self.root()
        found = self.fields(root, ("version", "channels", "rules"), "")
        if "version" in found and found["version"].value != str(VERSION):
            self.complain(found["version"], f"version: this reads version {VERSION}")
        named = self._channels(found.get("channels"))
        node = found.get("rules")
        if not isinstance(node, yaml.SequenceNode) or not node.value:
            problem = "rules: list at least one, each with `- rule_id: name`"
            raise InputError(*self.problems, f"{self.file}: {problem}")
        rules = [rule for one in node.value if (rule := self._rule(one))]
        self._check_names(node, rules, [channel.name for channel in named])
        return Rules(self.file, tuple(rules), tuple(named))

    def _channels(self, node: yaml.Node | None) -> list[Channel]:
        found = []
        for name, settings in self._any_fields(node).items():
            try:
                found.append(channels.parse(name, self.value(settings)))
            except InputError as error:
                for line in error.lines:
                    self.complain(settings, line)
        return found

    def _any_fields(self, node: yaml.Node | None) -> dict[str, yaml.Node]:
        """Return the values of a mapping whose keys are chosen freely."""
        if not isinstance(node, yaml.MappingNode):
            return self.fields(node, (), "channels.")
        return self.fields(node, [str(key.value) for key, _ in node.value], "channels.")

    def _rule(self, node: yaml.Node) -> Rule | None:
        known = len(self.problems)
        found = self.fields(node, KEYS, "rule: ")
        if len(self.problems) > known:
            return None
        if "rule_id" not in found:
            self.complain(node, "rule: rule_id: missing: name the rule")
            return None
        rule_id = self.text(found["rule_id"], "rule: rule_id")
        reader = _RuleFields(self, node, rule_id, found)
        rule = reader.rule()
        return None if len(self.problems) > known else rule

    def value(self, node: yaml.Node) -> Any:
        """Return what a node says, as Python's types."""
        loader = yaml.SafeLoader("")
        try:
            return loader.construct_document(node)
        finally:
            loader.dispose()

    def _check_names(
        self, node: yaml.Node, rules: Sequence[Rule], named: Sequence[str]
    ) -> None:
        ids = [rule.rule_id for rule in rules]
        for one in dict.fromkeys(name for name in ids if ids.count(name) > 1):
            self.complain(node, f"rule {one}: given twice: rename one")
        for rule in rules:
            for name in set(rule.channels or ()) - {*named}:
                known = ", ".join(named) or "none yet"
                self.complain(
                    node,
                    f"rule {rule.rule_id}: channels: {name}: unknown: "
                    f"there are {known}",
                )
            for name in set(rule.inhibited_by) - ({*ids} - {rule.rule_id}):
                self.complain(
                    node,
                    f"rule {rule.rule_id}: inhibited_by: {name}: no other rule of this "
                    "file has this rule_id",
                )


class _RuleFields:
    """The fields of one rule, and the problems found in them."""

    def __init__(
        self,
        file: _RulesFile,
        node: yaml.Node,
        rule_id: str,
        nodes: dict[str, yaml.Node],
    ) -> None:
        self.file, self.node, self.rule_id, self.nodes = file, node, rule_id, nodes

    def rule(self) -> Rule:
        """Return the rule, as far as there is no problem with it."""
        metric = self._choice("metric", METRICS, "")
        levels = self._levels(metric)
        rule = Rule(
            rule_id=self.rule_id,
            name=self._text("name", self.rule_id),
            metric=metric,
            by=self._text("by", "all"),
            compare=self._choice("compare", COMPARISONS, "history"),
            windows=self._windows(),
            condition=self._choice("condition", CONDITIONS, "gt"),
            warning=levels.get("warning"),
            critical=levels.get("critical"),
            cooldown_days=self._days("cooldown_days"),
            resolve_days=self._days("resolve_days", least=1),
            channels=self._names("channels") if "channels" in self.nodes else None,
            inhibited_by=self._names("inhibited_by"),
            description=self._text("description", ""),
            url=self._text("url", "") or None,
            sql=self._sql(),
        )
        if metric:
            self._check(rule)
        return rule

    def _complain(self, key: str, problem: str) -> None:
        where = self.nodes.get(key, self.node)
        self.file.complain(where, f"rule {self.rule_id}: {key}: {problem}")

    def _text(self, key: str, default: str) -> str:
        if key not in self.nodes:
            return default
        return self.file.text(self.nodes[key], f"rule {self.rule_id}: {key}")

    def _choice(self, key: str, known: Sequence[str], default: str) -> str:
        text = self._text(key, default)
        if text in known:
            return text
        if key not in self.nodes:
            self._complain(key, f"missing: choose one of {', '.join(known)}")
        elif text:
            self._complain(key, f"{text}: unknown: {self.file.hint(text, known)}")
        return ""

    def _number(self, key: str) -> float | None:
        if key not in self.nodes:
            return None
        value = self.file.value(self.nodes[key])
        if isinstance(value, bool) or not isinstance(value, int | float):
            self._complain(key, f"{self.nodes[key].value!r}: give a number")
            return None
        return float(value)

    def _days(self, key: str, *, least: int = 0) -> int:
        value = self._number(key)
        if value is None:
            return int(getattr(self.file.defaults, key))
        if value % 1 or value < least:
            self._complain(key, f"{value:g}: give whole days, at least {least}")
        return int(value)

    def _levels(self, metric: str) -> dict[str, float]:
        """Return the thresholds by severity."""
        named = {key: self._number(key) for key in SEVERITIES}
        levels = {key: value for key, value in named.items() if value is not None}
        threshold = self._number("threshold")
        if threshold is not None:
            severity = self._choice("severity", SEVERITIES, "critical")
            if levels:
                self._complain("threshold", "beside warning or critical: keep one way")
            levels = {severity or "critical": threshold}
        elif "severity" in self.nodes:
            self._complain("severity", "without threshold: write `critical: 1.5`")
        elsewhere = metric in JUDGED_ELSEWHERE
        if elsewhere and levels:
            self._complain("metric", f"{metric} has levels of its own: give none")
        if metric and not elsewhere and not levels:
            self._complain("critical", "missing: give a threshold, or one of warning")
        return levels

    def _windows(self) -> tuple[int, ...]:
        if "windows" not in self.nodes:
            return (1, 7)
        value = self.file.value(self.nodes["windows"])
        if (
            not isinstance(value, list)
            or not value
            or not all(isinstance(days, int) and days > 0 for days in value)
        ):
            self._complain("windows", "list days, as in [1, 7]")
            return (1, 7)
        return tuple(sorted({*value}))

    def _names(self, key: str) -> tuple[str, ...]:
        if key not in self.nodes:
            return ()
        value = self.file.value(self.nodes[key])
        if not isinstance(value, list) or not all(isinstance(x, str) for x in value):
            self._complain(key, "list names, as in [team]")
            return ()
        return tuple(value)

    def _sql(self) -> Path | None:
        name = self._text("sql", "")
        if not name:
            return None
        place = self.file.file.parent / name
        if not place.is_file():
            self._complain("sql", f"{place}: no such file")
            return None
        return place

    def _check(self, rule: Rule) -> None:
        """Complain about fields that do not go together."""
        if (rule.metric == "sql") != ("sql" in self.nodes):
            self._complain("sql", "goes with `metric: sql`: give both or neither")
        if rule.metric in ANOMALIES:
            if rule.by not in DIMENSIONS:
                hint = self.file.hint(rule.by, DIMENSIONS)
                self._complain("by", f"{rule.by}: unknown: {hint}")
            if not {*rule.windows} <= {1, 7}:
                self._complain("windows", "marts.anomalies judges 1 and 7 days")
        elif "by" in self.nodes and rule.metric != "sql":
            self._complain("by", f"{rule.metric} has members of its own: leave it out")
        if rule.condition == "both" and rule.compare != "change":
            self._complain("condition", "both goes with `compare: change`")
        if rule.condition == "diverging" and rule.compare == "absolute":
            self._complain("condition", "diverging compares with history or change")
        self._check_order(rule)

    def _check_order(self, rule: Rule) -> None:
        """Complain about thresholds that no value can exceed in this order."""
        if rule.compare == "history" and rule.metric != "data_age":
            levels = [x for x in (rule.warning, rule.critical) if x is not None]
            if rule.condition == "lt" and any(not 0 < x <= 1 for x in levels):
                self._complain("condition", "lt compares a ratio: at most 1, above 0")
            if rule.condition != "lt" and any(x < 1 for x in levels):
                self._complain("condition", "a ratio of history: at least 1")
        if rule.warning is None or rule.critical is None:
            return
        falls = rule.condition == "lt" and rule.compare != "change"
        is_wrong = (
            rule.warning < rule.critical if falls else rule.warning > rule.critical
        )
        if is_wrong:
            self._complain("warning", "beyond critical: exchange them")
