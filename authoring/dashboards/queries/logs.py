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


# Loki refuses a selector of which every part may be empty, as all of them are where everything is chosen.
_FOUND = (
    '{k8s_cluster_name=~"$cluster", service_namespace=~"$system", service_name=~"$component", service_name=~".+"}'
    " |~ `(?i)${word:regex}`"
    ' | severity_text=~"$level"'
    " | correlation_id=~`${id:regex}.*` or request_id=~`${id:regex}.*` or trace_id=~`${id:regex}.*`"
)
_TROUBLES = f'{_FOUND} | severity_text=~"WARN|ERROR|FATAL"'


def found() -> str:
    """Lines with the word, of the chosen levels, with the id (or its beginning) of a request or a trace."""
    return _FOUND


def found_by(label: str, *, count: int = 10) -> str:
    """How many lines are found by a label, in each interval of the panel; of many values the most frequent."""
    return f"topk({count}, sum by ({label}) (count_over_time({_FOUND} [$__auto])))"


def troubles_by(label: str, *, count: int = 10) -> str:
    """How many lines of level warning and above are found by a label, where they have it."""
    return f'topk({count}, sum by ({label}) (count_over_time({_TROUBLES} | {label}!="" [$__auto])))'


def browser_errors() -> str:
    """What browsers reported as errors."""
    streams = _FOUND[: _FOUND.index("}") + 1]
    return f'{streams} | kind="exception"'
