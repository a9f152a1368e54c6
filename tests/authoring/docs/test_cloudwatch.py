"""Runbooks and the list of CloudWatch alarms: written from the rows, and nothing of a row is left out."""

import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from authoring.bundles import assets
from authoring.cloudwatch import words as cloudwatch_words
from authoring.docs import cloudwatch as cloudwatch_docs
from model.dimensions import MetricUnit
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
    impact: Users wait.
    checks: [Look., Look again.]
    mitigation: [Change it.]
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
    impact: None yet.
    checks: [Look.]
    mitigation: [Change it.]
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "rules" / "cloudwatch"
    folder.mkdir(parents=True)
    (folder / "dynamodb.yaml").write_text(FILE, encoding="utf-8")
    return tmp_path


def test_every_row_has_a_runbook_and_a_line_in_the_list(root: Path) -> None:
    assert set(cloudwatch_docs.generate(root)) == {
        "docs/runbooks/cloudwatch/dynamodb.md",
        "docs/cloudwatch-alarms.md",
    }


@pytest.mark.parametrize(
    "words",
    [
        "# Amazon DynamoDB: CloudWatch alarms",
        "| [hot](#hot) | warning | It is hot |",
        "aws dynamodb describe-table --table-name TABLE",
        "## hot\n\n**It is hot.** Severity warning. Exists for every DynamoDB table where `billing` is on-demand or "
        "provisioned with time to live, once for each index.",
        "**Meaning.** It fires when "
        "`FILL(read,0)+FILL(write,0)` is above 7 in 2 of 3 periods of 1 min. In it, `read` is "
        "`ReadThrottleEvents` (sum), `write` is `WriteThrottleEvents` (sum).",
        "**Impact.** Users wait.",
        "**Why this threshold.** Because a | b.",
        "**First checks**\n\n1. Look.\n2. Look again.",
        "**Mitigation**\n\n- Change it.",
        "## odd\n\n**It is odd.** Severity info.",
        "`ConsumedReadCapacityUnits` (sum) is above its expected range (3 standard deviations) for 1 min.",
        "  - alarm: hot\n    index: NAME\n    threshold: NUMBER\n    unit: Count\n",
        "[Who is notified when](../../escalation.md)",
    ],
)
def test_a_page_says_what_its_rows_say(root: Path, words: str) -> None:
    assert words in cloudwatch_docs.generate(root)["docs/runbooks/cloudwatch/dynamodb.md"]


def test_files_about_one_service_share_a_page() -> None:
    page = cloudwatch_docs.generate(PROJECT)["docs/runbooks/cloudwatch/elastic-load-balancing.md"]

    assert "## alb-no-healthy-host\n" in page
    assert "## nlb-no-healthy-host\n" in page


def test_the_list_leads_to_the_runbook_and_keeps_a_bar_out_of_the_table(root: Path) -> None:
    text = cloudwatch_docs.generate(root)["docs/cloudwatch-alarms.md"]

    assert "2 alarms" in text
    (line,) = [line for line in text.splitlines() if "[hot]" in line]
    assert line.startswith("| [hot](runbooks/cloudwatch/dynamodb.md#hot) | warning | extended | every DynamoDB table")
    assert "Because a \\| b. | Measured |" in line


def test_alarms_of_the_account_offer_no_override_in_the_catalog() -> None:
    written = cloudwatch_docs.generate(PROJECT)

    assert "## Change an alarm" not in written["docs/runbooks/cloudwatch/billing.md"]
    assert "    part: NAME" in written["docs/runbooks/cloudwatch/elastic-load-balancing.md"]


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        ("5368709120", MetricUnit.BYTES, "5 GiB"),
        ("14073748835532", MetricUnit.BYTES, "12.8 TiB"),
        ("512", MetricUnit.BYTES, "512 bytes"),
        ("1536", MetricUnit.MEGABYTES, "1.5 GiB"),
        ("90", MetricUnit.PERCENT, "90 %"),
        ("120", MetricUnit.SECONDS, "2 min"),
        ("90", MetricUnit.SECONDS, "90 s"),
        ("0.02", MetricUnit.SECONDS, "20 ms"),
        ("2500", MetricUnit.MILLISECONDS, "2.5 s"),
        ("45", MetricUnit.DAYS, "45 days"),
        ("1000000000", MetricUnit.COUNT, "1,000,000,000"),
        ("1", MetricUnit.COUNT_PER_SECOND, "1 per second"),
        ("300", MetricUnit.USD, "300 USD"),
    ],
)
def test_numbers_have_units_that_people_read(value: str, unit: MetricUnit, text: str) -> None:
    assert cloudwatch_words.quantity(Decimal(value), unit) == text


def test_every_condition_and_every_share_of_the_shipped_rows_has_words() -> None:
    rows = [(file, row) for file in cloudwatch_docs.read(PROJECT).values() for row in file.alarms]

    assert [
        row.name for file, row in rows if "`" in cloudwatch_words.subject(file, row).replace("`expects_traffic`", "")
    ] == []
    assert [row.name for _, row in rows if "of `" in cloudwatch_words.limit(row)] == []


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


@pytest.mark.parametrize(
    ("row", "text"),
    [
        (
            ("rds", "rds-memory"),
            "below what the catalog's `memory-usage` threshold leaves of the instance's memory (25 % if it has none)",
        ),
        (
            ("rds", "rds-storage-filling"),
            "below what the catalog's `disk-usage` threshold leaves of the allocated storage",
        ),
        (
            ("rds", "rds-connections"),
            "above the catalog's `connection-pool-usage` threshold, a percentage of the maximum number of connections "
            "(90 % if it has none)",
        ),
        (("sqs", "sqs-age"), "above the catalog's `queue-lag` threshold (15 min if it has none)"),
    ],
)
def test_a_threshold_of_the_catalog_has_the_unit_of_its_signal_and_not_of_the_metric(
    row: tuple[str, str], text: str
) -> None:
    file, name = row
    (found,) = (one for one in cloudwatch_docs.read(PROJECT)[file].alarms if one.name == name)
    assert cloudwatch_words.limit(found) == text
