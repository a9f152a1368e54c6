"""Runbooks and the list of CloudWatch alarms: written from the rows, and nothing of a row is left out."""

import shutil
from pathlib import Path

import pytest

from authoring import assets, cloudwatch_docs
from model.problems import BadInput
from tests.tools import PROJECT

FILE = """
namespace: AWS/DynamoDB
applies_to: dynamodb-table
dimensions: {TableName: "{table}"}
alarms:
  - name: hot
    pack: extended
    each: index
    when: {billing: [on-demand, provisioned], time_to_live: true}
    metrics:
      - {id: read, metric: ReadThrottleEvents, statistic: Sum}
      - {id: write, metric: WriteThrottleEvents, statistic: Sum}
    expression: FILL(read,0)+FILL(write,0)
    datapoints: 2
    periods: 3
    threshold: 7
    unit: Count
    missing_data: notBreaching
    severity: warning
    summary: It is hot
    reason: Because a | b.
    source: Measured
    steps: [Look., Mend.]
  - name: odd
    pack: must-have
    metrics: [{metric: ConsumedReadCapacityUnits, statistic: Sum}]
    datapoints: 1
    periods: 1
    threshold: {band: 3}
    unit: StandardDeviations
    missing_data: notBreaching
    severity: info
    summary: It is odd
    reason: It never was.
    source: Measured too
    steps: [Look.]
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "rules" / "cloudwatch"
    folder.mkdir(parents=True)
    (folder / "dynamodb.yaml").write_text(FILE, encoding="utf-8")
    return tmp_path


def test_every_row_has_a_runbook_and_a_line_in_the_list(root: Path) -> None:
    assert set(cloudwatch_docs.generate(root)) == {
        "docs/runbooks/cloudwatch/hot.md",
        "docs/runbooks/cloudwatch/odd.md",
        "docs/cloudwatch-alarms.md",
    }


@pytest.mark.parametrize(
    "words",
    [
        "# It is hot",
        "severity **warning**",
        "for every dynamodb-table, once for each index of it where billing is on-demand or provisioned and "
        "time_to_live is set. Only where the full pack is paid for.",
        "**Why this line.** Because a | b.",
        "1. Look.\n2. Mend.",
        "| AWS/DynamoDB ReadThrottleEvents | Sum | TableName={table} |",
        "Compared is `FILL(read,0)+FILL(write,0)`.",
        "It alarms when above 7 Count, in 2 of 3 periods of 60 s. Missing data is `notBreaching`",
        "Source: Measured.",
        "  - alarm: hot\n    index: NAME\n    threshold: NUMBER\n    unit: Count\n",
    ],
)
def test_a_runbook_says_what_the_row_says(root: Path, words: str) -> None:
    assert words in cloudwatch_docs.generate(root)["docs/runbooks/cloudwatch/hot.md"]


def test_a_band_is_called_a_band(root: Path) -> None:
    text = cloudwatch_docs.generate(root)["docs/runbooks/cloudwatch/odd.md"]

    assert "It alarms when above anomaly detection band of 3, in 1 of 1 periods" in text


def test_the_list_leads_to_the_runbook_and_keeps_a_bar_out_of_the_table(root: Path) -> None:
    text = cloudwatch_docs.generate(root)["docs/cloudwatch-alarms.md"]

    assert "2 alarms" in text
    (line,) = [line for line in text.splitlines() if "[hot]" in line]
    assert line.startswith("| [hot](runbooks/cloudwatch/hot.md) | warning | extended | ReadThrottleEvents (Sum), ")
    assert "Because a \\| b. | Measured |" in line


def test_an_alarm_of_the_account_offers_no_override_in_the_catalog() -> None:
    written = cloudwatch_docs.generate(PROJECT)

    assert "Change it for one resource" not in written["docs/runbooks/cloudwatch/user-errors.md"]
    assert "    part: NAME" in written["docs/runbooks/cloudwatch/alb-no-healthy-host.md"]


def test_mistakes_of_all_files_come_at_once(root: Path) -> None:
    folder = root / "rules" / "cloudwatch"
    (folder / "other.yaml").write_text(FILE.replace("severity: info", "severity: loud"), encoding="utf-8")
    (folder / "third.yaml").write_text("a: [", encoding="utf-8")

    with pytest.raises(BadInput) as refused:
        cloudwatch_docs.generate(root)

    assert {problem.where.split(":")[0] for problem in refused.value.problems} == {
        "rules/cloudwatch/other.yaml",
        "rules/cloudwatch/third.yaml",
    }


def test_one_name_in_two_files_is_a_mistake_since_a_runbook_belongs_to_one_alarm(root: Path) -> None:
    folder = root / "rules" / "cloudwatch"
    shutil.copy(folder / "dynamodb.yaml", folder / "other.yaml")

    with pytest.raises(BadInput, match="found alarm hot in two files"):
        cloudwatch_docs.generate(root)


def test_a_project_without_rows_has_no_list(tmp_path: Path) -> None:
    assert cloudwatch_docs.generate(tmp_path) == {}


def test_what_is_shipped_is_what_would_be_written() -> None:
    outcomes = assets.write(PROJECT, cloudwatch_docs.generate(PROJECT), check=True)

    assert [outcome.file for outcome in outcomes if outcome.state is not assets.State.UNCHANGED] == []
