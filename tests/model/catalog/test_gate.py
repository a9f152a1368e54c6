"""The policy of the gate: defaults, bounds, and references."""

from decimal import Decimal
from pathlib import Path
from typing import get_args

import pytest

from model.catalog.gate import BlockingAlert, Gate, GateScope, OnUnknown
from model.metrics import metric_names
from model.vocabulary import Environment
from tests.model.catalog.test_checks import mistakes
from tests.model.catalogs import good_system, write_catalog
from tests.model.refusals import refusal

THROUGHPUT = {"component": "api", "objective": "throughput", "reason": "Sales only."}


def test_without_a_policy_features_freeze_at_zero_and_production_waits_for_what_is_unknown() -> None:
    gate = Gate()
    assert (gate.warn_below, gate.freeze_below) == (Decimal(25), Decimal(0))
    assert gate.block_while == ("SloOutage", "SloFastBurn")
    blocks = [e for e in Environment if gate.unknown.of(e) is OnUnknown.BLOCK]
    assert blocks == [Environment.STAGING, Environment.PROD]


def test_only_alerts_of_objectives_can_block() -> None:
    assert set(get_args(BlockingAlert)) < set(metric_names.SLO_ALERTS)


def test_a_policy_may_tolerate_a_missed_objective_and_look_a_week_ahead() -> None:
    gate = Gate.model_validate({"freeze_below": -50, "soak": "7d", "scope": "dependencies"})
    assert (gate.freeze_below, str(gate.soak), gate.scope) == (Decimal(-50), "7d", GateScope.DEPENDENCIES)


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        ({"warn_below": 101}, "warn_below: found 101"),
        ({"warn_below": True}, "warn_below: found"),
        ({"freeze_below": -1001}, "freeze_below: found -1001"),
        ({"freeze_below": 30}, "found warn_below 25 under freeze_below 30; allowed: a warning that comes no later"),
        ({"block_while": ["SloNoData"]}, "block_while[0]: found 'SloNoData'"),
        ({"block_while": ["SloOutage", "SloOutage"]}, "block_while: found 'SloOutage' more than once"),
        ({"scope": "all"}, "scope: found 'all'"),
        ({"unknown": {"qa": "block"}}, "unknown.qa: unknown key; allowed: dev, local, prod, staging"),
        ({"unknown": "block"}, "unknown: found 'block'"),
        ({"min_events": 0}, "min_events: found 0"),
        ({"soak": "8d"}, "soak: found 8d; allowed: at most 7d"),
        ({"freeze": 1}, "freeze: unknown key"),
    ],
)
def test_a_policy_that_cannot_be_meant_is_refused(policy: dict[str, object], message: str) -> None:
    assert message in refusal(Gate, policy)


@pytest.mark.parametrize(
    ("optional", "message"),
    [
        ({**THROUGHPUT, "component": "apy"}, "found unknown component 'apy'; allowed: api,"),
        ({**THROUGHPUT, "objective": "thruput"}, "found unknown objective 'thruput' of api; allowed: availability,"),
    ],
)
def test_an_optional_objective_exists(tmp_path: Path, optional: dict[str, str], message: str) -> None:
    folder = write_catalog(tmp_path / "catalog", [{**good_system(), "gate": {"optional": [optional]}}])
    [line] = mistakes(folder)
    assert line.startswith(f"catalog/shop.yaml: gate.optional: {message}")


def test_an_optional_objective_is_named_once(tmp_path: Path) -> None:
    twice = [THROUGHPUT, {**THROUGHPUT, "reason": "Again."}]
    folder = write_catalog(tmp_path / "catalog", [{**good_system(), "gate": {"optional": twice}}])
    assert mistakes(folder) == [
        "catalog/shop.yaml: gate.optional: found 'api/throughput' 2 times; allowed: each name once"
    ]


def test_an_agreement_names_an_objective_that_exists(tmp_path: Path) -> None:
    agreement = {"component": "api", "credits": [{"below": 99.5, "credit": 5}], "reason": "The contract."}
    given = [{**agreement, "objective": "thruput"}, {**agreement, "objective": "throughput"}]
    folder = write_catalog(tmp_path / "catalog", [{**good_system(), "sla": given}])
    [line] = mistakes(folder)
    assert line.startswith("catalog/shop.yaml: sla: found unknown objective 'thruput' of api; allowed: availability,")
