"""Action items in a post-mortem's front matter."""

import pytest

from model.incidents.actions import action_items
from model.problems import BadInput

GOOD = """---
actions:
  - {id: alert-sooner, text: Alert on the queue., owner: shop, due: 2026-12-24, kind: detect, issue: SHOP-12}
  - {id: retry, text: Retry., owner: platform, due: "2026-12-31", kind: prevent, done: true}
---
# Post-mortem
"""
TEAMS = frozenset({"shop", "platform"})


def test_an_item_is_overdue_after_its_day_and_not_when_it_is_done() -> None:
    one, other = action_items(GOOD, "postmortem.md", TEAMS)
    assert (one.id, one.issue) == ("alert-sooner", "SHOP-12")
    assert [one.overdue(day) for day in ("2026-12-24", "2026-12-25")] == [False, True]
    assert not other.overdue("2027-06-01")
    assert action_items("---\n---\n", "postmortem.md", TEAMS) == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("# Post-mortem\n", "postmortem.md: found no front matter"),
        (GOOD.replace("owner: shop", "owner: nobody"), "actions[0].owner: found unknown team 'nobody'"),
        (GOOD.replace("id: retry", "id: alert-sooner"), "found 'alert-sooner' 2 times"),
        (GOOD.replace("kind: detect", "kind: hope"), "actions[0].kind: found 'hope'"),
        (GOOD.replace("2026-12-24", "2026-02-30"), "day is out of range"),
        (GOOD.replace("2026-12-24", '"2026-02-30"'), "actions[0].due"),
        (GOOD.replace("issue: SHOP-12", "issue: later"), "actions[0].issue: found 'later'"),
        (GOOD.replace("done: true", "done: true, finished: yes"), "yes"),
    ],
)
def test_a_mistake_is_one_clear_error(text: str, message: str) -> None:
    with pytest.raises(BadInput) as error:
        action_items(text, "postmortem.md", TEAMS)
    assert message in str(error.value)
