"""Made-up services under promtool: their counters, the rules that watch them, and when which alert fired."""

import math
import random
import re
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from authoring.rules import slo
from model.catalog.system import System

PROJECT = Path(__file__).resolve().parents[2]
PROMTOOL = PROJECT / ".tools" / "bin" / "promtool"

Rate = Callable[[float], float]
"""Events a second at a moment, in seconds."""

_NORMAL_FROM = 50
"""From this mean on the normal distribution is close enough, and Knuth's method slow."""


def system(components: Iterable[dict[str, Any]]) -> System:
    """A system of request-serving components, each with its objectives."""
    return System.model_validate(
        {
            "system": "bench",
            "title": "Bench",
            "description": "Made up.",
            "owner": "platform",
            "components": [
                {
                    "kind": "http-service",
                    "title": "Service",
                    "description": "Made up.",
                    "telemetry": {
                        "scrape": {},
                        "http": {
                            "requests": "http_requests_total",
                            "duration": "http_request_duration_seconds",
                            "status_label": "status",
                            "route_label": "route",
                        },
                    },
                    **component,
                }
                for component in components
            ],
            "tracing": {"sample_percent": 10, "slow": "1s"},
        }
    )


def availability(name: str, target: str, load: float = 10) -> dict[str, Any]:
    """A component with an objective of ``target`` percent of good requests."""
    objective = {"name": "availability", "target": target, "sli": {"kind": "availability"}, "reason": "Made up."}
    return {"name": name, "load": {"requests_per_second": str(load)}, "objectives": [objective]}


def ours(components: Iterable[dict[str, Any]]) -> str:
    """Belfry's rule file."""
    return slo.rule_file(system(components))


@dataclass(frozen=True, slots=True)
class Firing:
    """An alert of one component, with the seconds of its first and last evaluation in state firing."""

    alert: str
    severity: str
    first: float
    last: float


def series(component: str, status: str, values: str, pod: str = "a") -> dict[str, str]:
    """One input series of promtool."""
    labels = f'system="bench", component="{component}", job="bench", instance="{pod}", status="{status}"'
    return {"series": f"http_requests_total{{{labels}}}", "values": values}


def counter(total: Callable[[float], float], seconds: float, step: float, phase: float = 0) -> str:
    """Values of a counter scraped every ``step`` seconds from ``phase`` on, as promtool takes them.

    ``total(t)`` is what it has counted at ``t``. With a phase the values stand on a finer grid, the rest left out.
    """
    if not phase:
        return " ".join(f"{total(i * step):.10g}" for i in range(int(seconds / step) + 1))
    fine = phase
    assert (step / fine).is_integer(), "the phase divides the step"
    gap = int(step / fine) - 1
    values = (f"{total(phase + i * step):.10g}" for i in range(int(seconds / step)))
    return "_ " + f" _x{gap} ".join(values)


def firings(
    rules: str,
    inputs: Sequence[dict[str, str]],
    seconds: float,
    *,
    interval: float = 15,
    evaluation: float = 15,
    severities: tuple[str, ...] = ("critical", "warning"),
) -> dict[str, list[Firing]]:
    """Run the rules over the series; component -> what fired."""
    # One query a component and alert: promtool refuses a query of more than 10,000 samples.
    window = f"[{int(seconds) + 60}s:{int(evaluation)}s]"
    groups = yaml.load(rules, Loader=yaml.CSafeLoader)["groups"]
    alerts = sorted(
        {
            (r["labels"]["component"], r["alert"])
            for g in groups
            for r in g["rules"]
            if "alert" in r and r["labels"]["severity"] in severities
        }
    )
    queries = [
        f'{over}_over_time(timestamp(ALERTS{{alertstate="firing", component="{c}", alertname="{a}"}}){window})'
        for c, a in alerts
        for over in ("min", "max")
    ]
    answers = query(rules, inputs, seconds, queries, interval=interval, evaluation=evaluation)
    found: dict[str, list[Firing]] = {}
    for (component, alert), first, last in zip(alerts, answers[::2], answers[1::2], strict=True):
        if first:
            labels, begin = first[0]
            found.setdefault(component, []).append(Firing(alert, labels["severity"], begin, last[0][1]))
    return {component: sorted(several, key=lambda firing: firing.first) for component, several in found.items()}


def query(
    rules: str,
    inputs: Sequence[dict[str, str]],
    seconds: float,
    queries: Sequence[str],
    *,
    interval: float = 15,
    evaluation: float = 15,
) -> list[list[tuple[dict[str, str], float]]]:
    """Answers of ``queries`` at the end. promtool only compares, so it is given wrong ones and tells."""
    end = f"{int(seconds)}s"
    case = {
        "interval": f"{int(interval * 1000)}ms",
        "input_series": list(inputs),
        "promql_expr_test": [
            {"expr": expr, "eval_time": end, "exp_samples": [{"labels": f'wrong{{n="{n}"}}', "value": 0}]}
            for n, expr in enumerate(queries)
        ],
    }
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "rules.yaml").write_text(rules, encoding="utf-8")
        test = {"rule_files": ["rules.yaml"], "evaluation_interval": f"{int(evaluation)}s", "tests": [case]}
        path = Path(folder) / "test.yaml"
        path.write_text(yaml.dump(test, width=10**9, Dumper=yaml.CSafeDumper), encoding="utf-8")
        out = subprocess.run([PROMTOOL, "test", "rules", path], capture_output=True, text=True, check=False)
    text = out.stdout + out.stderr
    blocks = re.split(r"exp:", text)[1:]
    if len(blocks) != len(queries):
        raise RuntimeError(text[:3000])
    if "err:" in text:
        raise RuntimeError(text[:3000])
    by_number: dict[int, list[tuple[dict[str, str], float]]] = {}
    for block in blocks:
        number = int(re.search(r'n="(\d+)"', block).group(1))  # type: ignore[union-attr]
        got = block.split("got:", 1)[1]
        by_number[number] = list(_samples(got))
    return [by_number[n] for n in range(len(queries))]


def _samples(got: str) -> Iterable[tuple[dict[str, str], float]]:
    for match in re.finditer(r"\{([^{}]*)\} ([-+.\deE]+|NaN|[+-]Inf)", got.replace('\\"', '"')):
        labels = dict(re.findall(r'(\w+)="([^"]*)"', match.group(1)))
        yield labels, float(match.group(2))


def poisson(rng: random.Random, mean: float) -> int:
    """A Poisson-distributed number of events."""
    if mean <= 0:
        return 0
    if mean >= _NORMAL_FROM:
        return max(0, round(rng.gauss(mean, math.sqrt(mean))))
    limit, product, count = math.exp(-mean), rng.random(), 0
    while product > limit:
        product *= rng.random()
        count += 1
    return count
