"""What a clone of the repository says about the reports of an environment. A job in the cluster is given all of it."""

import json
from pathlib import Path

from pydantic import ValidationError

from model.alerting.maintenance import MaintenanceWindow
from model.catalog.catalog import Catalog
from model.problems import BadInput, Problem, from_validation, raise_if_any
from model.reports.declared import subject
from model.reports.subject import Subject
from model.vocabulary import Environment
from model.yaml_file import read_yaml
from ops.reports.command import checked_url

_ENDPOINTS = ".local/lab/endpoints.json"


def subject_of(root: Path, environment: Environment) -> Subject:
    """All that the catalog and the settings declare for an environment."""
    return subject(Catalog.load(root / "catalog"), environment, _windows(root, environment))


def _windows(root: Path, environment: Environment) -> list[MaintenanceWindow]:
    """The maintenance windows of the environment's settings; none where it has no file."""
    name = f"Pulumi.{environment}.yaml"
    if not (root / name).exists():
        return []
    content = read_yaml(root / name, name)
    config = content.get("config") if isinstance(content, dict) else None
    alerting = config.get("belfry:alerting") if isinstance(config, dict) else None
    given = alerting.get("maintenance") if isinstance(alerting, dict) else None
    where, windows, problems = f"{name}: belfry:alerting.maintenance", [], []
    for number, one in enumerate(given if isinstance(given, list) else []):
        try:
            windows.append(MaintenanceWindow.model_validate(one))
        except ValidationError as error:
            problems += from_validation(name, error, MaintenanceWindow, f"belfry:alerting.maintenance[{number}].")
    if given is not None and not isinstance(given, list):
        problems.append(Problem(where, f"found {type(given).__name__}", "a list of windows"))
    raise_if_any(problems)
    return windows


def prometheus_url(root: Path, environment: Environment, given: str | None) -> str:
    """The URL that a verb was given, or the local environment's, without a slash at the end. Raises BadInput."""
    url = given or local_server(root, environment, "prometheus")
    if url is None:
        allowed = "`make up`" if environment is Environment.LOCAL else "the URL of Prometheus or Thanos"
        raise BadInput([Problem("--prometheus", "found nothing to read from", allowed)])
    return checked_url(url, "--prometheus")


def local_server(root: Path, environment: Environment, server: str) -> str | None:
    """A server of the running local environment, which writes its addresses into a file; None where it is not up."""
    file = root / _ENDPOINTS
    if environment is not Environment.LOCAL or not file.is_file():
        return None
    try:
        endpoints = json.loads(file.read_text(encoding="utf-8"))
    except ValueError:
        return None
    found = endpoints.get(server) if isinstance(endpoints, dict) else None
    return found if isinstance(found, str) else None
