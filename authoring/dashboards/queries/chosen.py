"""Selectors by the board's variables. Every query of every board begins here, so none forgets the cluster."""

from authoring.promql import selector
from model import labels

ALL = (labels.CLUSTER, labels.SYSTEM, labels.COMPONENT)
CLUSTER = f'{labels.CLUSTER}=~"${labels.CLUSTER}"'


def by(metric: str, *names: str, where: str = "") -> str:
    """``metric`` of the chosen clusters, and of what is chosen by ``names`` besides; ``where`` are more matchers."""
    matchers = [f'{name}=~"${name}"' for name in dict.fromkeys((labels.CLUSTER, *names))]
    return selector(metric, [*matchers, *([where] if where else [])])


def cluster(metric: str, where: str = "") -> str:
    """``metric`` of the chosen clusters."""
    return by(metric, where=where)


def system(metric: str, where: str = "") -> str:
    """``metric`` of the chosen systems."""
    return by(metric, labels.SYSTEM, where=where)


def component(metric: str, where: str = "") -> str:
    """``metric`` of the chosen components."""
    return by(metric, labels.SYSTEM, labels.COMPONENT, where=where)


def without_cluster(metric: str, *names: str, where: str = "") -> str:
    """A series that the catalog's rules write without a cluster: an objective is the same in all of them."""
    return selector(metric, [*(f'{name}=~"${name}"' for name in names), *([where] if where else [])])


def rate(selected: str) -> str:
    """The rate a second of a counter, over a window that fits the zoom."""
    return f"rate({selected}[$__rate_interval])"
