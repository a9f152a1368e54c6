"""The rules on what is rendered, and what they find."""

from collections.abc import Callable, Iterator

from checks.charts.objects import Object
from checks.charts.rendered_cluster import RenderedCluster
from checks.finding import Finding

# Each object that breaks the rule, and how.
Objections = Iterator[tuple[Object, str]]
Rule = Callable[[RenderedCluster], Objections]


def findings(cluster: RenderedCluster, rules: dict[str, Rule]) -> list[Finding]:
    """What breaks a rule in an environment, sorted: by release, then object."""
    return sorted(
        {
            Finding(one.release, 0, one.name, name, message)
            for name, rule in rules.items()
            for one, message in rule(cluster)
        }
    )
