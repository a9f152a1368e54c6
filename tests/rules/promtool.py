"""Runs promtool on cases that a test makes: for generated rules, whose lines come from the catalog."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from authoring.text import to_yaml
from tests.tools import PROJECT, run


@dataclass(frozen=True)
class Case:
    """``series`` is name -> values in promtool's words, one sample every ``step`` seconds; times are minutes."""

    name: str
    series: Mapping[str, str]
    quiet: Iterable[int] = ()
    loud: int | None = None
    alert: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    step: int = 60

    def document(self) -> dict[str, object]:
        chosen = ", ".join(f'{k}="{v}"' for k, v in self.labels.items())
        firing = f'ALERTS{{alertstate="firing", alertname="{self.alert}", {chosen}}}'
        query = f"group by ({', '.join(('alertname', *self.labels))}) ({firing})"
        checks: list[dict[str, object]] = [
            {"expr": query, "eval_time": f"{minute}m", "exp_samples": []} for minute in self.quiet
        ]
        if self.loud is not None:
            reported = [{"labels": f'{{alertname="{self.alert}", {chosen}}}', "value": 1}]
            checks.append({"expr": query, "eval_time": f"{self.loud}m", "exp_samples": reported})
        return {
            "name": self.name,
            "interval": f"{self.step}s",
            "input_series": [{"series": s, "values": v} for s, v in self.series.items()],
            "promql_expr_test": checks,
        }


def check(rules: str | Path, cases: Iterable[Case], folder: Path) -> None:
    """The cases hold for the rule file at ``rules`` (below the project), evaluated as often as samples come."""
    found = list(cases)
    document = {
        "rule_files": [str(PROJECT / rules)],
        "evaluation_interval": f"{min(case.step for case in found)}s",
        "tests": [case.document() for case in found],
    }
    path = folder / "cases.test.yaml"
    path.write_text(to_yaml(document, ""), encoding="utf-8")
    run("promtool", "test", "rules", path)


def counter(good: float, bad: float, change: int, length: int) -> str:
    """A counter that grows by ``good`` a minute until minute ``change``, then by ``bad``."""
    start = good * change
    return f"0+{good:g}x{change} {start + bad:g}+{bad:g}x{length - change}"


def gauge(good: float, bad: float, change: int, length: int) -> str:
    """A value that is ``good`` until minute ``change``, then ``bad``."""
    return f"{good:g}x{change} {bad:g}x{length - change}"
