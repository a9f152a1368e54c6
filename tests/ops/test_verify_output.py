"""What `verify --json` prints for other programs."""

import json
import time

from model.promotion.sources import VerificationOutput, read_output
from model.vocabulary import Environment
from tests.ops.running_environment import Running
from tests.ops.verifying import run


def test_evidence_of_a_promotion_is_made_of_the_output_and_what_was_not_checked_does_not_pass(
    environment: Running,
) -> None:
    _, said, _ = run(*environment.options, "--json", "--only", "rules", "--only", "paging-routes")

    found = read_output(VerificationOutput, json.loads(said), "verify.json")

    assert (found.environment, found.verdict) == (Environment.DEV, "unknown")
    assert abs(found.time - time.time()) < 600
    assert {one.check: str(one.result) for one in found.checks} == {"rules": "passed", "paging-routes": "unknown"}


def test_checks_that_were_left_out_are_named_for_machines(environment: Running) -> None:
    _, said, _ = run(*environment.options, "--json", "--only", "rules", "--only", "clock")

    left_out = json.loads(said)["left_out"]
    assert "routes" in left_out
    assert not {"rules", "clock"} & set(left_out)


def test_systems_that_were_left_out_are_named_for_machines_and_in_evidence(environment: Running) -> None:
    _, whole, _ = run(*environment.options, "--json", "--only", "clock")
    _, part, _ = run(*environment.options, "--json", "--only", "clock", "--system", "cloudmart")

    assert read_output(VerificationOutput, json.loads(whole), "verify.json").systems_left_out == ()
    assert read_output(VerificationOutput, json.loads(part), "verify.json").systems_left_out == (
        *("alchemorsel", "bakhmach", "generic", "order-processor"),
    )
