"""The one way to install a Helm chart.

Versions and repositories stand in ``versions.toml``, namespaces in ``charts.yaml``, and what each pinned chart accepts
in ``chart_values/``. Values are checked against that before anything is registered.
"""

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes

from components.base import Component
from model import charts
from model.problems import BadInput, Problem, raise_if_any

_FOLDER = Path(__file__).parent

_MIRRORS = ("https://", "http://", "oci://")

_Plain = str | bool | int | float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartArgs:
    """One release of one chart of the table.

    ``values`` is plain data that may hold Inputs as leaves. They must not be secret: Helm keeps values readable in
    the cluster. Give a Kubernetes Secret's name instead.
    """

    chart: str  # key in charts.yaml
    values: Mapping[str, Any] = field(default_factory=dict)
    namespace: pulumi.Input[str] | None = None  # None: the table's
    release: str | None = None  # None: the table's. Give one where a chart is installed several times
    mirror: str | None = None  # http(s)://: a chart repository; oci://: a prefix of charts. None: the chart's own
    skip_crds: bool = False  # true where another release brings the CRDs of the chart's crds/ folder
    atomic: bool = True  # a failed install or upgrade is rolled back: no half-installed chart
    timeout_seconds: int = 600  # Helm's default is 300; pulling Prometheus, Loki on a new node group takes longer


@pulumi.type_token("belfry:kubernetes:Chart")
class Chart(Component):
    """One pinned Helm chart as a release.

    It makes no namespace: those carry Pod Security labels and are made before. It is ``helm.v3.Release`` because the
    ``v4.Chart`` drops Helm's hooks, and without them kube-prometheus-stack's operator waits forever for the Secret
    that its admission hook makes.

    Raises BadInput for an unknown chart, a key that the chart does not have, a value of a wrong type and, once the
    Inputs are resolved, for a secret among the values.
    """

    release_name: pulumi.Output[str]
    namespace: pulumi.Output[str]
    version: pulumi.Output[str]

    def __init__(self, name: str, args: ChartArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        pinned = pinned_chart(args.chart)
        raise_if_any([*check_values(args.chart, args.values), *_mirror_problems(args)])
        super().__init__(name, opts)
        location, repository = _location(pinned, args.mirror)
        release = kubernetes.helm.v3.Release(
            f"{name}-release",
            name=args.release or pinned.release,
            namespace=pinned.namespace if args.namespace is None else args.namespace,
            chart=location,
            version=pinned.version,
            repository_opts={"repo": repository} if repository else None,
            values=_public(args.values, args.chart, ()),
            atomic=args.atomic,
            cleanup_on_fail=args.atomic,
            skip_crds=args.skip_crds,
            timeout=args.timeout_seconds,
            create_namespace=False,
            opts=self.child(),
        )
        self.release_name = release.name.apply(str)
        self.namespace = release.namespace.apply(str)
        self.version = release.version.apply(str)
        self.register_outputs({"release_name": self.release_name, "namespace": self.namespace, "version": self.version})


@functools.cache
def chart_table() -> charts.Charts:
    """The table of charts."""
    return charts.read_charts(_FOLDER)


def pinned_chart(key: str) -> charts.Chart:
    """The chart of ``key``. Raises BadInput when the table has none."""
    table = chart_table().charts
    if key not in table:
        raise BadInput([Problem(charts.TABLE, f"no chart {key}", ", ".join(sorted(table)))])
    return table[key]


def check_values(key: str, values: Mapping[str, Any]) -> list[Problem]:
    """What the pinned chart ``key`` would ignore or misread in ``values``; empty when all is well."""
    unusable = (
        Problem(f"chart {key}: {charts.join_path(path)}", f"found a {type(leaf).__name__}", "plain data or an Output")
        for path, leaf in _leaves(values, ())
        if not isinstance(leaf, _Plain | pulumi.Output)
    )
    return [*charts.check_values(key, _inventory(key), values), *unusable]


@functools.cache
def _inventory(key: str) -> charts.Tree:
    return charts.read_inventory(_FOLDER, key, pinned_chart(key))


def _location(pinned: charts.Chart, mirror: str | None) -> tuple[str, str | None]:
    """The release's chart and its repository; an OCI chart is named whole and has no repository."""
    repository = (mirror or pinned.repository).rstrip("/")
    if repository.startswith("oci://"):
        return f"{repository}/{pinned.chart}", None
    return pinned.chart, repository


def _mirror_problems(args: ChartArgs) -> Iterable[Problem]:
    # The text itself stays out of the message: it may hold a password.
    where = f"chart {args.chart}: mirror"
    if args.mirror is None:
        return
    if not args.mirror.startswith(_MIRRORS):
        yield Problem(where, "found no URL of a mirror", f"a URL that starts with {', '.join(_MIRRORS)}")
    if "@" in args.mirror:
        yield Problem(
            where, "found a user or password in the URL", "a URL without, because the state stores it in plain text"
        )


def _leaves(value: Any, path: tuple[str, ...]) -> Iterable[tuple[tuple[str, ...], Any]]:
    if isinstance(value, Mapping):
        for key, below in value.items():
            yield from _leaves(below, (*path, str(key)))
    elif isinstance(value, list | tuple):
        for index, below in enumerate(value):
            yield from _leaves(below, (*path, str(index)))
    else:
        yield path, value


def _public(value: Any, chart: str, path: tuple[str, ...]) -> Any:
    """A copy of ``value`` in which each Output fails when it turns out to be secret.

    Leaf by leaf, so that a preview still shows all values but the unknown ones.
    """
    if isinstance(value, Mapping):
        return {str(key): _public(below, chart, (*path, str(key))) for key, below in value.items()}
    if isinstance(value, list | tuple):
        return [_public(below, chart, (*path, str(index))) for index, below in enumerate(value)]
    if isinstance(value, pulumi.Output):
        return _not_secret(value, f"chart {chart}: {charts.join_path(path)}")
    return value


def _not_secret(output: pulumi.Output[Any], where: str) -> pulumi.Output[Any]:
    known: pulumi.Output[Any] = pulumi.Output.from_input(output)  # also what is nested in the output

    async def public() -> bool:
        # Not in an apply: that does not run while the value is unknown, and the preview should say so already.
        if await known.is_secret():
            raise BadInput(
                [Problem(where, "found a secret", "the name of a Kubernetes Secret, or a value that is not secret")]
            )
        return True

    checked: pulumi.Output[Any] = pulumi.Output.all(known, public())
    return checked.apply(lambda pair: pair[0])
