"""The monitoring of the monitoring: can what the other boards show be believed, and does it reach somebody?"""

from functools import partial

from grafana_foundation_sdk.models import units

from authoring.dashboards.kit import blocks, panels, targets, variables
from authoring.dashboards.kit.board import Board, Row
from authoring.dashboards.kit.thresholds import falling, rising
from authoring.dashboards.queries import alerts, monitoring
from model import labels
from model.catalog.catalog import Catalog
from model.dashboards import Board as Uid

NOT_COUNTED = "Prometheus does not answer"
NO_COLLECTORS = "No collector reports"
curves = partial(panels.curves, no_data=NOT_COUNTED)
number = partial(panels.number, no_data=NOT_COUNTED)


def boards(_: Catalog) -> tuple[Board, ...]:
    """The board."""
    board = Board(
        uid=Uid.MONITORING,
        question="Is the data on the other dashboards reliable, and are alerts delivered?",
        variables=(variables.clusters(),),
        chosen=(labels.CLUSTER,),
        to=(Uid.PLATFORM_HOME,),
        rows=(
            Row("Now", (*_numbers(), _firing(), *_flows()), collapsed=False),
            Row("Prometheus", _prometheus()),
            Row("Alertmanager", _alertmanager(), width=8),
            Row("Logs, traces, boards", _stores()),
        ),
    )
    return (board,)


def _numbers() -> blocks.Panels:
    return (
        number(
            "Watchdog alerts",
            "One per Prometheus, always firing. 0: no rules are evaluated, and no data here is reliable.",
            targets.now(alerts.watchdogs()),
            thresholds=falling(good=1),
            runbooks=("Watchdog",),
        ),
        number(
            "Targets down",
            "Scrape targets that failed the last scrape. Their metrics are missing.",
            targets.now(monitoring.targets_down()),
            thresholds=rising(warn=1),
            runbooks=("TargetDown",),
        ),
        number(
            "Busiest rule group",
            "Its evaluation as a share of its interval. From 30 % on expensive, from 100 % on rounds are skipped.",
            targets.now(monitoring.busiest_duty()),
            unit=units.PercentUnit,
            thresholds=rising(warn=0.3, bad=1),
            runbooks=("RuleGroupExpensive",),
        ),
        number(
            "Active series",
            "Of the largest Prometheus. A million needs about 8 GB of memory and a thought of sharding.",
            targets.now(monitoring.all_head_series()),
            thresholds=rising(warn=1_000_000, bad=3_000_000),
            runbooks=("SeriesGrowing",),
        ),
        number(
            "Not delivered",
            "Spans, log lines and data points a second that collectors could not deliver. They are lost.",
            targets.now(monitoring.lost_in_all()),
            unit=units.CountsPerSecond,
            thresholds=rising(warn=0.1),
            runbooks=("CollectorNotDelivering",),
        ),
        number(
            "Refused",
            "Spans, log lines and data points a second that collectors rejected, usually for lack of memory.",
            targets.now(monitoring.refused_in_all()),
            unit=units.CountsPerSecond,
            thresholds=rising(warn=0.1),
            runbooks=("CollectorRefusing",),
        ),
    )


def _firing() -> panels.PanelBuilder:
    return blocks.alert_table(where=f'{labels.SYSTEM}="{labels.OWN_SYSTEM}"')


def _flows() -> blocks.Panels:
    return (
        curves(
            "Rule duty",
            "Evaluation as a share of the interval, the ten highest. From 30 % on a group is expensive, from 100 % on "
            "rounds are skipped and alerts come late.",
            targets.over_time(monitoring.duty(), "{{rule_group}}"),
            unit=units.PercentUnit,
            thresholds=rising(warn=0.3, bad=1),
            runbooks=("RuleGroupExpensive", "PrometheusMissedRuleEvaluations"),
        ),
        curves(
            "Active series",
            "Series use memory. A jump without a release is a label with too many values.",
            targets.over_time(monitoring.head_series(), "{{cluster}} {{pod}}"),
            runbooks=("SeriesGrowing",),
        ),
        curves(
            "Delivered by collectors",
            "Spans, log lines and data points a second, by destination. A drop to 0 shows on no other dashboard.",
            targets.over_time(monitoring.sent(), "{{signal}} {{exporter}}"),
            unit=units.CountsPerSecond,
            no_data=NO_COLLECTORS,
            runbooks=("CollectorDown", "LogAgentsSilent"),
        ),
        curves(
            "Lost by collectors",
            "Share of failed deliveries, by signal. Must be 0: outages are retried, so these were rejected.",
            targets.over_time(monitoring.lost(), "{{signal}}"),
            unit=units.PercentUnit,
            thresholds=rising(warn=0.001, bad=0.05),
            no_data=NO_COLLECTORS,
            runbooks=("CollectorNotDelivering", "CollectorQueueNearlyFull", "MetricsRejected"),
        ),
    )


