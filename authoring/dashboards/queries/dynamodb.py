"""DynamoDB's tables, as CloudWatch counts them, by the direction of access."""

from authoring.dashboards.queries import aws, chosen

THROTTLED = "component_access:dynamodb_throttled:last10m"
UNITS = "component_access:dynamodb_units:rate5m"
USED = "component_access:dynamodb_capacity_used:ratio"
READ, WRITE = "read", "write"


def of_access(metric: str, access: str) -> str:
    """By table, of reads or writes alone."""
    return f"max by (system, component) ({_of(metric, access)})"


def by_access(metric: str) -> str:
    """By table and direction."""
    return f"max by (system, component, access) ({chosen.component(metric)})"


def tables_throttled() -> str:
    """How many tables refused something within ten minutes."""
    return aws.how_many(f"{aws.worst(THROTTLED)} > 0")


def throttled_in_all() -> str:
    """Requests throttled in the last five minutes, by CloudWatch."""
    return f"sum({by_access(THROTTLED)}) or {aws.zero()}"


def fullest() -> str:
    """The most that is used of what is provisioned."""
    return aws.highest(USED)


def _of(metric: str, access: str) -> str:
    return chosen.component(metric, where=f'access="{access}"')
