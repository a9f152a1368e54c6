"""LogQL over the streams of a component: `service_namespace` is the system, `service_name` the component.

Ids, levels and users are structured metadata beside the lines: they need no parser.
"""

_STREAMS = '{k8s_cluster_name=~"$cluster", service_namespace=~"$system", service_name=~"$component"}'


def of_component(*stages: str) -> str:
    """The lines of the chosen components that pass all ``stages``."""
    return " ".join((_STREAMS, *stages))


def troubles() -> str:
    """Lines of level warning and above."""
    return of_component('| severity_text=~"WARN|ERROR|FATAL"')


def lines_by_level() -> str:
    """Lines by level, in each interval of the panel."""
    return f"sum by (severity_text) (count_over_time({_STREAMS} [$__auto]))"
