"""What things cost, in US dollars an hour: clusters and systems by OpenCost, models by their callers.

``IN_CLUSTERS`` and ``IN_SYSTEMS`` say in every panel what a number contains. None of them holds what runs outside the
clusters: for a system on DynamoDB or RDS that is most of the bill.
"""

from authoring.dashboards.queries import chosen
from authoring.rules.recording.capacity import CPU_PEAK
from authoring.rules.recording.product import MODEL_USD, TRANSACTIONS
from model import names

CLUSTER = "cluster:cost_usd:per_hour"
NAMESPACE = "namespace:cost_usd:per_hour"
SYSTEM = "system:cost_usd:per_hour"
HOURS_OF_A_MONTH = 730

_OUTSIDE = "DynamoDB, RDS, caches, queues, functions, NAT gateways and other AWS services"
IN_CLUSTERS = f"Includes nodes and the load balancers of Services, at list prices. Not included: volumes, {_OUTSIDE}."
"""For the description of a panel about whole clusters."""
IN_SYSTEMS = (
    "Includes CPU and memory that workloads request, at list prices. Not included: idle nodes, "
    f"volumes, load balancers, {_OUTSIDE}."
)
"""For the description of a panel about parts of the clusters: systems, teams, namespaces."""

_OWN = f'namespace=~"{"|".join(sorted(names.POD_SECURITY))}"'


def clusters() -> str:
    """All chosen clusters, whoever uses them."""
    return f"sum({chosen.cluster(CLUSTER)})"


def clusters_before(ago: str) -> str:
    """The same some time ago."""
    return f"sum({chosen.cluster(CLUSTER)} offset {ago})"


def change(ago: str) -> str:
    """By how much all clusters cost more (above 0) or less than some time ago."""
    return f"{clusters()} / {clusters_before(ago)} - 1"


def projected_month() -> str:
    """A month whose days are all like the last one, of clusters and of models."""
    cluster, model = (f"sum(avg_over_time({chosen.cluster(metric)}[1d]))" for metric in (CLUSTER, MODEL_USD))
    return f"{HOURS_OF_A_MONTH} * ({cluster} + ({model} or vector(0)))"


def models() -> str:
    """Calls to language models of the chosen systems."""
    return f"sum({chosen.system(MODEL_USD)}) or vector(0)"


def models_by_system() -> str:
    """Calls to language models, by system."""
    return f"sum by (system) ({chosen.system(MODEL_USD)})"


def systems() -> str:
    """Every system's part of the clusters."""
    return f"sum by (system) ({chosen.system(SYSTEM)})"


def systems_in_all() -> str:
    """Clusters and models of every system together."""
    return f"sum by (system) ({chosen.system(SYSTEM)} or {chosen.system(MODEL_USD)})"


def systems_change(ago: str) -> str:
    """By how much a system's part of the clusters grew."""
    return f"{systems()} / sum by (system) ({chosen.system(SYSTEM)} offset {ago}) - 1"


def teams() -> str:
    """Every team's part of the clusters, by system."""
    return f"sum by (team, system) ({chosen.system(SYSTEM)})"


def allocated() -> str:
    """Share of what the clusters cost that some workload asked for; the rest is paid for and idle."""
    return f"sum({chosen.cluster(NAMESPACE)}) / {clusters()}"


def idle() -> str:
    """What is paid for and asked for by nobody."""
    return f"clamp_min({clusters()} - sum({chosen.cluster(NAMESPACE)}), 0)"


def namespaces() -> str:
    """Every namespace's part of the clusters."""
    return f"sum by (namespace) ({chosen.cluster(NAMESPACE)})"


def monitoring() -> str:
    """The namespaces of the monitoring itself."""
    return f"sum({chosen.cluster(NAMESPACE, where=_OWN)})"


def monitoring_share() -> str:
    """The monitoring's part of all clusters."""
    return f"{monitoring()} / {clusters()}"


def monitoring_by_part() -> str:
    """The monitoring itself, by namespace."""
    return f"sum by (namespace) ({chosen.cluster(NAMESPACE, where=_OWN)})"


def per_transaction() -> str:
    """Clusters and models for one transaction, by system; transactions are what the catalog says."""
    return f"{systems_in_all()} / (sum by (system) ({chosen.system(TRANSACTIONS)}) > 0)"


def per_thousand_requests() -> str:
    """Clusters and models for a thousand requests to the busiest component of each system."""
    busiest = f"max by (system) (sum by (system, component) ({chosen.system('component:requests:rate5m')}))"
    return f"{systems_in_all()} / ({busiest} * 3.6 > 0)"


def nodes() -> str:
    """Nodes, by type of instance."""
    return f"sum by (instance_type) ({chosen.cluster('node_total_hourly_cost')})"


def volumes() -> str:
    """Volumes of the cluster."""
    return f"sum by (cluster) ({chosen.cluster('pv_hourly_cost')})"


def load_balancers() -> str:
    """Load balancers of the cluster's Services, by Service."""
    return f"sum by (service_name) ({chosen.cluster('kubecost_load_balancer_cost')})"


def least_used(count: int = 15) -> str:
    """The CPU peak of seven days, as a share of what is requested, of the workloads that use least."""
    return f"sort(bottomk({count}, max by (namespace, workload) ({chosen.cluster(CPU_PEAK)})))"


def cloudwatch_requests() -> str:
    """Requests a second to CloudWatch, by kind: GetMetricData is billed by the metric."""
    return f"sum by (api_name) ({chosen.rate(chosen.cluster('yace_cloudwatch_requests_total'))})"
