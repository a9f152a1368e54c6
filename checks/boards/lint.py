"""All rules over one board."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from checks.boards import panel_rules, target_rules, template_rules
from checks.boards.document import Document, Json
from checks.boards.exceptions import EXEMPTIONS, Exemption
from checks.boards.target_rules import LogqlError
from checks.finding import Finding

BoardRule = Callable[[Document], Iterator[str]]
PanelRule = Callable[[Document, Json], Iterator[str]]
TargetRule = Callable[[Document, Json, Json], Iterator[str]]

BOARD_RULES: Final[dict[str, BoardRule]] = {
    "template-datasource-rule": template_rules.template_datasource,
    "template-job-rule": template_rules.template_job,
    "template-instance-rule": template_rules.template_instance,
    "template-label-promql-rule": template_rules.template_label_promql,
    "template-on-time-change-reload-rule": template_rules.template_on_time_change_reload,
    "uneditable-dashboard": template_rules.uneditable,
}
PANEL_RULES: Final[dict[str, PanelRule]] = {
    "panel-datasource-rule": panel_rules.panel_datasource,
    "panel-title-description-rule": panel_rules.panel_title_description,
    "panel-units-rule": panel_rules.panel_units,
    "panel-no-targets-rule": panel_rules.panel_no_targets,
}
TARGET_RULES: Final[dict[str, TargetRule]] = {
    "target-logql-auto-rule": target_rules.target_logql_auto,
    "target-promql-rule": target_rules.target_promql,
    "target-rate-interval-rule": target_rules.target_rate_interval,
    "target-job-rule": target_rules.target_job,
    "target-instance-rule": target_rules.target_instance,
    "target-counter-agg-rule": target_rules.target_counter_agg,
}
TARGET_LOGQL: Final = "target-logql-rule"
RULES: Final = (*BOARD_RULES, *PANEL_RULES, TARGET_LOGQL, *TARGET_RULES)


def lint(
    json: Json, logql_error: LogqlError = lambda _: None, exemptions: Sequence[Exemption] = EXEMPTIONS
) -> list[Finding]:
    """What breaks a rule without a reason, sorted. LogQL is parsed only with ``logql_error``."""
    return sorted(
        finding
        for finding in all_findings(json, logql_error)
        if not any(exempts(exemption, finding) for exemption in exemptions)
    )


def all_findings(json: Json, logql_error: LogqlError = lambda _: None) -> list[Finding]:
    """What breaks a rule, for a reason or not."""
    board = Document(json)
    found: list[Finding] = []

    def add(rule: str, panel: str, messages: Iterator[str]) -> None:
        found.extend(Finding(board.uid, 0, panel, rule, message) for message in messages)

    for name, rule in BOARD_RULES.items():
        add(name, "", rule(board))
    for panel in board.panels:
        for name, panel_rule in PANEL_RULES.items():
            add(name, panel.get("title", ""), panel_rule(board, panel))
    for panel, target in board.targets:
        title = panel.get("title", "")
        add(TARGET_LOGQL, title, target_rules.target_logql(board, panel, target, logql_error))
        for name, target_rule in TARGET_RULES.items():
            add(name, title, target_rule(board, panel, target))
    return found


def exempts(exemption: Exemption, finding: Finding) -> bool:
    """Whether the finding is meant."""
    return (
        exemption.rule == finding.check
        and exemption.board in ("", finding.source)
        and exemption.panel in ("", finding.subject)
    )
