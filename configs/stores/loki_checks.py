"""What of a Loki would lose logs, or refuse to start."""

from collections.abc import Iterator

from configs.stores.loki import LokiInput
from model.cluster.loki import REPLICATION, Mode
from model.problems import Problem

DAY_SECONDS = 86_400


def problems(given: LokiInput, where: str, bucket_days: int | None) -> Iterator[Problem]:
    """What would lose logs or refuse to start, with keys below ``where``. ``bucket_days``: the bucket's lifecycle."""
    distributed = given.mode is Mode.DISTRIBUTED
    if given.replicas < REPLICATION and (distributed or given.replicas != 1):
        allowed = f"{REPLICATION} or more" if distributed else f"1, or {REPLICATION} or more"
        yield Problem(f"{where}.replicas", f"found {given.replicas}", f"{allowed}: two of three copies must be written")
    retentions = {"retention": given.retention}
    for index, tenant in enumerate(given.tenants):
        at = f"tenants[{index}]"
        retentions[f"{at}.retention"] = tenant.retention or given.retention
        if not tenant.name:
            yield Problem(f"{where}.{at}.name", "missing", "a name: its logs would have no owner")
        elif tenant.name in {other.name for other in given.tenants[:index]}:
            yield Problem(f"{where}.{at}.name", f"found {tenant.name!r} twice", "each tenant once")
    for key, retention in retentions.items():
        if retention is None:
            if bucket_days is not None:
                yield Problem(f"{where}.{key}", "found none", f"at most {bucket_days} days, the bucket's lifecycle")
        elif retention.seconds < DAY_SECONDS:
            yield Problem(f"{where}.{key}", f"found {retention}", "1d or more: Loki deletes by the day")
        elif bucket_days is not None and retention.seconds > bucket_days * DAY_SECONDS:
            yield Problem(
                f"{where}.{key}",
                f"found {retention}, longer than the bucket's lifecycle",
                f"at most {bucket_days}d: S3 would delete data that the index still references, and queries would fail",
            )
