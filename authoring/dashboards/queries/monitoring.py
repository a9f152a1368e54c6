"""The monitoring itself: its targets, rules, storage, notifications, collectors and stores of logs and traces."""

from authoring.dashboards.queries import chosen
from authoring.rules.recording import monitoring

_POD = "cluster, namespace, pod"
DUTY = monitoring.HIGHEST_DUTIES
SERIES = "pod:prometheus_head_series:max"
SENT = "exporter:otelcol_sent:rate5m"
NOT_SENT = "exporter:otelcol_send_failed:rate5m"
REFUSED = "receiver:otelcol_refused:rate5m"


def duty(count: int = 10) -> str:
    """Evaluation as a share of the interval, of the groups that take longest."""
    return f"topk({count}, max by (rule_group) ({chosen.cluster(DUTY)}))"


def busiest_duty() -> str:
    """Of the group that takes longest."""
    return f"max({chosen.cluster(DUTY)})"


def head_series() -> str:
    """Series in memory, by Prometheus."""
    return f"max by ({_POD}) ({chosen.cluster(SERIES)})"


def all_head_series() -> str:
    """Series in memory of the largest Prometheus."""
    return f"max({chosen.cluster(SERIES)})"


def sent() -> str:
    """What collectors deliver a second, by signal and destination."""
    return f"sum by (signal, exporter) ({chosen.cluster(SENT)})"


def lost() -> str:
    """Share of what collectors could not deliver, by signal."""
    lost, kept = (f"sum by (signal) ({chosen.cluster(metric)})" for metric in (NOT_SENT, SENT))
    return f"{lost} / ({lost} + {kept} > 0)"


def lost_in_all() -> str:
    """Items a second that collectors could not deliver; 0 and not nothing where there are no collectors."""
    return f"sum({chosen.cluster(NOT_SENT)}) or vector(0)"


def refused_in_all() -> str:
    """Items a second that collectors refused; 0 and not nothing where there are no collectors."""
    return f"sum({chosen.cluster(REFUSED)}) or vector(0)"


def _grows(by: str, counter: str) -> str:
    return f"sum by ({by}) ({chosen.rate(chosen.cluster(counter))})"


def failed_evaluations() -> str:
    """Evaluations a second that failed."""
    return f"{_grows('rule_group', 'prometheus_rule_evaluation_failures_total')} > 0"


def skipped_evaluations() -> str:
    """Evaluations a second that were skipped."""
    return f"{_grows('rule_group', 'prometheus_rule_group_iterations_missed_total')} > 0"


def samples() -> str:
    """Samples stored a second, by Prometheus."""
    return _grows(_POD, "prometheus_tsdb_head_samples_appended_total")


def storage() -> str:
    """Storage used of its limit, by Prometheus."""
    used, limit = (chosen.cluster(f"prometheus_tsdb_{what}_bytes") for what in ("storage_blocks", "retention_limit"))
    return f"max by ({_POD}) ({used} / ({limit} > 0))"


def reloaded(program: str) -> str:
    """1 while the last configuration of ``prometheus`` or ``alertmanager`` was taken, by pod."""
    return f"min by (pod) ({chosen.cluster(f'{program}_config_last_reload_successful')})"


def notifications() -> str:
    """Notifications a second, by way."""
    return _grows("integration", "alertmanager_notifications_total")


def failed_notifications() -> str:
    """Share of notifications that failed, by way."""
    return f"{_grows('integration', 'alertmanager_notifications_failed_total')} / ({notifications()} > 0)"


def alertmanagers() -> str:
    """How many Alertmanagers each Prometheus reaches."""
    return f"min by ({_POD}) ({chosen.cluster('prometheus_notifications_alertmanagers_discovered')})"


def log_lines() -> str:
    """Lines a second that Loki takes, by tenant."""
    return _grows("tenant", "loki_distributor_lines_received_total")


def log_lines_refused() -> str:
    """Lines a second that Loki refuses, by reason."""
    return f"{_grows('reason', 'loki_discarded_samples_total')} > 0"


def log_rules_loaded() -> str:
    """Rules that Loki's ruler has loaded."""
    return f"sum({chosen.cluster('loki_prometheus_rule_group_rules')})"


def log_rules_missing() -> str:
    """Rules that the deployment shipped and Loki's ruler has not loaded."""
    return f"max({chosen.cluster('cluster:loki_rules_missing:count')})"


def log_rule_failures() -> str:
    """Evaluations of log rules that fail, a second."""
    return f"sum({chosen.rate(chosen.cluster('loki_prometheus_rule_evaluation_failures_total'))})"


def telemetry_faults() -> str:
    """Items with a fault in an hour, by service and fault; the ten highest."""
    faults = chosen.cluster("component:telemetry_faults:increase1h")
    return f"topk(10, sum by (system, component, telemetry_fault) ({faults}) > 0)"


def loki_failures() -> str:
    """Share of Loki's requests that fail, by route."""
    counted = "loki_request_duration_seconds_count"
    failed = chosen.rate(chosen.cluster(counted, where='status_code=~"5.."'))
    return f"sum by (route) ({failed}) / ({_grows('route', counted)} > 0)"


def jaeger_failures() -> str:
    """Share of requests to Jaeger's storage that fail, by operation."""
    counted = "jaeger_storage_requests_total"
    failed = chosen.rate(chosen.cluster(counted, where='result="err"'))
    return f"sum by (operation) ({failed}) / ({_grows('operation', counted)} > 0)"


def grafana_failures() -> str:
    """Share of Grafana's requests that fail."""
    counted = chosen.cluster("grafana_http_request_duration_seconds_count")
    failed = chosen.cluster("grafana_http_request_duration_seconds_count", where='status_code=~"5.."')
    return f"sum by (cluster) ({chosen.rate(failed)}) / (sum by (cluster) ({chosen.rate(counted)}) > 0)"


def targets_down() -> str:
    """How many targets did not answer; 0 and not nothing when all do."""
    return f"count({chosen.cluster('up')} == 0) or vector(0)"


def targets_down_by_job() -> str:
    """A row for each job with targets that do not answer."""
    return f"sort_desc(count by (cluster, namespace, job) ({chosen.cluster('up')} == 0))"


def targets_up() -> str:
    """Share of targets that answer, by namespace."""
    return f"avg by (cluster, namespace) ({chosen.cluster('up')})"
