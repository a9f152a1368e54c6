"""Alertmanager with the deployed configuration, whose receivers all end in the local inbox."""

import copy
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from configs.remediation_route import with_engine
from lab.context import Context
from lab.servers import remediation
from lab.servers.inbox import HTTP_PORT, SMTP_PORT
from lab.servers.inbox import NAME as INBOX
from lab.servers.server import Command, Server
from model import names
from model.problems import BadInput, Problem
from model.yaml_text import to_yaml

NAME = "alertmanager"
_TEMPLATES_FOLDER = str(PurePosixPath(names.ALERTMANAGER_TEMPLATES).parent)

Config = dict[str, Any]

# What of each kind of integration is an address or proves who sends; nobody asks for the latter here.
_ADDRESSES = {
    "pagerduty": {"routing_key", "routing_key_file", "service_key", "service_key_file", "url", "http_config"},
    "slack": {"api_url", "api_url_file", "http_config"},
    "email": {
        *("smarthost", "hello", "require_tls", "tls_config", "auth_username", "auth_password", "auth_password_file"),
        *("auth_secret", "auth_secret_file", "auth_identity"),
    },
    "sns": {"api_url", "sigv4", "http_config"},
    "webhook": {"url", "url_file", "http_config"},
}
# Of the global section, what is neither.
_GLOBAL = {"resolve_timeout", "smtp_from"}


def alertmanager(context: Context) -> Server:
    """The server."""
    layout = context.layout
    url = context.url(NAME, names.ALERTMANAGER_PORT)
    command = (
        context.program("alertmanager"),
        f"--config.file={layout.config(NAME) / 'alertmanager.yaml'}",
        f"--storage.path={layout.data(NAME)}",
        f"--web.listen-address={context.at(NAME, names.ALERTMANAGER_PORT)}",
        f"--web.external-url={url}",
        "--cluster.listen-address=",  # alone, it has nobody to gossip with
    )
    inbox = context.url(INBOX, HTTP_PORT)
    inner = into_inbox(context.deployment.alertmanager, inbox, context.at(INBOX, SMTP_PORT))
    config = dict(with_engine(inner, remediation.alerts(context), remediation.webhook(context)))
    if config.get("templates"):
        folder = str(layout.config(NAME))
        config["templates"] = [pattern.replace(_TEMPLATES_FOLDER, folder) for pattern in config["templates"]]
    files = {"alertmanager.yaml": to_yaml(config), **context.deployment.templates}
    run = Command(name=NAME, command=command, ready=f"{url}/-/ready", reload=f"{url}/-/reload", url=url)
    return Server(
        run=run,
        files=files,
        notes=("every receiver ends in the local inbox; auto-remediation has a route of its own",),
    )


def into_inbox(deployed: Config, inbox: str, smtp: str) -> Config:
    """``deployed`` with the address of every receiver replaced, and nothing else.

    Routes, inhibition, grouping, times and texts stay. Raises BadInput for a kind of integration that the inbox does
    not know: it would otherwise reach real people.
    """
    config = copy.deepcopy(deployed)
    kept = {key: value for key, value in config.get("global", {}).items() if key in _GLOBAL}
    config["global"] = {**kept, "smtp_smarthost": smtp, "smtp_require_tls": False}
    problems = []
    for receiver in config["receivers"]:
        for key, integrations in receiver.items():
            kind = key.removesuffix("_configs")
            if key == "name":
                continue
            if kind not in _ADDRESSES:
                problems.append(Problem(f"receiver {receiver['name']}", f"found {key}", ", ".join(_ADDRESSES)))
                continue
            receiver[key] = [_turned(kind, each, receiver["name"], inbox, smtp) for each in integrations]
    if problems:
        raise BadInput(problems)
    return config


def _turned(kind: str, given: Config, receiver: str, inbox: str, smtp: str) -> Config:
    kept = {key: value for key, value in given.items() if key not in _ADDRESSES[kind]}
    url = f"{inbox}/{kind}/{quote(receiver)}"
    match kind:
        case "pagerduty":
            # The key tells PagerDuty whom to call: here it is the name of the secret that holds it.
            key = PurePosixPath(given.get("routing_key_file", "made-up")).name
            return {**kept, "routing_key": key, "url": url}
        case "slack":
            return {**kept, "api_url": url}
        case "email":
            # The inbox knows mail by its greeting: a mail says to whom it goes, but not by which receiver.
            return {**kept, "smarthost": smtp, "hello": receiver, "require_tls": False}
        case "sns":
            region = given.get("sigv4", {}).get("region", "eu-central-1")
            made_up = {"region": region, "access_key": "made-up", "secret_key": "made-up"}
            return {**kept, "api_url": url, "sigv4": made_up}
        case _:
            return {**kept, "url": url}
