"""Which world is asked: the local environment with its simulated AWS, or an account, and where its servers listen."""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from model import labels, names
from model.addresses import check_url
from model.file import read_json
from model.plan import Plan, mapping, mappings
from model.problems import BadInput, Problem
from model.verification.verdicts import Verdict
from model.vocabulary import Environment
from ops.backend import account
from ops.environment_file import EnvironmentFile
from ops.http import Unreachable, ask
from ops.identity import SETTINGS, sign_in
from ops.verify.aws import AwsCloudWatch, AwsSns
from ops.verify.inputs import Inputs
from ops.verify.ports import Absent, Ports
from ops.verify.servers import (
    HttpAlertmanager,
    HttpCollector,
    HttpGrafana,
    HttpJaeger,
    HttpLoki,
    HttpPrometheus,
)

_ENDPOINTS = Path(".local/lab/endpoints.json")
TOKEN = "GRAFANA_TOKEN"  # noqa: S105 (the name of a variable)
_RELEASE = "kubernetes:helm.sh/v3:Release"
_STACK_CHART = "kube-prometheus-stack"


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """URLs, as they were given; None where none was. ``in_cluster``: those of the Services for what was not given."""

    prometheus: str | None = None
    alertmanagers: Sequence[str] = ()
    loki: str | None = None
    jaeger: str | None = None
    collector: str | None = None
    grafana: str | None = None
    in_cluster: bool = False

    def checked(self) -> "Addresses":
        """Without slashes at the end. Raises BadInput, with all mistakes."""
        given = [("--alertmanager", url) for url in self.alertmanagers]
        given += [(f"--{name}", url) for name, url in self._single().items() if url is not None]
        problems = []
        for option, url in given:
            try:
                check_url(url)
            except ValueError as error:
                problems.append(Problem(option, str(error)))
            else:
                if "?" in url or "#" in url:
                    problems.append(Problem(option, f"found {url!r}", "no ? and no #: paths are put behind it"))
        if problems:
            raise BadInput(problems)
        single = {name: url and url.rstrip("/") for name, url in self._single().items()}
        alertmanagers = [url.rstrip("/") for url in self.alertmanagers]
        return Addresses(**single, alertmanagers=alertmanagers, in_cluster=self.in_cluster)

    def _single(self) -> dict[str, str | None]:
        return {name: getattr(self, name) for name in ("prometheus", "loki", "jaeger", "collector", "grafana")}


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """``name``: for people. ``alerts``: the label `environment` of alerts. ``absent``: monitors that do not run here.

    ``systems``: whose targets are expected; empty: all.
    """

    name: str
    local: bool
    alerts: str
    ports: Ports
    systems: Sequence[str] = ()
    absent: frozenset[str] = frozenset()


def world(root: Path, environment: Environment, addresses: Addresses, inputs: Inputs, systems: Sequence[str]) -> World:
    """Raises BadInput: no running local environment, wrong URLs, credentials of another account."""
    given = addresses.checked()
    if environment is Environment.LOCAL:
        return _local(root, given, inputs, systems)
    if given.in_cluster:
        given = _in_cluster(given, inputs.plan)
    name, cloudwatch, sns = _account(root, environment)
    return World(
        name=name,
        local=False,
        alerts=environment,
        systems=systems,
        ports=_ports(given, inputs, cloudwatch, sns, Absent("--grafana URL is missing")),
    )


def _ports(
    given: Addresses, inputs: Inputs, cloudwatch: AwsCloudWatch | Absent, sns: AwsSns | Absent, no_grafana: Absent
) -> Ports:
    return Ports(
        cloudwatch=cloudwatch,
        sns=sns,
        prometheus=HttpPrometheus(given.prometheus) if given.prometheus else Absent("--prometheus URL is missing"),
        alertmanager=HttpAlertmanager(tuple(given.alertmanagers))
        if given.alertmanagers
        else Absent("--alertmanager URL is missing"),
        loki=HttpLoki(given.loki, inputs.tenant) if given.loki else Absent("--loki URL is missing"),
        jaeger=HttpJaeger(given.jaeger) if given.jaeger else Absent("--jaeger URL is missing"),
        collector=HttpCollector(given.collector) if given.collector else Absent("--collector URL is missing"),
        grafana=HttpGrafana(given.grafana, os.environ.get(TOKEN, "")) if given.grafana else no_grafana,
    )


def _account(root: Path, environment: Environment) -> tuple[str, AwsCloudWatch | Absent, AwsSns | Absent]:
    """The account's name and its ports; without valid credentials, why there are none."""
    file = EnvironmentFile.read(root, environment)
    try:
        sign_in(file.identity, file.region)
        found = file.account_of(account())
        cloudwatch, sns = (
            boto3.client(service, region_name=file.region, config=SETTINGS) for service in ("cloudwatch", "sns")
        )
    except (ClientError, BotoCoreError) as error:
        gone = Absent(f"AWS: {error}", Verdict.UNKNOWN)
        return f"{environment}: AWS account not known, {file.region}", gone, gone
    name = f"{environment}: AWS account {found}, {file.region}"
    return name, AwsCloudWatch(cloudwatch, _prefixes(environment)), AwsSns(sns)


