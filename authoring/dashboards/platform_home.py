"""The first page somebody opens at night: what is wrong now, and can the monitoring be believed?"""

from grafana_foundation_sdk.builders import dashboard as builders
from grafana_foundation_sdk.models import units

from authoring.dashboards.board import BAD, CLUSTER, FOLDER, GOOD, WARN, board, lines, number, query, rows, step, text
from model import labels, names
from model.vocabulary import Severity

UID = "belfry-platform-home"
PATH = f"{FOLDER}/{UID}.json"

_FIRING = f'ALERTS{{alertstate="firing", {CLUSTER}'
_TOLD = f'{_FIRING}, {labels.SEVERITY}!="{Severity.NONE}"}}'
_BY_POD = f"{labels.CLUSTER}, namespace, pod"


def _rate(counter: str) -> str:
    return f"rate({counter}{{{CLUSTER}}}[$__rate_interval])"


def generate() -> str:
    """The dashboard's file."""
    dashboard = board(UID, "Belfry / Platform home", "What is wrong now, and whether the monitoring can be believed.")
    dashboard.with_row(builders.Row("What is wrong now"))
    _wrong_now(dashboard)
    dashboard.with_row(builders.Row("Prometheus"))
    _prometheus(dashboard)
    dashboard.with_row(builders.Row("Alertmanager"))
    _alertmanager(dashboard)
    return text(dashboard)


def _wrong_now(dashboard: builders.Dashboard) -> None:
    critical, warning = (
        f'count({_FIRING}, {labels.SEVERITY}="{severity}"}}) or vector(0)'
        for severity in (Severity.CRITICAL, Severity.WARNING)
    )
    dashboard.with_panel(
        number(
            "Critical alerts",
            "Firing alerts that ask a person to act now. Anything but 0 is an incident.",
            critical,
            steps=[step(GOOD), step(BAD, 1)],
        )
    )
    dashboard.with_panel(
        number(
            "Warnings",
            "Firing alerts that ask a person to act within the day.",
            warning,
            steps=[step(GOOD), step(WARN, 1)],
        )
    )
    dashboard.with_panel(
        number(
            "Targets down",
            "Scrape targets that did not answer last time. What they measure is unknown.",
            f"count(up{{{CLUSTER}}} == 0) or vector(0)",
            steps=[step(GOOD), step(WARN, 1)],
        )
    )
    dashboard.with_panel(
        number(
            "Dead-man's switch",
            "Watchdogs that fire: one for each Prometheus. 0 means that rules are not evaluated at all.",
            f'count({_FIRING}, alertname="{names.WATCHDOG}"}} or '
            f'ALERTS{{alertstate="firing", alertname="{names.WATCHDOG}", {labels.CLUSTER}=""}}) or vector(0)',
            steps=[step(BAD), step(GOOD, 1)],
        )
    )
    what = (labels.SEVERITY, labels.TEAM, labels.SYSTEM, labels.COMPONENT, "alertname", labels.CLUSTER)
    dashboard.with_panel(
        rows(
            "Firing alerts",
            "One line for what is wrong, with the number of series behind it. Its runbook has the alert's name.",
            f"sort_desc(count by ({', '.join(what)}) ({_TOLD}))",
            columns=what,
        )
    )
    dashboard.with_panel(
        lines(
            "Firing alerts by team and severity",
            "A step up shows when it began; many teams at once point to what they share.",
            query(
                f"count by ({labels.TEAM}, {labels.SEVERITY}) ({_TOLD})",
                f"{{{{{labels.TEAM}}}}} {{{{{labels.SEVERITY}}}}}",
            ),
            unit=units.Short,
            stacked=True,
        )
    )
    where = (labels.CLUSTER, "namespace", "job")
    dashboard.with_panel(
        rows(
            "Targets that do not answer",
            "How many targets of each job are down; the whole job down is most likely a network or name problem.",
            f"sort_desc(count by ({', '.join(where)}) (up{{{CLUSTER}}} == 0))",
            columns=where,
        )
    )
    dashboard.with_panel(
        lines(
            "Share of targets that answer",
            "100 % is normal. A dip at a rollout heals by itself within minutes.",
            query(
                f"avg by ({labels.CLUSTER}, namespace) (up{{{CLUSTER}}})",
                f"{{{{{labels.CLUSTER}}}}} {{{{namespace}}}}",
            ),
            unit=units.PercentUnit,
        )
    )


