"""One good Loki in each of its forms."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from configs.stores.loki import S3, Folder, LokiInput, Tenant
from model.cluster.loki import Mode
from model.quantities import Duration

MONOLITHIC = LokiInput(
    mode=Mode.MONOLITHIC,
    replicas=3,
    storage=S3(chunks="prod-loki-chunks", region="eu-central-1"),
    retention=Duration("7d"),
    cluster="main",
    environment="prod",
    grafana="https://grafana.example.com",
    alertmanagers=["http://alertmanager-0:9093", "http://alertmanager-1:9093"],
    prometheus=["http://prometheus-0:9090", "http://prometheus-1:9090"],
)
SINGLE = replace(MONOLITHIC, replicas=1)
DISTRIBUTED = replace(MONOLITHIC, mode=Mode.DISTRIBUTED, replicas=6)
TENANTS = replace(
    MONOLITHIC,
    tenants=[Tenant(name="shop", retention=Duration("30d")), Tenant(name="audit", ingestion_mb=4), Tenant(name="web")],
)
FOR_EVER = replace(MONOLITHIC, retention=None)


def on_this_machine(folder: Path, **more: Any) -> LokiInput:
    """A single Loki that keeps everything in ``folder`` and sends samples nowhere."""
    return replace(
        SINGLE,
        storage=Folder(path=str(folder / "store")),
        data_folder=str(folder / "data"),
        rules_folder=str(folder / "rules"),
        prometheus=(),
        **more,
    )


FORMS = {
    "monolithic": MONOLITHIC,
    "single": SINGLE,
    "distributed": DISTRIBUTED,
    "tenants": TENANTS,
    "kept forever": FOR_EVER,
    "ipv6": replace(MONOLITHIC, ipv6=True),
}
