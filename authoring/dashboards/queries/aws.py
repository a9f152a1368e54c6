"""What CloudWatch's exporter brings of services of AWS. Of two clusters that both ask, one answer is taken."""

from authoring.dashboards.queries import chosen
from model import labels, names

ALB_REQUESTS = "component:alb_requests:rate5m"
ALB_ERRORS = "component:alb_target_errors:ratio_rate5m"
ALB_OWN_ERRORS = "component:alb_own_errors:last10m"
ALB_SECONDS = "component:alb_response_seconds:p95"
UNHEALTHY = "component:load_balancer_unhealthy_targets:max"
LAMBDA_CALLS = "component:lambda_invocations:rate5m"
LAMBDA_ERRORS = "component:lambda_errors:ratio_rate5m"
LAMBDA_THROTTLED = "component:lambda_throttled:last10m"
LAMBDA_SECONDS = "component:lambda_duration_seconds:p95"
SNS_FAILED = "component:sns_notifications_failed:last10m"
NAT_REFUSED = "component:nat_ports_refused:last10m"
EC2_FAILED = "component:ec2_status_check_failed:max"


def worst(metric: str) -> str:
    """The highest by component."""
    return f"max by (system, component) ({chosen.component(metric)})"


def lowest(metric: str) -> str:
    """The lowest by component."""
    return f"min by (system, component) ({chosen.component(metric)})"


def highest(metric: str) -> str:
    """The highest of all that is chosen."""
    return f"max({chosen.component(metric)})"


def in_all(metric: str) -> str:
    """The sum of all components; 0 where CloudWatch sends nothing because nothing happens, if its exporter answers."""
    return f"sum({worst(metric)}) or {zero()}"


def how_many(expr: str) -> str:
    """How many series there are; 0 and not nothing where none is, if CloudWatch's exporter answers."""
    return f"count({expr}) or {zero()}"


def last(metric: str, by: str) -> str:
    """A metric of CloudWatch as it comes, by a part of the component; ten minutes bridge its gaps."""
    return f"max by (system, component, {by}) (last_over_time({chosen.component(metric)}[10m]))"


def rate(metric: str, by: str) -> str:
    """A sum over the exporter's five minutes, a second."""
    return f"{last(metric, by)} / 300"


def zero() -> str:
    """0 while the exporter of CloudWatch answers, and nothing while it does not."""
    exporter = f'{labels.COMPONENT}="{names.CLOUDWATCH_EXPORTER}"'
    return f"0 * count({chosen.cluster('up', where=exporter)} == 1)"
