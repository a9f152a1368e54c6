"""What a plan makes of a running environment."""

from model.verification.expected import Expected, ExpectedTopic, ScrapePool, missing_rules, rule_count
from tests.model.verification.samples import plan

EXPECTED = Expected.of(plan())


def test_an_alarm_is_expected_with_what_decides_when_it_fires_as_far_as_the_plan_knows_it() -> None:
    errors, cpu = EXPECTED.alarms

    assert cpu.name == "prod-shop-orders-cpu"
    assert cpu.decides["Threshold"] == 90
    assert cpu.decides["Dimensions"] == (("DBInstanceIdentifier", "orders"),)
    assert cpu.metrics == (("AWS/RDS", (("DBInstanceIdentifier", "orders"),)),)
    assert not cpu.actions, "a composite alarm or Alertmanager notifies"
    assert errors.actions
    assert errors.metrics == (("AWS/Lambda", (("FunctionName", "f"),)),)
    assert errors.decides == {}
    assert EXPECTED.composites == ("prod-shop-critical",)


def test_subscriptions_belong_to_the_topic_that_they_depend_on_although_its_arn_is_not_known() -> None:
    topic = ExpectedTopic(name="belfry-prod-critical", encrypted=True, subscriptions={"https": 1, "sqs": 1})

    assert EXPECTED.topics == (topic,)


def test_monitors_and_probes_are_expected_by_kind_name_and_system() -> None:
    assert EXPECTED.pools == (
        ScrapePool("podMonitor", "loki", ""),
        ScrapePool("probe", "cart-ready", "cart"),
        ScrapePool("serviceMonitor", "shop-api", "shop"),
    )


def test_rules_and_boards_are_expected_by_name() -> None:
    assert EXPECTED.rules == {"slo.shop": ("SloOutage", "a:b")}
    assert EXPECTED.log_rules == {"logs.shop": ("LogsMissing",)}
    assert EXPECTED.boards == {"belfry-slo": "Shop"}
    assert rule_count(EXPECTED.rules) == 2


def test_a_system_narrows_alarms_and_targets_and_nothing_else() -> None:
    alarms, targets = EXPECTED.alarms_of(["shop"]), EXPECTED.targets_of(["shop"])

    assert [alarm.name for alarm in alarms.alarms] == ["prod-shop-orders-cpu"]
    assert alarms.composites == ("prod-shop-critical",)
    assert EXPECTED.alarms_of(["cart"]).composites == ()
    assert alarms.pools == EXPECTED.pools
    assert [pool.name for pool in targets.pools] == ["loki", "shop-api"]
    assert targets.alarms == EXPECTED.alarms
    assert EXPECTED.alarms_of([]) == EXPECTED.targets_of([]) == EXPECTED


def test_a_group_that_is_absent_and_a_rule_that_is_absent_are_named() -> None:
    expected = {"a": ("X", "X", "Y"), "b": ("Z",)}

    assert list(missing_rules(expected, {"a": ("X", "Y", "More")})) == [
        "the group a has no rule X",
        "the group b is not loaded",
    ]
    assert list(missing_rules(expected, {"a": ("Y", "X", "X"), "b": ("Z",), "c": ()})) == []
