"""Sizes of generated files: what no cluster would take is a mistake now, not in the middle of an update.

An environment adds links to the rules. ``stacks/size_checks.py`` counts again with those.
"""

from collections.abc import Iterator, Mapping
from pathlib import PurePath

from model.alerting.prometheus_rules import RuleFile
from model.alerting.rule_objects import divide, problems
from model.problems import Problem
from model.size_limits import CONFIG_MAP, PROMETHEUS_RULE, SECRET
from model.yaml_file import parse_yaml

_RULES = {"rules/prometheus/": PROMETHEUS_RULE, "rules/loki/": CONFIG_MAP}
_WHOLE = {
    "rules/alertmanager/": (SECRET, "fewer teams or receivers"),
    "dashboards/grafana/": (CONFIG_MAP, "fewer panels: divide the system"),
}


def check(files: Mapping[str, str]) -> Iterator[Problem]:
    """A mistake for each file (path below the project -> text) that no objects of an allowed size can hold."""
    for path, text in files.items():
        folder, size = f"{PurePath(path).parent}/", len(text.encode())
        if folder in _WHOLE:
            limit, help_ = _WHOLE[folder]
            yield from limit.problems(path, size, help_)
        elif folder in _RULES and size > _RULES[folder].most:
            limit = _RULES[folder]
            rules = RuleFile.model_validate(parse_yaml(text, path))
            yield from problems(path, divide(PurePath(path).stem, rules, limit, system=False), limit)
