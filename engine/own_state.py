"""Where a real run keeps its state: looked up as Pulumi does, and refused where production would not survive it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from configs.state_backend import state_problems
from model.file import read_json
from model.problems import BadInput, raise_if_any
from model.vocabulary import Environment
from model.yaml_file import read_yaml


def refuse_unsafe_state(root: Path, stack: str, environ: Mapping[str, str]) -> None:
    """Raise BadInput for a backend or a secrets provider that ``stack`` may not have.

    An unknown stack passes: the settings refuse it, with the names that there are.
    """
    environment = next((each for each in Environment if each == stack), None)
    if environment is None:
        return
    file = f"Pulumi.{stack}.yaml"
    content = read_yaml(root / file, file)
    raise_if_any(state_problems(environment, backend(root, environ), content if isinstance(content, dict) else {}))


def backend(root: Path, environ: Mapping[str, str]) -> str:
    """The URL of the backend; empty where nothing names one. In Pulumi's order: variable, project, login."""
    if url := environ.get("PULUMI_BACKEND_URL"):
        return url
    project = read_yaml(root / "Pulumi.yaml", "Pulumi.yaml")
    if isinstance(project, dict) and (url := (project.get("backend") or {}).get("url")):
        return str(url)
    home = Path(environ.get("PULUMI_HOME") or Path(environ.get("HOME", str(Path.home()))) / ".pulumi")
    try:
        login: Any = read_json(home / "credentials.json")
    except BadInput:
        return ""
    return str(login.get("current") or "") if isinstance(login, dict) else ""
