"""Exceptions of policies: what they take away, and that none outlives its reason unseen."""

from pathlib import Path

import pytest

from model.policies.exceptions import Exceptions, PolicyException, judge
from model.policies.registry import findings
from model.policies.rule import Resource
from model.problems import BadInput
from tests.plans import urn_of

TODAY = "2026-12-01"
TOPIC = "aws:sns/topic:Topic"
URN = urn_of("prod", TOPIC, "loud")
RESOURCES = [Resource(urn=urn_of("prod", TOPIC, name), type=TOPIC, name=name, inputs={}) for name in ("loud", "quiet")]


def exceptions(
    rule: str = "encryption-at-rest", urns: tuple[str, ...] = (URN,), until: str = "2026-12-01"
) -> Exceptions:
    return Exceptions(exceptions=(PolicyException(rule=rule, urns=urns, reason="Because.", until=until),))


def judged(given: Exceptions) -> tuple[list[str], list[tuple[str, str]]]:
    found = judge(findings(RESOURCES, "prod"), given, RESOURCES, "prod", TODAY)
    return [each.name for each in found.open], [(each.name, reason) for each, reason in found.excepted]


def test_an_exception_takes_one_finding_away_until_its_last_day() -> None:
    assert judged(Exceptions()) == (["loud", "quiet"], [])
    assert judged(exceptions()) == (["quiet"], [("loud", "Because.")])


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            exceptions(until="2026-11-30"),
            r"exceptions\[0\].until: found 2026-11-30, which is over; allowed: a later day",
        ),
        (exceptions(urns=(f"{URN}er",)), r"urns: found urn:.*::louder, which no resource has"),
        (
            exceptions(rule="owner-tags"),
            r"urns: found urn:.*::loud, which owner-tags does not find",
        ),
        (exceptions(rule="owner-tag"), r"rule: found unknown rule 'owner-tag'; allowed: encryption-at-rest, "),
    ],
)
def test_an_exception_without_use_is_a_mistake(given: Exceptions, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        judged(given)


def test_an_exception_stands_once() -> None:
    again = exceptions(urns=(URN, urn_of("dev", TOPIC, "a")))
    twice = Exceptions(exceptions=(*exceptions().exceptions, *again.exceptions))
    with pytest.raises(BadInput, match=r"exceptions\[1\].urns: found urn:.*::loud twice for encryption-at-rest"):
        judged(twice)


def test_exceptions_of_other_environments_are_theirs_to_judge() -> None:
    elsewhere = exceptions(urns=(urn_of("dev", TOPIC, "unknown-here"),))
    assert judged(elsewhere) == (["loud", "quiet"], [])


def test_all_mistakes_of_the_file_are_reported_at_once(tmp_path: Path) -> None:
    (tmp_path / "policy").mkdir()
    (tmp_path / "policy" / "exceptions.yaml").write_text("exceptions:\n- {rule: a, urns: [], until: soon, why: x}\n")
    with pytest.raises(BadInput) as caught:
        Exceptions.load(tmp_path)
    assert [problem.where.partition(": ")[2] for problem in caught.value.problems] == [
        "exceptions[0].reason",
        "exceptions[0].until",
        "exceptions[0].urns",
        "exceptions[0].why",
    ]
