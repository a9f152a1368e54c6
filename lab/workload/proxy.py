"""Metrics of load balancers that the team runs: HAProxy's and nginx's own names."""

from lab.workload.runtime import Actor


class ProxyMetrics:
    """Of one load balancer; nothing if the catalog declares nothing."""

    def __init__(self, actor: Actor) -> None:
        self._actor = actor
        part = actor.part
        self._labels = {"proxy": part.name}
        self._responses = part.metric("haproxy_frontend_http_responses_total")
        self._sessions = part.metric("haproxy_frontend_current_sessions")
        self._servers = part.metric("haproxy_server_status")
        self._requests, self._up = part.metric("nginx_http_requests_total"), part.metric("nginx_up")
        self._connections = part.metric("nginx_connections_active")

    def answered(self, status: int, at_work: int) -> None:
        """A request was answered, while ``at_work`` of them were."""
        if self._responses:
            self._actor.meters.add(self._responses, 1, {**self._labels, "code": f"{status // 100}xx"})
        if self._requests:
            self._actor.meters.add(self._requests)
        if self._sessions:
            self._actor.meters.set(self._sessions, at_work, self._labels)
        if self._connections:
            self._actor.meters.set(self._connections, at_work)

    def show(self) -> None:
        """Whether it runs, and what stands behind it."""
        if self._up:
            self._actor.meters.set(self._up, 1)
        if self._servers:
            for key in self._actor.part.calls:
                lives = self._actor.runtime.lives(key)
                for state in ("UP", "DOWN"):
                    labels = {**self._labels, "server": key[1], "state": state}
                    self._actor.meters.set(self._servers, float((state == "UP") == lives), labels)


METRICS = "haproxy_.*|nginx_.*"
