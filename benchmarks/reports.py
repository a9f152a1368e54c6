"""How long a monthly report takes from Parquet: 40 objectives over 13 months.

    .venv/bin/python -m benchmarks.reports [--objectives 40]

Rows of generated counts are written as daily Parquet files, then the command runs as a person runs it, in a process
of its own: seconds a person waits. "Again" is the second run; its files must have the same bytes as the first.
"""

import argparse
import hashlib
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.catalogs import write_generated
from model.reports.history import Rows
from model.reports.periods import PeriodKind, named
from model.reports.rows import DailyExclusion, DailyObjective, EndedAlert
from model.reports.subject import Subject
from model.vocabulary import Environment
from ops.reports.places import Folder
from ops.reports.project import subject_of
from ops.reports.store import Form, Store

ROOT = Path(__file__).resolve().parents[1]
PERIOD = named(PeriodKind.MONTH, "2026-11", "PERIOD")
DAY, PER_DAY = 86_400, 864_000.0
OUTAGES, GAPS = 0.01, 0.003


def rows_of(subject: Subject, day: str, start: int, random_: random.Random) -> Rows:
    """A day of all objectives: ten events a second, errors around half of the budget, an outage now and then."""
    objectives, alerts = [], []
    for one in subject.objectives:
        outage = random_.random() < OUTAGES
        allowed = PER_DAY * float(100 - one.target) / 100
        bad = round(allowed * (random_.uniform(8, 40) if outage else random_.uniform(0.2, 0.8)))
        covered = DAY if random_.random() > GAPS else DAY - 1200
        objectives.append(
            DailyObjective(
                environment=subject.environment,
                day=day,
                cluster="belfry",
                system=one.system,
                component=one.component,
                objective=one.objective,
                feature=one.feature,
                team=one.team,
                window="30d",
                target=one.target,
                unit=one.unit,
                seconds=DAY,
                covered_seconds=covered,
                gaps=int(covered < DAY),
                valid=PER_DAY,
                bad=min(bad, PER_DAY),
                window_valid=PER_DAY * 30,
                window_bad=bad * 30,
                remaining=1 - bad / allowed,
            )
        )
        if outage:
            at = start + random_.randrange(DAY - 3600)
            alerts.append(
                EndedAlert(
                    environment=subject.environment,
                    day=day,
                    cluster="belfry",
                    alert=random_.choice(("SloOutage", "SloFastBurn")),
                    severity="critical",
                    team=one.team,
                    system=one.system,
                    component=one.component,
                    start=at,
                    end=at + random_.randrange(300, 3600),
                )
            )
    return Rows(objectives=objectives, exclusions=list(exclusions(subject, day, start)), alerts=alerts)


def exclusions(subject: Subject, day: str, start: int) -> Iterator[DailyExclusion]:
    """One window a year."""
    if day != "2026-11-14":
        return
    for one in subject.objectives[:2]:
        yield DailyExclusion(
            environment=subject.environment,
            day=day,
            cluster="belfry",
            system=one.system,
            component=one.component,
            objective=one.objective,
            name="database-upgrade",
            reason="PostgreSQL 17 was installed; announced on the 7th.",
            start=start + 7200,
            end=start + 10_800,
            seconds=3600,
            covered_seconds=3600,
            valid=PER_DAY / 24,
            bad=120,
        )


def prepared(root: Path, objectives: int) -> int:
    """A project with a generated catalog and its rows of 13 months; the number of rows."""
    write_generated(root / "catalog", 4, max(1, objectives // 8))
    subject = subject_of(root, Environment.PROD)
    store = Store(Folder(root / "build" / "prod" / "reports" / "rows"), Environment.PROD)
    random_, count = random.Random(1), 0
    days = [day for period in PERIOD.trend() for day in period.days]
    for number, day in enumerate(days):
        rows = rows_of(subject, day, 1_760_000_000 + number * DAY, random_)
        store.write(day, rows, Form.PARQUET)
        count += len(rows.objectives)
    return count


def timed(root: Path) -> tuple[float, str]:
    """Seconds of the command, and a digest of what it wrote. Ends the benchmark when it fails."""
    command = (sys.executable, "-m", "ops", "report", "--env", "prod", "--for", PERIOD.name, "--root", str(root))
    start = time.perf_counter()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)
    seconds = time.perf_counter() - start
    files = sorted((root / "build" / "prod" / "reports").glob("slo-*"))
    return seconds, hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


def main() -> None:
    """Print one line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--objectives", type=int, default=40)
    parser.add_argument("--keep", type=Path, help="folder to keep the project in")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = given.keep or Path(folder)
        rows = prepared(root, given.objectives)
        first, digest = timed(root)
        again, same = timed(root)
    print(f"{given.objectives} objectives, 13 months, {rows} rows: {first:.1f} s, again {again:.1f} s")
    if same != digest:
        raise SystemExit("the second run wrote other bytes")


if __name__ == "__main__":
    main()