def _prometheus() -> blocks.Panels:
    return (
        curves(
            "Failed and skipped evaluations",
            "Must be 0: a rule that fails is an alert that cannot fire.",
            targets.over_time(monitoring.failed_evaluations(), "failed {{rule_group}}"),
            targets.over_time(monitoring.skipped_evaluations(), "skipped {{rule_group}}"),
            unit=units.CountsPerSecond,
            thresholds=rising(bad=0.001),
            no_data="None failed, none was skipped",
            runbooks=("PrometheusRuleEvaluationFailing", "PrometheusMissedRuleEvaluations"),
        ),
        curves(
            "Samples stored",
            "Samples a second. Should be steady; a fall to 0 means that Prometheus shows the past.",
            targets.over_time(monitoring.samples(), "{{cluster}} {{pod}}"),
            unit=units.CountsPerSecond,
            runbooks=("PrometheusNotIngesting",),
        ),
        curves(
            "Storage used of its limit",
            "At 100 % the oldest history is deleted before its time.",
            targets.over_time(monitoring.storage(), "{{cluster}} {{pod}}"),
            unit=units.PercentUnit,
            thresholds=rising(warn=0.8, bad=0.95),
            no_data="No limit is set",
            runbooks=("PrometheusCloseToItsStorageLimit",),
        ),
        curves(
            "Configuration in force",
            "1: the last reload succeeded. 0: it failed, and the previous configuration is still active.",
            targets.over_time(monitoring.reloaded("prometheus"), "{{pod}}"),
            targets.over_time(monitoring.reloaded("alertmanager"), "{{pod}}"),
            thresholds=falling(good=1),
            runbooks=("PrometheusConfigReloadFailing", "AlertmanagerConfigReloadFailing"),
        ),
    )


def _alertmanager() -> blocks.Panels:
    return (
        curves(
            "Notifications",
            "Notifications a second, by integration. Constant traffic on a quiet day is the dead man's switch.",
            targets.over_time(monitoring.notifications(), "{{integration}}"),
            unit=units.CountsPerSecond,
            no_data="No Alertmanager reports",
            runbooks=("AlertsNotDelivered",),
        ),
        curves(
            "Failed notifications",
            "Share of sent notifications, by integration. Must be 0: these were not delivered.",
            targets.over_time(monitoring.failed_notifications(), "{{integration}}"),
            unit=units.PercentUnit,
            thresholds=rising(bad=0.001),
            no_data="No notifications were sent",
            runbooks=("AlertmanagerNotificationsFailing",),
        ),
        curves(
            "Alertmanagers discovered",
            "By Prometheus. 0 means that no alert is delivered.",
            targets.over_time(monitoring.alertmanagers(), "{{cluster}} {{pod}}"),
            thresholds=falling(good=1),
            runbooks=("PrometheusWithoutAlertmanager", "AlertmanagerClusterDown"),
        ),
    )


def _stores() -> blocks.Panels:
    return (
        curves(
            "Log lines received",
            "Log lines a second that Loki receives, by tenant.",
            targets.over_time(monitoring.log_lines(), "{{tenant}}"),
            unit=units.CountsPerSecond,
            no_data="No Loki reports",
            runbooks=("LogAgentsSilent",),
        ),
        curves(
            "Log lines rejected",
            "Log lines a second that Loki rejects, by reason. Must be 0: they are lost.",
            targets.over_time(monitoring.log_lines_refused(), "{{reason}}"),
            unit=units.CountsPerSecond,
            thresholds=rising(bad=0.001),
            no_data="None was refused",
            runbooks=("LokiRefusesLogs",),
        ),
        curves(
            "Log rules",
            "Loaded by the ruler of Loki, and shipped but not loaded: those cannot fire. Must be 0.",
            targets.over_time(monitoring.log_rules_loaded(), "loaded"),
            targets.over_time(monitoring.log_rules_missing(), "not loaded"),
            targets.over_time(monitoring.log_rule_failures(), "failing, a second"),
            no_data="No Loki reports",
            runbooks=("LokiRulesNotLoaded", "LokiRulerStopped", "LokiRuleEvaluationFailing"),
        ),
        curves(
            "Faulty telemetry",
            "Items an hour that a sender got wrong, and the collectors repaired or dropped: the ten highest.",
            targets.over_time(monitoring.telemetry_faults(), "{{system}} {{component}}: {{telemetry_fault}}"),
            thresholds=rising(warn=10),
            no_data="No sender made a mistake",
            runbooks=("TelemetryFaulty", "LokiDropsLines"),
        ),
        curves(
            "Failed requests of Loki",
            "Share, by route. From 1 % on boards show gaps, from 5 % on logs are lost.",
            targets.over_time(monitoring.loki_failures(), "{{route}}"),
            unit=units.PercentUnit,
            thresholds=rising(warn=0.01, bad=0.05),
            no_data="None failed",
            runbooks=("LokiRequestsFailing", "LokiSlow"),
            width=8,
        ),
        curves(
            "Failed storage requests of Jaeger",
            "Share, by operation. From 1 % on traces have holes, from 5 % on they are missing.",
            targets.over_time(monitoring.jaeger_failures(), "{{operation}}"),
            unit=units.PercentUnit,
            thresholds=rising(warn=0.01, bad=0.05),
            no_data="None failed",
            runbooks=("JaegerStorageFailing", "JaegerRefusing"),
            width=8,
        ),
        curves(
            "Failed requests of Grafana",
            "Share. From 1 % on people see errors, from 5 % on they close the page.",
            targets.over_time(monitoring.grafana_failures(), "{{cluster}}"),
            unit=units.PercentUnit,
            thresholds=rising(warn=0.01, bad=0.05),
            no_data="None failed",
            runbooks=("GrafanaFailing",),
            width=8,
        ),
    )
