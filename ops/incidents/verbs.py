"""``python -m ops incident list|show|draft|actions|watch``: their options."""

import os
import time
from datetime import UTC, datetime
from typing import Annotated

import typer

from model.catalog.catalog import Catalog
from model.incidents.entry import Entry, Kind
from model.incidents.grouping import CLOSING
from model.incidents.masking import masked_entry
from model.incidents.record import Status
from model.problems import BadInput, Problem
from ops.incidents import places, screen
from ops.incidents.issues import tracker
from ops.incidents.places import Given
from ops.incidents.postmortem import items, write_draft
from ops.incidents.prometheus import Prometheus
from ops.incidents.store import newest_first
from ops.incidents.watch import Watch
from ops.options import ROOT, AsJson, Env, Root, errors, print_json

incident = typer.Typer(help="Incidents: what happened, and the post-mortem's draft.", no_args_is_help=True)

Id = Annotated[str, typer.Argument(metavar="ID", help="Such as 2026-11-30-shop-01.")]
Kept = Annotated[
    str | None,
    typer.Option("--store", metavar="PLACE", help="Folder, or s3://BUCKET; default: .local/incidents/ENV."),
]
Url = Annotated[str | None, typer.Option("--prometheus", metavar="URL", help="URL of Prometheus or Thanos.")]


@incident.command("list")
def list_(env: Env, store: Kept = None, as_json: AsJson = False, root: Root = ROOT) -> None:
    """List the incidents of an environment, the newest first, with median and p90 of their times."""
    with errors(as_json):
        found = [made for _, made in newest_first(places.store(root, places.environment(env), store).all())]
        if as_json:
            print_json({"incidents": [one.model_dump(mode="json") for one in found], "times": screen.times(found)})
        else:
            screen.show_list(found)


@incident.command()
def show(identity: Id, env: Env, store: Kept = None, as_json: AsJson = False, root: Root = ROOT) -> None:
    """Show one incident: its times, its impact and its timeline."""
    with errors(as_json):
        folder = places.store(root, places.environment(env), store).find(identity)
        made, lines = folder.record(), folder.timeline()
        if as_json:
            shown = [line.model_dump(mode="json", exclude_defaults=True) for line in lines]
            print_json({"record": made.model_dump(mode="json"), "timeline": shown})
        else:
            screen.show(made, lines)


@incident.command()
def draft(
    *, identity: Id, env: Env, store: Kept = None, prometheus: Url = None, as_json: AsJson = False, root: Root = ROOT
) -> None:
    """Write the draft of the post-mortem; one that was edited stays as it is, and is an error."""
    with errors(as_json):
        where = places.environment(env)
        folder = places.store(root, where, store).find(identity)
        url = prometheus or places.local_prometheus(root, where)
        at = write_draft(folder, Prometheus(url.rstrip("/")) if url else None, time.time())
        print_json({"postmortem": at}) if as_json else print(at)


@incident.command()
def close(
    *,
    identity: Id,
    env: Env,
    by: Annotated[str, typer.Option(metavar="NAME", help="Who closes it.")],
    because: Annotated[str, typer.Option(metavar="TEXT", help="How it is known that it is over.")],
    store: Kept = None,
    root: Root = ROOT,
) -> None:
    """Close an incident that has no end by itself, such as one of an objective without events; the next round does."""
    with errors(as_json=False):
        folder = places.store(root, places.environment(env), store).find(identity)
        made = folder.record()
        if made.status is Status.CLOSED:
            raise BadInput([Problem("ID", f"found {identity}, which is closed", "an open incident")])
        first = next(one for one in folder.timeline() if one.name == made.alerts[0] and one.kind is Kind.ALERT)
        line = Entry(
            at=round(time.time(), 3),
            kind=Kind.HUMAN,
            source="ops incident",
            text=f"{by} closed the incident: {because}",
            system=first.system,
            component=first.component,
            name=CLOSING,
        )
        folder.append([masked_entry(line)])
        print(f"{identity} is closed by the next round")


@incident.command()
def actions(
    *,
    identity: Annotated[str, typer.Argument(metavar="[ID]", help="One incident; default: all.")] = "",
    env: Env,
    store: Kept = None,
    kind: Annotated[str | None, typer.Option("--as", metavar="KIND", help="Print as issues: github or jira.")] = None,
    to: Annotated[str, typer.Option(metavar="PLACE", help="owner/name, or https://site/PROJECT.")] = "",
    send: Annotated[
        bool, typer.Option("--send", help="Make the issues, by GITHUB_TOKEN or JIRA_USER and JIRA_TOKEN.")
    ] = False,
    as_json: AsJson = False,
    root: Root = ROOT,
) -> None:
    """List action items with their state, or make issues of those that have none. Exit code 1: one is overdue."""
    with errors(as_json):
        kept = places.store(root, places.environment(env), store)
        folders = [kept.find(identity)] if identity else kept.all()
        teams = frozenset(Catalog.load(root / "catalog").teams)
        found = [(folder, item) for folder in folders for item in items(folder, teams)]
        if kind is not None or send:
            to_tracker = tracker(kind or "github", to, os.environ, send=send)
            open_ = [(folder, item) for folder, item in found if item.issue is None and not item.done]
            if not send:
                print_json([to_tracker.payload(folder.id, item) for folder, item in open_])
                return
            for folder, item in open_:
                issue = to_tracker.make(folder.id, item)
                folder.add_issue(item.id, issue)
                print(f"{folder.id} {item.id}: {issue}")
            return
        today = datetime.now(UTC).strftime("%Y-%m-%d")
        rows = [(folder.id, item) for folder, item in found]
        if as_json:
            print_json(
                [{**item.model_dump(mode="json"), "incident": of, "overdue": item.overdue(today)} for of, item in rows]
            )
        else:
            screen.show_actions(rows, today)
        if any(item.overdue(today) for _, item in rows):
            raise typer.Exit(1)


@incident.command()
def watch(
    *,
    env: Env,
    prometheus: Url = None,
    alertmanager: Annotated[str | None, typer.Option(metavar="URL", help="URL of Alertmanager.")] = None,
    loki: Annotated[str | None, typer.Option(metavar="URL", help="URL of Loki, for log records.")] = None,
    jaeger: Annotated[str | None, typer.Option(metavar="URL", help="URL of Jaeger, for traces.")] = None,
    cloudtrail: Annotated[str | None, typer.Option(metavar="REGION", help="Read this region's CloudTrail.")] = None,
    store: Kept = None,
    once: Annotated[bool, typer.Option("--once", help="One round.")] = False,
    every: Annotated[float, typer.Option(min=1, help="Seconds between two rounds.")] = 15,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Serve metrics here; 0: nowhere.")] = 0,
    host: Annotated[str, typer.Option(help="Address of the metrics.")] = "127.0.0.1",
    root: Root = ROOT,
) -> None:
    """Write incidents down as they happen, until the process is ended."""
    with errors(as_json=False):
        given = Given(
            prometheus=prometheus, alertmanager=alertmanager, loki=loki, jaeger=jaeger, store=store, region=cloudtrail
        )
        collector = places.collector(root, places.environment(env), given)
        teams = frozenset(Catalog.load(root / "catalog").teams)
        watching = Watch(collector=collector, teams=teams, every=every)
        with collector.store.alone():
            if port:
                watching.serve(host, port)
            watching.run(1 if once else None)
