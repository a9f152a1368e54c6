"""Tables of the engine's commands in a terminal of 80 columns."""

from checks.charts.check import Checked
from checks.charts.requested import Requested
from engine.charts import show
from tests import widths


def test_the_summary_of_the_charts_fits_and_cuts_nothing() -> None:
    asked = Requested(pods=128, cpu=120.5, memory_gib=1024.5, each_node_cpu=12.25, each_node_memory_gib=24.25)
    rows = [
        Checked(
            environment="staging", profile=None, nodes=None, releases=24, objects=1280, requested=asked, findings=()
        ),
        Checked(
            environment="staging",
            profile="distributed",
            nodes=None,
            releases=24,
            objects=9,
            requested=asked,
            findings=(),
        ),
        Checked(
            environment="prod",
            profile=None,
            nodes="fargate-and-nodes",
            releases=24,
            objects=9,
            requested=asked,
            findings=(),
        ),
    ]

    text = widths.shown(lambda console: show(console, rows)).partition(" rules (")[0]

    widths.whole(
        text, ["releases", "objects", "broken", "staging", "distributed", "fargate-and-nodes", "1280", "1024.5"]
    )
