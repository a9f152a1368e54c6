"""The AWS of the local environment: moto's server, with the queue, the alarms and the topics that the deployment has.

A process of its own: ``python -m lab.servers.aws``. It keeps everything in memory, and makes all of them when it
starts. It evaluates no alarm and sends no event: ``python -m lab alarm`` sets a state, and sends what EventBridge would
send.
"""

import json
import logging
import signal
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import boto3
import typer

from lab.context import Context
from lab.deployment import Deployment
from lab.ports import HOST
from lab.servers.server import Command, Server

NAME, PORT = "aws", 5000
# The account that moto plays, and what anybody may sign with there.
ACCOUNT = "123456789012"
FILE = "aws.json"


def environment(url: str, region: str) -> dict[str, str]:
    """Variables by which boto3 finds this AWS and no other."""
    return {
        "AWS_ENDPOINT_URL": url,
        "AWS_DEFAULT_REGION": region,
        "AWS_ACCESS_KEY_ID": "made-up",
        "AWS_SECRET_ACCESS_KEY": "made-up",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def client(service: str, url: str, region: str) -> Any:
    """A client of this AWS."""
    made_up = {"aws_access_key_id": "made-up", "aws_secret_access_key": "made-up"}
    return boto3.client(service, endpoint_url=url, region_name=region, **made_up)


def aws(context: Context) -> Server | None:
    """The server; None where the deployment forwards no alarms."""
    deployment = context.deployment
    if deployment.forwarder is None:
        return None
    url = context.url(NAME, PORT)
    file = context.layout.config(NAME) / FILE
    run = Command(
        name=NAME,
        command=(sys.executable, "-m", "lab.servers.aws", str(context.ports.of(NAME, PORT)), str(file)),
        environment={"PYTHONPATH": str(context.layout.root), **environment(url, deployment.forwarder.region)},
        ready=f"{url}/moto-api/data.json",
        url=f"{url}/moto-api/",
    )
    content = {
        "region": deployment.forwarder.region,
        "queue": deployment.forwarder.queue,
        "alarms": [request_for(alarm) for alarm in deployment.alarms],
        "topics": list(topics(deployment)),
    }
    files = {FILE: json.dumps(content, indent=1, sort_keys=True)}
    return Server(run=run, files=files, notes=("SQS, SNS and CloudWatch by moto; only `make alarm` changes alarms",))


def queue_url(url: str, deployment: Deployment) -> str:
    """Where state changes wait."""
    assert deployment.forwarder is not None
    return f"{url}/{ACCOUNT}/{deployment.forwarder.queue}"


def topics(deployment: Deployment) -> Iterator[dict[str, Any]]:
    """Name, attributes and subscriptions of each topic. Endpoints outside of AWS are replaced: nothing leaves here."""
    policies = {_name(one["arn"]): one["policy"] for one in deployment.topic_policies}
    for topic in deployment.topics:
        given = {"KmsMasterKeyId": topic.get("kmsMasterKeyId"), "Policy": policies.get(topic["name"])}
        yield {
            "name": topic["name"],
            "attributes": {key: value for key, value in given.items() if value},
            "subscriptions": [
                {"Protocol": one["protocol"], "Endpoint": _endpoint(one["protocol"], one["endpoint"])}
                for one in deployment.subscriptions
                if _name(one["topic"]) == topic["name"]
            ],
        }


def _name(arn: str) -> str:
    return arn.rpartition(":")[2]


def _endpoint(protocol: str, deployed: str) -> str:
    return deployed if deployed.startswith("arn:") else f"{protocol}://{HOST}/"


def request_for(alarm: Mapping[str, Any]) -> dict[str, Any]:
    """What makes an alarm at CloudWatch, from its inputs in the deployment."""
    words = {"name": "AlarmName", "okActions": "OKActions", "metricQueries": "Metrics"}
    given = {words.get(key, key[0].upper() + key[1:]): value for key, value in alarm.items() if key != "tags"}
    given["ActionsEnabled"] = True
    if "Dimensions" in given:
        given["Dimensions"] = _dimensions(given["Dimensions"])
    if "Metrics" in given:
        given["Metrics"] = [_query(query) for query in given["Metrics"]]
    return {key: value for key, value in given.items() if value not in (None, [], {})}


def _query(query: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {"Id": query["id"], "ReturnData": query.get("returnData", False)}
    if "expression" in query:
        made["Expression"] = query["expression"]
    if metric := query.get("metric"):
        named = {"Namespace": metric["namespace"], "MetricName": metric["metricName"]}
        dimensions = _dimensions(metric.get("dimensions", {}))
        made["MetricStat"] = {
            "Metric": {**named, "Dimensions": dimensions},
            "Period": metric["period"],
            "Stat": metric["stat"],
        }
    return made


def _dimensions(given: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Name": name, "Value": value} for name, value in sorted(given.items())]


def serve(port: int, file: Annotated[Path, typer.Argument()]) -> None:
    """Answer as AWS until the process is ended."""
    from moto.server import ThreadedMotoServer  # noqa: PLC0415 (it takes seconds, and `up` needs it not)

    logging.getLogger("werkzeug").setLevel(logging.WARNING)  # a line for each poll of the forwarder
    content = json.loads(file.read_text(encoding="utf-8"))
    # Made by a second server of this process, at a port that nobody knows: whoever finds the first one finds it whole.
    first = ThreadedMotoServer(HOST, 0, verbose=False)
    first.start()
    _, chosen = first.get_host_and_port()
    url = f"http://{HOST}:{chosen}"
    client("sqs", url, content["region"]).create_queue(QueueName=content["queue"])
    cloudwatch = client("cloudwatch", url, content["region"])
    for alarm in content["alarms"]:
        cloudwatch.put_metric_alarm(**alarm)
    sns = client("sns", url, content["region"])
    for topic in content["topics"]:
        arn = sns.create_topic(Name=topic["name"], Attributes=topic["attributes"])["TopicArn"]
        for subscription in topic["subscriptions"]:
            sns.subscribe(TopicArn=arn, **subscription)
    first.stop()
    ThreadedMotoServer(HOST, port, verbose=False).start()
    print(f"{len(content['alarms'])} alarms, {len(content['topics'])} topics, queue {content['queue']}", flush=True)
    signal.pause()


if __name__ == "__main__":
    typer.run(serve)
