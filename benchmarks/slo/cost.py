"""Samples that one evaluation of an objective's rules reads from a real Prometheus, beside the textbook's.

``python -m benchmarks.slo.cost``: twenty series scraped every 15 seconds, made into blocks by promtool and served on
loopback; each rule's expression is asked with ``stats=all``. Ranges that no rule reads are left empty.
"""

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import yaml
from rich.console import Console
from rich.table import Table

from authoring.rules.slo.windows import SUMS
from benchmarks.slo import lab, textbook
from model.metrics import metric_names as names
from pictures.synthetic import store
from pictures.synthetic.store import NOW

STEP = 15
RAW = 3 * 86_400 + 7200
MONTH = 30 * 86_400
MARGIN = 1200  # what the rules read before a shift, and a little more
WINDOWS = ("7d", "28d", "30d")
SECONDS = {"m": 60, "h": 3600, "d": 86_400}


def belfry(window: str) -> list[str]:
    """The expressions of one objective's group."""
    component = lab.availability("a", "99.9", 100)
    component["objectives"][0]["window"] = window
    return _expressions(lab.ours([component]))


def _expressions(rules: str) -> list[str]:
    groups = yaml.load(rules, Loader=yaml.CSafeLoader)["groups"]
    return [rule["expr"] for group in groups for rule in group["rules"]]


def samples() -> Iterator[str]:
    """The store as OpenMetrics text, one metric after the other."""
    yield from _raw()
    yield from _recorded()
    for window in textbook.WINDOWS:
        record = f"slo:sli_error:ratio_rate{window}"
        yield f"# TYPE {record} gauge"
        for t in range(NOW - MONTH if window == "5m" else NOW, NOW + 1, STEP):
            yield f'{record}{{system="bench",component="a"}} 0.0005 {t}'


def _raw() -> Iterator[str]:
    yield "# TYPE http_requests counter"
    for pod in range(10):
        for status, rate in (("200", 10.0), ("500", 0.005)):
            labels = f'system="bench",component="a",job="b",instance="{pod}",status="{status}"'
            for t in range(NOW - RAW, NOW + 1, STEP):
                yield f"http_requests_total{{{labels}}} {rate * (t - NOW + RAW):.2f} {t}"


def _recorded() -> Iterator[str]:
    own = 'system="bench",component="a",objective="availability"'
    yield f"# TYPE {names.OBJECTIVE_RATIO} gauge"
    for t in range(NOW - MARGIN, NOW + 1, STEP):
        yield f"{names.OBJECTIVE_RATIO}{{{own}}} 0.999 {t}"
    # The days before, which silence is compared with.
    days = {"1h": [0, 86_400, 7 * 86_400]}
    for window in ("30s", "5m", *SUMS):
        shifts = [
            *days.get(window, [0]),
            *(_seconds(s) for source, several in SUMS.values() if source == window for s in several),
        ]
        moments = sorted({t for shift in shifts for t in range(NOW - shift - MARGIN, NOW - shift + 1, STEP)})
        yield f"# TYPE {names.events(window)} gauge"
        for outcome, value in ((names.TOTAL, 100_000), (names.BAD, 50)):
            for t in moments:
                yield f'{names.events(window)}{{{own},outcome="{outcome}"}} {value} {t}'
        yield f"# TYPE {names.error_ratio(window)} gauge"
        for t in range(NOW - MARGIN, NOW + 1, STEP):
            yield f"{names.error_ratio(window)}{{{own}}} 0.0005 {t}"
    for record in (names.burn_rate("6h"), names.BUDGET_REMAINING):
        yield f"# TYPE {record} gauge"
        yield f"{record}{{{own}}} 0.5 {NOW}"


def _seconds(duration: str) -> int:
    match = re.fullmatch(r"(\d+)([mhd])", duration)
    assert match, duration
    return int(match.group(1)) * SECONDS[match.group(2)]


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        store.write(Path(folder), "samples", samples())
        with store.prometheus(Path(folder)) as address:
            _report(address)


def _report(address: str) -> None:
    sets = {f"belfry, {window}": belfry(window) for window in WINDOWS}
    sets["textbook, 30d"] = _expressions(textbook.rules({"a": "99.9"}, STEP))
    results = {name: [store.ask(address, expr) for expr in expressions] for name, expressions in sets.items()}
    most = sum(answer.samples for answer in results["textbook, 30d"])
    table = Table("rules", "expressions", "samples an evaluation", "fewer", "ms", "largest expression")
    for name, several in results.items():
        total = sum(answer.samples for answer in several)
        seconds = sum(answer.seconds for answer in several)
        largest = max(answer.samples for answer in several)
        table.add_row(
            name, str(len(several)), f"{total:,}", f"{most / total:.0f}x", f"{seconds * 1000:.1f}", f"{largest:,}"
        )
    Console().print(table)


if __name__ == "__main__":
    main()