def _prefixes(environment: Environment) -> tuple[str, str]:
    return f"{environment}-", f"{labels.PROJECT}-{environment}-"


def _in_cluster(given: Addresses, plan: Plan) -> Addresses:
    """For a pod of the cluster. Through a Service each Alertmanager would get some of the alerts: each is asked."""
    return Addresses(
        prometheus=given.prometheus or names.prometheus_replica(0),
        alertmanagers=given.alertmanagers or names.alertmanager_replicas(_alertmanagers(plan)),
        loki=given.loki or names.service(names.LOKI_GATEWAY, names.LOGGING, names.LOKI_GATEWAY_PORT, "http"),
        jaeger=given.jaeger or names.service(names.JAEGER, names.TRACING, names.JAEGER_QUERY_PORT, "http"),
        collector=given.collector
        or names.service(names.COLLECTOR_GATEWAY, names.COLLECTORS, names.OTLP_HTTP_PORT, "http"),
        grafana=given.grafana or names.service(names.GRAFANA, names.MONITORING, names.GRAFANA_PORT, "http"),
    )


def _alertmanagers(plan: Plan) -> int:
    for resource in plan["resources"]:
        inputs = resource["inputs"]
        if resource["type"] == _RELEASE and str(inputs.get("chart", "")).endswith(_STACK_CHART):
            spec = mapping(mapping(mapping(inputs, "values"), "alertmanager"), "alertmanagerSpec")
            return int(spec.get("replicas", 1))
    return 1


def _local(root: Path, given: Addresses, inputs: Inputs, systems: Sequence[str]) -> World:
    file = root / _ENDPOINTS
    if not file.is_file():
        raise BadInput([Problem(str(_ENDPOINTS), "no running local environment", "`make up`")])
    found: Any = read_json(file, str(_ENDPOINTS))
    if not isinstance(found, dict) or not isinstance(found.get("prometheus"), str):
        raise BadInput([Problem(f"{_ENDPOINTS}: prometheus", "found no URL", "`make up` writes it")])
    where = {key: str(value) for key, value in found.items() if value}
    here = Addresses(
        prometheus=given.prometheus or where["prometheus"],
        alertmanagers=given.alertmanagers or [where[key] for key in ("alertmanager",) if key in where],
        loki=given.loki or where.get("loki"),
        jaeger=given.jaeger or where.get("jaeger"),
        collector=given.collector or where.get("otlp_http"),
        grafana=given.grafana or where.get("grafana"),
    )
    aws = where.get("aws", "")
    gone = Absent("this deployment forwards no alarms, so there is no simulated AWS")
    cloudwatch: AwsCloudWatch | Absent = gone
    sns: AwsSns | Absent = gone
    if aws:
        made_up = {"aws_access_key_id": "made-up", "aws_secret_access_key": "made-up"}
        clients = (
            boto3.client(service, endpoint_url=aws, region_name=where.get("aws_region"), config=SETTINGS, **made_up)
            for service in ("cloudwatch", "sns")
        )
        cloudwatch, sns = AwsCloudWatch(next(clients), _prefixes(Environment.LOCAL)), AwsSns(next(clients))
    no_grafana = Absent("the local environment has no Grafana: none is on PATH")
    simulated = f"AWS simulated at {aws}" if aws else "no AWS"
    return World(
        name=f"local: the servers of `make up` on this machine, {simulated}",
        local=True,
        alerts=where.get("environment", Environment.LOCAL),
        ports=_ports(here, inputs, cloudwatch, sns, no_grafana),
        systems=systems or _running(where.get("workload", "")),
        absent=_absent(Path(where.get("targets", "")), inputs.plan),
    )


def _running(workload: str) -> list[str]:
    """Systems of the demo workload. Without one only the platform's own targets are expected."""
    nobody = [labels.OWN_SYSTEM]
    if not workload:
        return nobody
    try:
        parts = ask("GET", f"{workload}/state")["parts"]
        return sorted({str(part["system"]) for part in parts}) or nobody
    except (Unreachable, KeyError, TypeError):
        return nobody


def _absent(targets: Path, plan: Plan) -> frozenset[str]:
    """The platform's own monitors that nobody on this machine has registered a target for."""
    found = set()
    for resource in plan["resources"]:
        inputs = resource["inputs"]
        if not resource["type"].endswith(":ServiceMonitor"):
            continue
        rules = [
            rule for each in mappings(mapping(inputs, "spec"), "endpoints") for rule in mappings(each, "relabelings")
        ]
        own = {"replacement": labels.OWN_SYSTEM, "targetLabel": labels.SYSTEM} in rules
        name = str(mapping(inputs, "metadata").get("name"))
        if own and not _registered(targets / "monitors" / f"{name}.json"):
            found.add(name)
    return frozenset(found)


def _registered(file: Path) -> bool:
    try:
        return bool(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return False
