"""Tells of money before the bill does: a monthly budget with forecast, and a monitor of unusual cost."""

from dataclasses import dataclass
from decimal import Decimal

import pulumi
import pulumi_aws as aws

from components.base import Component
from model.problems import BadInput, Problem
from model.quantities import plain

# Of the budget. At 80 % spent there is time to act; past 100 % it notifies again, because nobody acted.
ACTUAL_PERCENT = (80, 100)
# AWS forecasts from about five weeks of data on; before that, it stays silent.
FORECAST_PERCENT = 100
# An anomaly is notified from this share of the budget on: below it a message costs more attention than it saves money.
ANOMALY_SHARE = Decimal("0.05")


@dataclass(frozen=True, slots=True, kw_only=True)
class CostGuardArgs:
    """``budget_usd`` is for all cost of the account in a month, and ``topic_arn`` is notified.

    The topic and its key must admit ``budgets.amazonaws.com`` and ``costalerts.amazonaws.com``, or messages are lost
    without a word. ``monitor_arn``: an account may have one monitor of services only, and AWS makes it by itself for
    whoever opens Cost Explorer; give its ARN then, and it is used and never changed.
    """

    name: str
    budget_usd: Decimal
    topic_arn: pulumi.Input[str]
    monitor_arn: str | None = None


@pulumi.type_token("belfry:aws:CostGuard")
class CostGuard(Component):
    """A budget of the account, and cost anomaly detection by service; both are free.

    Deliberately without: budget actions (they stop machines by themselves), and budgets by tag, which see nothing
    until somebody activates the tag for cost allocation.

    Raises BadInput for a budget that is not above zero.
    """

    budget_name: pulumi.Output[str]
    monitor_arn: pulumi.Output[str]

    def __init__(self, name: str, args: CostGuardArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        if args.budget_usd <= 0:
            found = f"found {plain(args.budget_usd)}"
            raise BadInput([Problem(f"{name}: budget_usd", found, "dollars a month, above zero")])
        super().__init__(name, opts)
        budget = aws.budgets.Budget(
            f"{name}-budget",
            name=args.name,
            budget_type="COST",
            limit_amount=plain(args.budget_usd),
            limit_unit="USD",
            time_unit="MONTHLY",
            notifications=[
                *(_notification("ACTUAL", percent, args.topic_arn) for percent in ACTUAL_PERCENT),
                _notification("FORECASTED", FORECAST_PERCENT, args.topic_arn),
            ],
            opts=self.child(),
        )
        self.budget_name = budget.name
        self.monitor_arn = pulumi.Output.from_input(args.monitor_arn or self._monitor(name, args).arn)
        aws.costexplorer.AnomalySubscription(
            f"{name}-anomalies",
            name=args.name,
            # An SNS topic gets anomalies one by one; daily and weekly digests go to email only.
            frequency="IMMEDIATE",
            monitor_arn_lists=[self.monitor_arn],
            subscribers=[{"type": "SNS", "address": args.topic_arn}],
            threshold_expression={
                "dimension": {
                    "key": "ANOMALY_TOTAL_IMPACT_ABSOLUTE",
                    "match_options": ["GREATER_THAN_OR_EQUAL"],
                    "values": [plain(args.budget_usd * ANOMALY_SHARE)],
                }
            },
            opts=self.child(),
        )
        self.register_outputs({"budget_name": self.budget_name, "monitor_arn": self.monitor_arn})

    def _monitor(self, name: str, args: CostGuardArgs) -> aws.costexplorer.AnomalyMonitor:
        return aws.costexplorer.AnomalyMonitor(
            f"{name}-monitor",
            name=args.name,
            monitor_type="DIMENSIONAL",
            monitor_dimension="SERVICE",
            opts=self.child(),
        )


def _notification(kind: str, percent: int, topic: pulumi.Input[str]) -> aws.budgets.BudgetNotificationArgs:
    return aws.budgets.BudgetNotificationArgs(
        notification_type=kind,
        comparison_operator="GREATER_THAN",
        threshold=percent,
        threshold_type="PERCENTAGE",
        subscriber_sns_topic_arns=[topic],
    )
