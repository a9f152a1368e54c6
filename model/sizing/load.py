"""What the platform carries, and the profile that follows from it."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from model.catalog.system import System
from model.rounding import ceiling
from model.vocabulary import LogDestination, Vocabulary

GIB = 1024**3
MIB = 1024**2
DAY = 86_400

# The mean of a day as a share of its busy hour: the catalog's own figure, by which its logs a day were reckoned.
MEAN_SHARE = Decimal("0.4")

# Our planning figures for the cluster itself, after the keep-list; `prometheus_tsdb_head_series` has the truth.
# A node: some 1,000 of the node exporter, 30 pods with some 60 of kubelet and kube-state-metrics each.
SERIES_PER_NODE = 3_000
# API server, CoreDNS, the platform's own programs, recording rules.
SERIES_OF_PLATFORM = 20_000


class Profile(Vocabulary):
    """The shape of one part of the platform, of metrics, logs or traces; the larger the load, the later the word."""

    SINGLE = ("single", "Single replicas: a restart causes a gap of minutes. For development.")
    HA = ("ha", "Pairs, or three replicas where a quorum is needed; data in S3. The loss of a node loses no data.")
    DISTRIBUTED = ("distributed", "As many replicas as the load needs, with a long-term store.")

    @property
    def rank(self) -> int:
        """The order of the words."""
        return list(Profile).index(self)


def larger(*profiles: Profile) -> Profile:
    """The largest of several."""
    return max(profiles, key=lambda profile: profile.rank)


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """``series``: active ones; ``log_gib_per_day``: uncompressed; ``spans_per_second``: at the busy hour.

    ``indexed_gib_per_day`` of the logs go to Elasticsearch too. ``kept_share`` of the spans is stored (0 to 1), the
    others only counted.
    """

    series: int = 0
    log_gib_per_day: Decimal = Decimal(0)
    indexed_gib_per_day: Decimal = Decimal(0)
    spans_per_second: Decimal = Decimal(0)
    kept_share: Decimal = Decimal("0.1")

    @classmethod
    def of(cls, systems: Iterable[System], nodes: int, percent: Decimal = Decimal(100)) -> "Load":
        """``percent`` of the load that ``systems`` declare, on a cluster of at most ``nodes`` nodes.

        Of the traces a system's own share is kept, and its errors and slow ones beside it: objectives leave room for
        1 % of them, so that much is added.
        """
        share = percent / 100
        components = [(system, component.load) for system in systems for component in system.components]
        spans = sum((load.spans_per_second for _, load in components), Decimal(0))
        kept = sum((_kept(system) * load.spans_per_second for system, load in components), Decimal(0))
        logs = [(system.logs.destinations, load.log_gib_per_day) for system, load in components]
        return cls(
            series=ceiling(sum(load.series for _, load in components) * share)
            + SERIES_OF_PLATFORM
            + nodes * SERIES_PER_NODE,
            log_gib_per_day=sum((daily for _, daily in logs), Decimal(0)) * share,
            indexed_gib_per_day=sum(
                (daily for destinations, daily in logs if LogDestination.ELASTICSEARCH in destinations), Decimal(0)
            )
            * share,
            spans_per_second=spans * share,
            kept_share=kept / spans if spans else Decimal(0),
        )

    @property
    def log_mib_per_second(self) -> Decimal:
        """At the busy hour."""
        return self.log_gib_per_day * 1024 / DAY / MEAN_SHARE


def _kept(system: System) -> Decimal:
    return min(system.tracing.sample_percent + 1, Decimal(100)) / 100
