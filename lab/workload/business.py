"""Business metrics: what requests, views and jobs of a part leave behind, and its gauges."""

from collections import defaultdict

from lab.workload.behaviour import Behaviour, Series
from lab.workload.runtime import Actor
from model.vocabulary import MetricType

ANY = ""


class Business:
    """Of one part. Prepared once, because every request asks."""

    def __init__(self, actor: Actor, behaviour: Behaviour) -> None:
        self._actor = actor
        types = {metric.name: metric.type for metric in actor.part.metrics}
        self._gauges = [
            (name, one) for name, found in behaviour.metrics.items() if types[name] is MetricType.GAUGE for one in found
        ]
        self._events: dict[str, list[tuple[str, bool, Series]]] = defaultdict(list)
        for name, found in behaviour.metrics.items():
            if types[name] is not MetricType.GAUGE:
                for one in found:
                    for route in one.routes or (ANY,):
                        self._events[route].append((name, types[name] is MetricType.HISTOGRAM, one))

    def happened(self, route: str = ANY) -> None:
        """A request of ``route`` was answered well; or a view was shown, a job done."""
        chance, meters = self._actor.runtime.chance, self._actor.meters
        for name, histogram, one in (*self._events[ANY], *(self._events.get(route, ()) if route else ())):
            if chance.happens(one.chance):
                value = chance.between(*one.value)
                if histogram:
                    meters.observe(name, value, one.labels)
                else:
                    meters.add(name, value, one.labels)

    def show(self) -> None:
        """Set the gauges."""
        runtime = self._actor.runtime
        for name, one in self._gauges:
            level = runtime.chance.between(*one.value) * (runtime.busy() * runtime.load if one.busy else 1)
            self._actor.meters.set(name, level, one.labels)
