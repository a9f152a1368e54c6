"""Coverage, error and time of forecasts: ``python -m benchmarks.forecasts [--weeks 8] [FOLDER]``.

Each kind of made series in ``tests/model/forecast/kinds.py`` is forecast one week ahead from several seeds, and each
file of FOLDER (one hourly value a line, empty where there is none) at several places. A row says how many values the
band of 95 % held, the mean absolute error in percent of the series' mean, and the seconds of one forecast. Where the
package statsforecast is installed, its models with their own intervals stand beside it; it is no requirement of
Belfry. The library has no seconds of its own on the first row: it compiles itself there.
"""

import importlib.util
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from model.forecast.forecast import forecast
from model.forecast.series import WEEK, Hourly, Refused
from tests.model.forecast.kinds import KINDS, made

SEEDS = 10
PLACES = 4
Band = tuple[Sequence[float], Sequence[float], Sequence[float]]
Model = Callable[[Sequence[float]], Band | None]


def ours(past: Sequence[float | None]) -> Band | None:
    """Low, middle and high of the week ahead; None where it is refused."""
    try:
        ahead = forecast(Hourly(0, tuple(past)), WEEK)
    except Refused:
        return None
    return ahead.low, ahead.middle, ahead.high


def theirs() -> dict[str, Model]:
    """Models of statsforecast, with the season of a day for AutoETS (a week is beyond it) and both for MSTL."""
    if importlib.util.find_spec("statsforecast") is None:
        return {}
    import numpy  # noqa: PLC0415 (not everybody has it)

    models: Any = importlib.import_module("statsforecast.models")

    def of(model: Any) -> Model:
        def run(past: Sequence[float]) -> Band:
            found = model.forecast(y=numpy.array(past, dtype=float), h=WEEK, level=[95])
            return found["lo-95"], found["mean"], found["hi-95"]

        return run

    return {
        "SeasonalNaive": of(models.SeasonalNaive(season_length=WEEK)),
        "AutoETS": of(models.AutoETS(season_length=24)),
        "MSTL": of(models.MSTL(season_length=[24, WEEK])),
    }


def samples(
    weeks: int, folder: Path | None
) -> Iterator[tuple[str, list[tuple[list[float | None], list[float | None]]]]]:
    """Name of a kind or file -> pairs of past and future."""
    hours = weeks * WEEK
    for kind in KINDS:
        found = [made(kind, f"{kind}-{seed}", hours + WEEK) for seed in range(SEEDS)]
        yield kind, [(list(one[:hours]), list(one[hours:])) for one in found]
    for path in sorted(folder.glob("*.csv")) if folder else []:
        values = [float(line) if line else None for line in path.read_text().split("\n")[:-1]]
        last = len(values) - hours - WEEK
        if last < 0:
            continue
        starts = sorted({last * place // (PLACES - 1) for place in range(PLACES)})
        yield path.stem, [(values[at : at + hours], values[at + hours : at + hours + WEEK]) for at in starts]


def main(arguments: Sequence[str]) -> int:
    """Measure and print."""
    words = list(arguments)
    weeks = int(words.pop(words.index("--weeks") + 1)) if "--weeks" in words else 8
    folder = next((Path(word) for word in words if word != "--weeks"), None)
    models: dict[str, Any] = {"belfry": ours, **theirs()}
    print(f"{'series':42}" + "".join(f"{name:>30}" for name in models))
    print(f"{'':42}" + f"{'covered   error refused      s':>30}" * len(models))
    for name, pairs in samples(weeks, folder):
        cells = []
        for model, run in models.items():
            covered, off, refused, started = [], [], 0, time.perf_counter()
            for past, future in pairs:
                complete = [value for value in past if value is not None]
                band = run(past if model == "belfry" else complete)
                if band is None:
                    refused += 1
                    continue
                came = [
                    (low <= value <= high, abs(value - middle))
                    for low, middle, high, value in zip(*band, future, strict=True)
                    if value is not None
                ]
                covered.append(statistics.fmean(inside for inside, _ in came))
                off.append(
                    100 * statistics.fmean(error for _, error in came) / (statistics.fmean(map(abs, complete)) or 1)
                )
            passed = (time.perf_counter() - started) / max(1, len(pairs))
            shown = (
                f"{statistics.fmean(covered):7.3f} {statistics.fmean(off):7.1f}" if covered else f"{'-':>7} {'-':>7}"
            )
            cells.append(f"{shown} {refused:3}/{len(pairs):<2} {passed:6.2f}")
        print(f"{name:42}" + "".join(f"{cell:>30}" for cell in cells), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
