"""Notifies of cost before the bill does: a monthly budget with forecast, and a monitor of unusual cost."""

import json
from dataclasses import dataclass
from decimal import Decimal

import pulumi
import pulumi_aws as aws

from components.base import Component
from model import labels
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
    """``budget_usd`` is for a month, and ``topic_arn`` is notified. ``name`` is the environment's own in its account.

    The topic and its key must admit ``budgets.amazonaws.com`` and ``costalerts.amazonaws.com``, or messages are lost
    without a word. ``environment`` is the value of the tag ``environment`` of all that is made. ``by_tag``: the budget
    counts what bears it, and not the whole account. ``monitor_arn``: an anomaly monitor that exists, such as the one
    by service that AWS creates in every account that uses Cost Explorer; it is used and never changed.
    """

    name: str
    environment: str
    budget_usd: Decimal
    topic_arn: pulumi.Input[str]
    by_tag: bool = False
    monitor_arn: str | None = None


@pulumi.type_token("belfry:aws:CostGuard")
class CostGuard(Component):
    """A budget, and cost anomaly detection; both are free.

    A monitor of its own is one by the environment's tag: AWS allows one by service in an account, which exists already
    or belongs to another environment, and 500 customer managed ones (Cost Management user guide, "Quotas"). What counts
    by the tag sees nothing until the account that pays activates it for cost allocation, so a budget counts the whole
    account unless asked. Deliberately without budget actions, which stop machines by themselves.

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
            # `user:` stands before a tag that users define, `$` before its value (AWS Budgets, CostFilters).
            cost_filters=[{"name": "TagKeyValue", "values": [f"user:{labels.ENVIRONMENT}${args.environment}"]}]
            if args.by_tag
            else None,
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
            monitor_type="CUSTOM",
            # AWS returns it with every key of an expression, and the provider compares text: left out, they would be a
            # difference at each update.
            monitor_specification=json.dumps(
                {
                    **dict.fromkeys(("And", "CostCategories", "Dimensions", "Not", "Or")),
                    "Tags": {"Key": labels.ENVIRONMENT, "MatchOptions": None, "Values": [args.environment]},
                },
                sort_keys=True,
            ),
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
