"""The variables at the top of a board, chained: cluster, then its systems, then their components.

All of them read one recorded series with one sample for each component of the catalog, never ``up``: a list of names
must not cost a walk over all targets. "All" is ``.*``, which Prometheus answers without looking at the label, and which
also takes series that have no cluster, so boards work where a single Prometheus never wrote the label.
"""

import re
from typing import Final

from grafana_foundation_sdk.builders import dashboard as builders
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models.dashboard import (
    VariableHide,
    VariableModel,
    VariableOption,
    VariableRefresh,
    VariableSort,
)

from authoring.dashboards.kit import targets
from authoring.rules.recording.boards import COMPONENTS
from authoring.rules.recording.stores import AWS_RESOURCE
from model import labels, names
from model.catalog.resource_base import ResourceKind
from model.catalog.system import System
from model.dashboards import RUNBOOKS_UNSET, RUNBOOKS_VARIABLE

Variable = Builder[VariableModel]

_VARIABLE: Final = re.compile(r"\$(?=[\w{])|\[(?=\[)")
_NO_WIDTH: Final = "\u200b"


def datasource() -> Variable:
    """Which Prometheus. Boards of several kinds of sources have one more variable each."""
    return _source("datasource", "Data source", "prometheus", names.PROMETHEUS_DATASOURCE)


def loki() -> Variable:
    """Which Loki: one a tenant."""
    return _source("loki_datasource", "Loki data source", "loki", names.LOKI_DATASOURCE)


def jaeger() -> Variable:
    """Which Jaeger."""
    return _source("jaeger_datasource", "Jaeger data source", "jaeger", names.JAEGER_DATASOURCE)


def cloudwatch() -> Variable:
    """Which CloudWatch."""
    return _source("cloudwatch_datasource", "Cloudwatch data source", "cloudwatch", names.CLOUDWATCH_DATASOURCE)


def clusters() -> Variable:
    """One, some or all clusters."""
    return _all(_query(labels.CLUSTER, COMPONENTS))


def systems() -> Variable:
    """One, some or all systems of the chosen clusters."""
    return _all(_query(labels.SYSTEM, _chosen(labels.CLUSTER)))


def system() -> Variable:
    """Exactly one system, for boards that are about one."""
    return _query(labels.SYSTEM, _chosen(labels.CLUSTER))


def only_system(system: System) -> Variable:
    """The one system that a board is about: nobody sees it, and no link changes it."""
    return _Hidden(labels.SYSTEM, system.system)


def components(kind: str = "") -> Variable:
    """One, some or all components of the chosen systems; ``kind`` is a pattern of the catalog's kinds."""
    return _all(_query(labels.COMPONENT, _chosen(labels.CLUSTER, labels.SYSTEM, kind=kind)))


def component(kind: str = "") -> Variable:
    """Exactly one component."""
    return _query(labels.COMPONENT, _chosen(labels.CLUSTER, labels.SYSTEM, kind=kind))


def label(name: str, series: str, *, title: str = "", many: bool = True) -> Variable:
    """Values of any label of a recorded series, for what only some boards choose by: ``objective``, ``namespace``."""
    query = _query(name, series, title)
    return _all(query) if many else query


def in_aws(name: str, kind: ResourceKind, title: str) -> Variable:
    """One resource of the chosen components by its name in AWS: what CloudWatch is asked by, and billed for."""
    return _query(
        name, _chosen(labels.CLUSTER, labels.SYSTEM, labels.COMPONENT, kind=kind, of=AWS_RESOURCE), title, of="resource"
    )


def region() -> Variable:
    """The region of CloudWatch's metrics, as the data source lists them; boards with ``targets.cloudwatch`` need it."""
    return (
        builders.QueryVariable("region")
        .label("Region")
        .datasource(targets.CLOUDWATCH)
        .query("regions()")
        .refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(VariableSort.ALPHABETICAL_ASC)
        .current(VariableOption(selected=True, text="default", value="default"))
    )


def words(name: str, title: str, *values: str) -> Variable:
    """One, some or all of a few words, such as the levels of log lines."""
    variable = builders.CustomVariable(name).label(title).values(",".join(values)).multi(True).include_all(True)
    return variable.all_value(".*").current(VariableOption(selected=True, text="All", value="$__all"))


def traced() -> Variable:
    """Exactly one of the chosen components: Jaeger searches the traces of one."""
    return _query("traced", _chosen(labels.CLUSTER, labels.SYSTEM, labels.COMPONENT), "Traces of", of=labels.COMPONENT)


def text(name: str, title: str, default: str = "") -> Variable:
    """Free text, for a correlation id or a word."""
    return builders.TextBoxVariable(name).label(title).default_value(default)


def runbooks() -> Variable:
    """Where runbooks are: filled in on deployment, which knows the address."""
    return _Hidden(RUNBOOKS_VARIABLE, RUNBOOKS_UNSET)


class _Hidden(Builder[VariableModel]):
    """A constant that nobody sees and no link carries on."""

    def __init__(self, name: str, value: str) -> None:
        self._inner = builders.ConstantVariable(name).value(value)

    def build(self) -> VariableModel:
        built = self._inner.build()
        built.hide = VariableHide.HIDE_VARIABLE
        built.skip_url_sync = True
        return built


def _source(name: str, title: str, kind: str, uid: str) -> Variable:
    preset = VariableOption(selected=True, text=uid, value=uid)
    return builders.DatasourceVariable(name).label(title).type(kind).current(preset)


def _chosen(*chosen: str, kind: str = "", of: str = COMPONENTS) -> str:
    matchers = [f'{name}=~"${name}"' for name in chosen] + ([f'kind=~"{kind}"'] if kind else [])
    return f"{of}{{{', '.join(matchers)}}}"


def _query(name: str, series: str, title: str = "", of: str = "") -> builders.QueryVariable:
    return (
        builders.QueryVariable(name)
        .label(title or name.capitalize())
        .datasource(targets.PROMETHEUS)
        .query(f"label_values({series}, {of or name})")
        .refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(VariableSort.ALPHABETICAL_ASC)
    )


def _all(query: builders.QueryVariable) -> builders.QueryVariable:
    everything = VariableOption(selected=True, text="All", value="$__all")
    return query.multi(True).include_all(True).all_value(".*").current(everything)


def literal(text: str) -> str:
    """``text`` of the catalog as it was written, without references to variables of the board.

    Grafana puts values for `$name`, `${name}` and `[[name]]` into titles, descriptions, display names and text panels,
    and knows no way to escape them: `$$name` becomes a dollar sign and the value (grafana/grafana issues 40603 and
    71424). A space without width behind the first sign is invisible, and no name begins with it.
    """
    return _VARIABLE.sub(lambda sign: sign[0] + _NO_WIDTH, text)
