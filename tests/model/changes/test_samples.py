"""The documentation of pull requests shows what the code writes today."""

from tests.model.changes.samples import PAGE, comments, written


def test_the_page_shows_the_comments_that_the_code_writes() -> None:
    """Write it again by `python -m tests.model.changes.samples`."""
    assert written(PAGE.read_text()) == PAGE.read_text()


def test_each_sample_says_what_a_reviewer_must_see() -> None:
    said = dict(comments())
    assert "threshold 0.05 -&gt; 0.1" in said["threshold"]
    assert "now notifies Slack #cloudmart-sre (HighErrorRate)" in said["route"]
    assert "no longer notifies Slack #cloudmart-alerts (HighErrorRate)" in said["route"]
    assert said["table"].splitlines()[0].startswith("## 1 resource")
    assert "because of hashKey; lost: its items" in said["table"]
