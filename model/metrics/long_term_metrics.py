"""Where samples go that shall outlive Prometheus' own volumes."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from model.account.storage import VolumeGib
from model.base import Model, Region

Values = dict[str, Any]

# What a workspace of Amazon Managed Prometheus keeps at most (API reference, UpdateWorkspaceConfiguration).
WORKSPACE_MOST_DAYS = 1095


class ManagedPrometheusStore(Model):
    """Amazon Managed Prometheus takes every sample. Alerts are still evaluated here: they outlive a lost connection.

    Without ``url`` the program makes the workspace, in the environment's region, which keeps `storage.metrics`.
    """

    store: Literal["managed-prometheus"]
    url: (
        Annotated[
            str,
            Field(
                pattern=r"^https://aps-workspaces\.[a-z0-9-]+\.amazonaws\.com/workspaces/ws-[0-9a-f-]+$",
                description="Of a workspace that exists, as the console shows it, without a path behind.",
            ),
        ]
        | None
    ) = None
    region: Annotated[Region, Field(description="Of that workspace.")] | None = None

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if (self.url is None) != (self.region is None):
            found = "region without url" if self.url is None else "url without region"
            raise ValueError(f"found {found}; allowed: both, or none: then the program makes the workspace")
        return self


class ThanosStore(Model):
    """Thanos' sidecar copies every finished block to the bucket of long-term metrics, for `storage.metrics`."""

    store: Literal["thanos"]
    volume_gib: VolumeGib = Field(
        default=20,
        description="Volume of the store gateway, for a small part of each block. Must be set, as all volumes.",
    )
    scratch_gib: VolumeGib | None = Field(
        default=None, description="Ephemeral disk of the compactor; default: computed from `metrics.volume_gib`."
    )


LongTermStore = Annotated[ManagedPrometheusStore | ThanosStore, Field(discriminator="store")]


def remote_write(url: Any, region: str) -> Values:
    """To Amazon Managed Prometheus, signed by the pod's own identity. ``url`` ends in ``/api/v1/remote_write``.

    Queue: https://docs.aws.amazon.com/prometheus/latest/userguide/AMP-onboard-ingest-metrics-existing-Prometheus.html
    """
    return {
        "name": "managed-prometheus",
        "url": url,
        "sigv4": {"region": region},
        "queueConfig": {"maxSamplesPerSend": 1000, "maxShards": 200, "capacity": 2500},
    }


def object_storage(bucket: Any, region: str) -> Values:
    """Thanos' configuration of its bucket."""
    return {
        "type": "S3",
        "config": {
            "bucket": bucket,
            "region": region,
            "endpoint": f"s3.{region}.amazonaws.com",
            # AWS's own chain of credentials, which knows Pod Identity and IRSA.
            "aws_sdk_auth": True,
        },
    }
