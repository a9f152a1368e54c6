"""Find lines: by component, level, word, and by the id that one request has in all components."""

from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models import units
from grafana_foundation_sdk.models.dashboard import Panel

from authoring.dashboards.kit import links, panels, targets, variables
from authoring.dashboards.kit.board import Board, Row
from authoring.dashboards.kit.thresholds import NO_LIMIT
from authoring.dashboards.queries import logs
from configs.collector.logs import LEVELS
from model import labels
from model.catalog.catalog import Catalog
from model.dashboards import Board as Uid

NOTHING = "No line is found: widen the time, the level, or the word"
TO_SERVICE = links.board(
    Uid.SERVICE, system="${__field.labels.service_namespace}", component="${__field.labels.service_name}"
)


def boards(_: Catalog) -> tuple[Board, ...]:
    """The board."""
    board = Board(
        uid=Uid.LOGS,
        question="What do the programs say, about this word, at this level, about this one request?",
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
            Row("What is wrong most often?", _troubles()),
        ),
    )
    return (board,)


def _by_level() -> Builder[Panel]:
    return panels.curves(
        "Lines by level",
        "What is found, in each interval. Draw over a hill to look at its lines only.",
        targets.logs(logs.found_by("severity_text"), "{{severity_text}}"),
        unit=units.Short,
        thresholds=NO_LIMIT,
        no_data=NOTHING,
        stacked=True,
        runbooks=("LogErrorBurst", "LogsMissing"),
        height=6,
    )


def _by_component() -> Builder[Panel]:
    return panels.curves(
        "Lines by component",
        "Who says it, in each interval; the ten that say most. With an id: the way of one request.",
        targets.logs(logs.found_by("service_namespace, service_name"), "{{service_namespace}}/{{service_name}}"),
        unit=units.Short,
        thresholds=NO_LIMIT,
        no_data=NOTHING,
        stacked=True,
        runbooks=("LogErrorBurst", "LogsMissing"),
        data_links=(TO_SERVICE,),
        height=6,
    )


def _lines() -> Builder[Panel]:
    return panels.lines_of_logs(
        "Lines",
        f"The newest {targets.MAX_LINES} that are found. A word is found in any case; an id by its beginning, as "
        "correlation, request or trace id. Open a line for its fields and its trace.",
        targets.logs(logs.found()),
        unit="string",
        thresholds=NO_LIMIT,
        no_data=NOTHING,
        runbooks=("LogErrorBurst",),
        height=18,
    )


def _troubles() -> tuple[Builder[Panel], ...]:
    return tuple(
        panels.curves(
            title,
            f"{says} Lines of level warning and above only, in each interval; the ten most frequent.",
            targets.logs(logs.troubles_by(label), f"{{{{{label}}}}}"),
            unit=units.Short,
            thresholds=NO_LIMIT,
            no_data="No warnings and no errors with this field",
            stacked=True,
            runbooks=("LogErrorBurst",),
            width=8,
        )
        for title, label, says in (
            ("By error code", "error_code", "A code that is new names the cause."),
            ("By action", "action", "What users could not do."),
            ("By pod", "k8s_pod_name", "One pod alone is broken itself; all pods share a cause."),
        )
    )
