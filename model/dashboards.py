"""The addresses of Grafana's boards: links in alerts outlive a board's title, so the uid is chosen once and here."""

from model.vocabulary import Vocabulary


class Board(Vocabulary):
    """A board's uid, which is also the name of its file below ``dashboards/grafana``."""

    PLATFORM_HOME = ("belfry-platform-home", "The monitoring itself: what is wrong with it now.")
    SERVICE = ("belfry-service", "One component: rate, errors, duration, saturation.")
    BUSINESS = ("belfry-business", "Business numbers of a system, with their seasonal bands.")
    SLO = ("belfry-slo", "Objectives, error budgets and burn rates.")
    KUBERNETES = ("belfry-kubernetes", "Workloads of the cluster.")
    NODES = ("belfry-nodes", "Nodes, their disks and their network.")
    DATABASES = ("belfry-databases", "Databases: connections, queries, replication.")
    CACHES = ("belfry-caches", "Caches: hits, memory, evictions.")
    QUEUES = ("belfry-queues", "Queues: age, depth, throughput, dead letters.")
    SECURITY = ("belfry-security", "Attacks, logins, Falco's events.")
    REAL_USERS = ("belfry-real-users", "Web vitals and errors as browsers see them.")
    AI = ("belfry-ai", "Calls to models: duration, tokens, cost.")
    CAPACITY = ("belfry-capacity", "Forecasts and right-sizing.")
    COST = ("belfry-cost", "What the cluster and its systems cost.")

    @property
    def path(self) -> str:
        """The link that alerts carry; the environment's Grafana is put before it on deployment."""
        return f"/d/{self}"
