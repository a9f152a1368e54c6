"""A Prometheus on loopback over blocks that promtool made of text."""

import json
import os
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

NOW = 1_750_000_200  # a multiple of 300, long ago
OLDEST = NOW - 100 * 86_400  # before any sample
TOOLS = Path(__file__).resolve().parents[2] / ".tools" / "bin"
PROMTOOL, PROMETHEUS = TOOLS / "promtool", TOOLS / "prometheus"


@dataclass(frozen=True, slots=True)
class Answer:
    """What one expression cost, and its result."""

    samples: int
    seconds: float
    result: list[Mapping[str, Any]]


def write(folder: Path, name: str, lines: Iterable[str]) -> None:
    """Add blocks of the lines, which are OpenMetrics text without its end, to the store in ``folder``."""
    text = folder / f"{name}.om"
    with text.open("w", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)
        file.write("# EOF\n")
    # promtool reads the whole text once for every block.
    blocks = [str(PROMTOOL), "tsdb", "create-blocks-from", "openmetrics", "--max-block-duration=486h", "--quiet"]
    subprocess.run([*blocks, str(text), str(folder / "data")], check=True, env={**os.environ, "TMPDIR": str(folder)})
    text.unlink()


def lines(metric: str, labels: Mapping[str, str], spans: Iterable[tuple[int, int]], step: int) -> Iterator[str]:
    """Samples of one series, one every ``step`` seconds. ``spans`` are seconds before now; counters grow."""
    shown = ",".join(f'{name}="{value}"' for name, value in sorted(labels.items()))
    grows = metric.endswith(("_total", "_count", "_sum", "_bucket"))
    for newest, oldest in merged(spans, step):
        for t in range(NOW - oldest - oldest % step, NOW - newest + 1, step):
            yield f"{metric}{{{shown}}} {t - OLDEST if grows else 1} {t}"


def merged(spans: Iterable[tuple[int, int]], step: int) -> list[tuple[int, int]]:
    """The same seconds in spans that do not overlap, the oldest first."""
    found: list[tuple[int, int]] = []
    for newest, oldest in sorted(set(spans), key=lambda span: -span[1]):
        if found and oldest + step >= found[-1][0]:
            found[-1] = (min(newest, found[-1][0]), found[-1][1])
        else:
            found.append((newest, oldest))
    return found


@contextmanager
def prometheus(folder: Path) -> Iterator[str]:
    """Its URL."""
    config = folder / "prometheus.yml"
    config.write_text("{}\n", encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    server = [str(PROMETHEUS), f"--config.file={config}", f"--storage.tsdb.path={folder / 'data'}"]
    server += ["--storage.tsdb.retention.time=100y", f"--web.listen-address=127.0.0.1:{port}"]
    server += ["--query.max-samples=500000000", "--query.timeout=10m"]
    with subprocess.Popen(server, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait(address)
            yield address
        finally:
            process.terminate()


def ask(address: str, expr: str) -> Answer:
    """Evaluate at NOW."""
    form = urllib.parse.urlencode({"query": expr, "time": NOW, "stats": "all"}).encode()
    try:
        with urllib.request.urlopen(f"{address}/api/v1/query", form) as answer:  # noqa: S310 (loopback)
            data: dict[str, Any] = json.load(answer)["data"]
    except urllib.error.HTTPError as error:
        raise RuntimeError(f"{expr}\n{error.read().decode()}") from None
    stats = data["stats"]
    return Answer(stats["samples"]["totalQueryableSamples"], stats["timings"]["execTotalTime"], data["result"])


def _wait(address: str) -> None:
    for _ in range(240):
        try:
            with urllib.request.urlopen(f"{address}/-/ready"):  # noqa: S310 (loopback)
                return
        except OSError:
            time.sleep(0.5)
    raise RuntimeError("Prometheus does not become ready")
