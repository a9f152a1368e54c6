"""The verb ``report`` without its options: what it reads, builds and writes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from model.addresses import check_url
from model.calendar import day_at, day_of, ordinal
from model.file import read_json
from model.problems import BadInput, Problem, from_validation, raise_if_any
from model.reports.building import build
from model.reports.history import Rows
from model.reports.periods import Period, PeriodKind, containing, named
from model.reports.redaction import redacted
from model.reports.rows import EndedAlert
from model.reports.subject import Subject
from model.vocabulary import Environment, Vocabulary
from ops.reports import pdf, render
from ops.reports.api import Api
from ops.reports.collecting import FROM_SERIES, SOURCES, Collector
from ops.reports.places import Place, place
from ops.reports.store import Form, Store

CURRENT = "current"
REPORT, REVIEW = "slo", "review"
"""What names of files begin with."""


class Output(Vocabulary):
    """In what a report is written."""

    MARKDOWN = ("md", "Markdown.")
    HTML = ("html", "One HTML file without scripts.")
    JSON = ("json", "JSON.")
    PDF = ("pdf", "The HTML file, printed by Chromium.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """The options. ``name``: of the period; None for the last one that is over, in local for the current one.

    ``rows`` and ``out``: places of the daily rows and of the report.
    """

    environment: Environment
    kind: PeriodKind
    rows: str
    out: str
    name: str | None = None
    systems: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    prometheus: str | None = None
    alerts: str | None = None
    outputs: tuple[Output, ...] = (Output.MARKDOWN, Output.HTML, Output.JSON)
    form: Form = Form.PARQUET
    again: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """The document, and where it was written to."""

    document: Mapping[str, Any]
    written: Sequence[str]


def report(whole: Subject, request: Request, now: float) -> Outcome:
    """Build and write the report. Raises BadInput and Unreachable; then nothing was written."""
    chosen = whole.only(systems=request.systems, features=request.features, teams=request.teams)
    collector = collector_of(request, whole)
    now = collector.api.now() if collector.api else now
    period = period_of(request, now)
    browser = pdf.browser() if Output.PDF in request.outputs else ""
    given = _given(request.alerts, request.environment)
    found = collector.collect(period, now)
    rows = Rows(
        objectives=found.rows.objectives,
        exclusions=found.rows.exclusions,
        alerts=found.rows.alerts if given is None else given,
        sources=(*SOURCES, FROM_SERIES if given is None else "Incidents: alerts of the list that was given."),
    )
    filters = tuple(filters_of(request))
    built = build(chosen, rows, period, found.until, passed=found.passed, filters=filters, notes=found.notes)
    document = redacted(built.model_dump(mode="json"))
    stem = "-".join([stem_of(REPORT, period), *(one.replace(" ", "-") for one in filters)])
    written = write(place(request.out), stem, document, request.outputs, browser=browser, kind="report")
    return Outcome(document, written)


def stem_of(kind: str, period: Period) -> str:
    """The name of the files of a whole report or review, without what follows the dot."""
    return f"{kind}-{period.name}"


def write(
    target: Place, stem: str, document: Mapping[str, Any], outputs: Sequence[Output], *, browser: str, kind: str
) -> list[str]:
    """Write a document in every form that was asked for; where each is now."""
    html = render.as_html(document, f"{kind}.html.j2")

    def content(output: Output) -> bytes:
        if output is Output.PDF:
            return pdf.printed(html, browser)
        if output is Output.MARKDOWN:
            return render.as_markdown(document, f"{kind}.md.j2").encode()
        return (html if output is Output.HTML else render.as_json(document)).encode()

    # All of them first: a browser that fails leaves no half of a report.
    contents = {f"{stem}.{output}": content(output) for output in outputs}
    return [target.write(name, found) for name, found in contents.items()]


def collector_of(request: Request, whole: Subject) -> Collector:
    """Where the rows come from."""
    url = request.prometheus
    return Collector(
        subject=whole,
        store=Store(place(request.rows), request.environment),
        api=None if url is None else Api(checked_url(url, "--prometheus")),
        form=request.form,
        again=request.again,
    )


def checked_url(url: str, option: str) -> str:
    """The URL without a slash at the end. Raises BadInput."""
    try:
        check_url(url)
    except ValueError as error:
        raise BadInput([Problem(option, str(error))]) from None
    if "?" in url or "#" in url:
        raise BadInput([Problem(option, f"found {url!r}", "no ? and no #: paths are put behind it")])
    return url.rstrip("/")


def period_of(request: Request, now: float) -> Period:
    """The period that is asked for. Raises BadInput, also for one that has not begun."""
    today = day_of(now, "UTC")
    current = containing(request.kind, today)
    if request.name == CURRENT or (request.name is None and request.environment is Environment.LOCAL):
        return current
    if request.name is None:
        return current.previous
    period = named(request.kind, request.name, "--for")
    if period.first > ordinal(today):
        found = f"found {request.name}, which begins on {day_at(period.first)}"
        raise BadInput([Problem("--for", found, f"{current.name} or earlier")])
    return period


def filters_of(request: Request) -> Iterator[str]:
    """How the report is reduced, for people."""
    for word, names in (("system", request.systems), ("feature", request.features), ("team", request.teams)):
        yield from (f"{word} {name}" for name in sorted(names))


def _given(file: str | None, environment: Environment) -> list[EndedAlert] | None:
    """The alerts of a JSON file, a list; None where no file is named."""
    if file is None:
        return None
    content = read_json(Path(file), file)
    if not isinstance(content, list):
        raise BadInput([Problem(file, f"found {type(content).__name__}", "a list of alerts")])
    alerts, problems = [], []
    for number, one in enumerate(content):
        try:
            alerts.append(_alert(one, environment))
        except (ValidationError, TypeError, ValueError) as error:
            if isinstance(error, ValidationError):
                problems += from_validation(file, error, EndedAlert, f"[{number}].")
            else:
                problems.append(Problem(f"{file}: [{number}]", "found no alert", "an object with alert, start and end"))
    raise_if_any(problems)
    return alerts


def _alert(one: Any, environment: Environment) -> EndedAlert:
    end = one.get("end", 0) if isinstance(one, dict) else None
    if not isinstance(end, int | float) or end < 0:
        raise TypeError
    return EndedAlert.model_validate({**one, "environment": str(environment), "day": day_of(end, "UTC")})
