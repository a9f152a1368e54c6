"""Find lines: by component, level, word, and by the id that one request has in all components."""

from authoring.dashboards.kit import links, panels, targets, variables
from authoring.dashboards.kit.board import Board, Row
from authoring.dashboards.queries import logs
from configs.collector.logs import LEVELS
from model import labels
from model.catalog.catalog import Catalog
from model.dashboards import Board as Uid

NOTHING = "No log lines match: widen the time range, the level, or the search text"
TO_SERVICE = links.board(
    Uid.SERVICE, system="${__field.labels.service_namespace}", component="${__field.labels.service_name}"
)


def boards(_: Catalog) -> tuple[Board, ...]:
    """The board."""
    board = Board(
        uid=Uid.LOGS,
        question="What do the logs contain for this text, level or request?",
        variables=(
            variables.clusters(),
            variables.systems(),
            variables.components(),
            variables.words("level", "Level", *LEVELS),
            variables.text("word", "Word"),
            variables.text("id", "Correlation, request or trace id"),
            variables.loki(),
        ),
        chosen=(labels.CLUSTER, labels.SYSTEM, labels.COMPONENT),
        to=(Uid.SERVICE, Uid.TRACES, Uid.SECURITY),
        since="now-1h",
        rows=(
            Row("Lines", (_by_level(), _by_component(), _lines()), collapsed=False),
            Row("Most frequent errors", _troubles()),
        ),
    )
    return (board,)


def _by_level() -> panels.PanelBuilder:
    return panels.curves(
        "Lines by level",
        "Matching log lines per interval. Select a range to zoom in.",
        targets.logs(logs.found_by("severity_text"), "{{severity_text}}"),
        no_data=NOTHING,
        stacked=True,
        runbooks=("LogErrorBurst", "LogsMissing"),
        height=6,
    )


def _by_component() -> panels.PanelBuilder:
    return panels.curves(
        "Lines by component",
        "Matching log lines per interval and component, top ten. With an id: the path of one request.",
        targets.logs(logs.found_by("service_namespace, service_name"), "{{service_namespace}}/{{service_name}}"),
        no_data=NOTHING,
        stacked=True,
        runbooks=("LogErrorBurst", "LogsMissing"),
        data_links=(TO_SERVICE,),
        height=6,
    )


def _lines() -> panels.PanelBuilder:
    return panels.log_lines(
        "Lines",
        f"The newest {targets.MAX_LINES} that match. Text is case-insensitive; an id matches by its beginning, as "
        f"correlation, request or trace id. Open a line for its fields and its trace.",
        targets.logs(logs.found()),
        unit="string",
        no_data=NOTHING,
        runbooks=("LogErrorBurst",),
        height=18,
    )


def _troubles() -> tuple[panels.PanelBuilder, ...]:
    return tuple(
        panels.curves(
            title,
            f"{says} Log lines of level warning and above per interval; the ten most frequent.",
            targets.logs(logs.troubles_by(label), f"{{{{{label}}}}}"),
            no_data="No warnings and no errors with this field",
            stacked=True,
            runbooks=("LogErrorBurst",),
            width=8,
        )
        for title, label, says in (
            ("By error code", "error_code", "A code that is new names the cause."),
            ("By action", "action", "Failed actions of users."),
            ("By pod", "k8s_pod_name", "If only one pod logs them, that pod is broken; if all do, they share a cause."),
        )
    )