def _prometheus(dashboard: builders.Dashboard) -> None:
    dashboard.with_panel(
        lines(
            "Rule duty",
            "Duration of the last evaluation as a share of the group's interval, the ten highest. Above 100 % rounds "
            "are skipped and alerts come late.",
            query(
                f"topk(10, max by (rule_group) (prometheus_rule_group_last_duration_seconds{{{CLUSTER}}} "
                f"/ prometheus_rule_group_interval_seconds{{{CLUSTER}}}))",
                "{{rule_group}}",
            ),
            unit=units.PercentUnit,
        )
    )
    dashboard.with_panel(
        lines(
            "Rule evaluations that failed or were skipped",
            "Must be 0: a rule that fails is an alert that cannot fire.",
            query(
                f"sum by (rule_group) ({_rate('prometheus_rule_evaluation_failures_total')}) > 0",
                "failed {{rule_group}}",
            ),
            query(
                f"sum by (rule_group) ({_rate('prometheus_rule_group_iterations_missed_total')}) > 0",
                "skipped {{rule_group}}",
            ),
            unit=units.CountsPerSecond,
        )
    )
    dashboard.with_panel(
        lines(
            "Samples stored a second",
            "Should be steady. A fall to 0 means that Prometheus shows the past.",
            query(
                f"sum by ({_BY_POD}) ({_rate('prometheus_tsdb_head_samples_appended_total')})",
                "{{pod}}",
            ),
            unit=units.CountsPerSecond,
        )
    )
    dashboard.with_panel(
        lines(
            "Active series",
            "What memory is spent on. A jump without a release is a label with too many values.",
            query(f"max by ({_BY_POD}) (prometheus_tsdb_head_series{{{CLUSTER}}})", "{{pod}}"),
            unit=units.Short,
        )
    )
    dashboard.with_panel(
        lines(
            "Storage used of its limit",
            "At 100 % the oldest history is deleted before its time. Empty where no limit is set.",
            query(
                f"max by ({_BY_POD}) (prometheus_tsdb_storage_blocks_bytes{{{CLUSTER}}} "
                f"/ (prometheus_tsdb_retention_limit_bytes{{{CLUSTER}}} > 0))",
                "{{pod}}",
            ),
            unit=units.PercentUnit,
        )
    )
    dashboard.with_panel(
        lines(
            "Configuration in force",
            "1: the last reload was taken. 0: refused, the one before is still in force.",
            query(f"min by ({_BY_POD}) (prometheus_config_last_reload_successful{{{CLUSTER}}})", "{{pod}}"),
            query(f"min by ({_BY_POD}) (alertmanager_config_last_reload_successful{{{CLUSTER}}})", "{{pod}}"),
            unit=units.Short,
        )
    )


def _alertmanager(dashboard: builders.Dashboard) -> None:
    dashboard.with_panel(
        lines(
            "Notifications a second",
            "What was sent, by way. Steady traffic on a quiet day is the dead-man's switch.",
            query(
                f"sum by (integration) ({_rate('alertmanager_notifications_total')})",
                "{{integration}}",
            ),
            unit=units.CountsPerSecond,
        )
    )
    dashboard.with_panel(
        lines(
            "Notifications that failed",
            "Share of those sent, by way. Must be 0: these reached nobody.",
            query(
                f"sum by (integration) ({_rate('alertmanager_notifications_failed_total')}) "
                f"/ sum by (integration) ({_rate('alertmanager_notifications_total')})",
                "{{integration}}",
            ),
            unit=units.PercentUnit,
        )
    )
    dashboard.with_panel(
        lines(
            "Cluster members each Alertmanager sees",
            "All curves equal: one cluster. Different: it is split, and notifications come twice.",
            query(f"max by ({_BY_POD}) (alertmanager_cluster_members{{{CLUSTER}}})", "{{pod}}"),
            unit=units.Short,
        )
    )
    dashboard.with_panel(
        lines(
            "Alertmanagers each Prometheus reaches",
            "0 means that this Prometheus can tell nobody.",
            query(f"min by ({_BY_POD}) (prometheus_notifications_alertmanagers_discovered{{{CLUSTER}}})", "{{pod}}"),
            unit=units.Short,
        )
    )
