"""``python -m ops.incidents``: writes incidents down, in a pod of the cluster or as a server of the local environment.

Settings by arguments, rights and region by the environment as boto3 reads it.
"""

import argparse
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import pydantic

from model.file import parse_json, read_text
from model.incidents.scope import Scope
from model.problems import BadInput, from_validation
from model.vocabulary import Environment
from ops.incidents.pagerduty import URL, LogEntries
from ops.incidents.remediation import Ledger
from ops.incidents.servers import Servers, collector, store_at
from ops.incidents.watch import Watch
from ops.log import log
from ops.serving import EVERY_ADDRESS


def main(arguments: Sequence[str]) -> int:
    """Work until the process is ended; the exit code of bad input."""
    parser = argparse.ArgumentParser(prog="python -m ops.incidents", description=__doc__)
    parser.add_argument("--environment", required=True, choices=[str(one) for one in Environment])
    parser.add_argument("--scope", required=True, type=Path, help="file with what calls what, and the teams")
    parser.add_argument("--store", required=True, help="where incidents are kept: a folder, or s3://BUCKET")
    for name in ("prometheus", "alertmanager"):
        parser.add_argument(f"--{name}", required=True, action="append", help="URL; repeat for each replica")
    for name in ("loki", "jaeger", "inbox"):
        parser.add_argument(f"--{name}", default="", help="URL")
    parser.add_argument("--loki-tenant", default=[], action="append", help="whose logs are read; repeat for each")
    parser.add_argument("--events", type=Path, help="file of what happened to the local environment")
    parser.add_argument("--pagerduty-keys", type=Path, help="folder with one file per team that contains its key")
    parser.add_argument("--pagerduty", default=URL, help="of accounts in Europe: api.eu....")
    parser.add_argument("--ledger", type=Path, help="file of auto-remediation's ledger")
    parser.add_argument("--cloudtrail", default="", metavar="REGION", help="read this region's CloudTrail")
    parser.add_argument("--every", type=float, default=30.0, help="seconds between two rounds")
    parser.add_argument("--host", default=EVERY_ADDRESS)
    parser.add_argument("--port", type=int, default=8080)
    given = parser.parse_args(arguments)
    where = {str(one): one for one in Environment}[given.environment]
    servers = Servers(
        prometheus=given.prometheus,
        alertmanager=given.alertmanager,
        loki=given.loki,
        tenants=given.loki_tenant,
        jaeger=given.jaeger,
        inbox=given.inbox,
        events=given.events,
        pagerduty=LogEntries(given.pagerduty_keys, str(where), given.pagerduty) if given.pagerduty_keys else None,
        ledger=Ledger.at(given.ledger) if given.ledger else None,
        region=given.cloudtrail,
    )
    try:
        scope = read_scope(given.scope)
        store = store_at(given.store, where)
        watch = Watch(
            collector=collector(where, scope, servers, store), teams=frozenset(scope.teams), every=given.every
        )
        with store.alone():
            watch.serve(given.host, given.port)
            log("started", store=given.store, parts=len(scope.calls))
            watch.run()
    except BadInput as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0


def read_scope(file: Path) -> Scope:
    """Raises BadInput for a file that is none."""
    try:
        return Scope.model_validate(parse_json(read_text(file), str(file)))
    except pydantic.ValidationError as error:
        raise BadInput(from_validation(str(file), error, Scope)) from None


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    sys.exit(main(sys.argv[1:]))
