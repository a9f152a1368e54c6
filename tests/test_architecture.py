"""The shape of the project: who may import whom, and that nothing is spelled twice."""

import ast
import re
import sys
from collections import defaultdict
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from model import labels, names

ROOT = Path(__file__).parent.parent
SDK = {"pulumi", "pulumi_aws", "pulumi_kubernetes", "pulumi_random"}
EDGES = {"boto3", "botocore", "requests", "urllib", "http", "socket"}

ROOMS = frozenset(
    {
        "authoring",
        "benchmarks",
        "checks",
        "components",
        "configs",
        "engine",
        "jobs",
        "lab",
        "model",
        "ops",
        "pictures",
        "policy",
        "stacks",
        "tests",
        "tools",
    }
)
# Which folders of the project each may know besides itself; docs/architecture.md has the table.
KNOWS: dict[str, set[str]] = {
    "model": set(),
    "configs": {"model"},
    "checks": {"model", "configs"},
    "authoring": {"model", "configs", "checks"},
    "pictures": {"model", "checks", "authoring"},
    "components": {"model", "configs"},
    "stacks": {"model", "configs", "components"},
    "engine": {"model", "configs", "checks", "stacks"},
    "ops": {"model", "configs"},
    "policy": {"model"},
    "lab": {"model", "configs", "ops", "engine", "tools"},
    "jobs": set(),  # copied into a pod one by one: nothing of the project is there
}
# Packages of others that a folder may not import.
PURE = {*SDK, *EDGES, "os", "time", "datetime"}
BANNED: dict[str, set[str]] = {
    "model": PURE,
    "configs": PURE,
    "checks": {*SDK, *EDGES},
    "authoring": {*SDK, *EDGES},
    "pictures": SDK,
    "components": {*EDGES, "os", "time", "datetime"},
    "stacks": {*EDGES, "os", "time", "datetime"},
    "engine": EDGES,
    "ops": SDK,
    "policy": {*SDK - {"pulumi"}, *EDGES},
    "lab": SDK,
    "jobs": {*SDK, "boto3", "requests", "yaml"},
}
# The offline providers run inside the engine's plugin processes: they know nothing of the program.
SHARED_COMPONENTS = {
    "components.archive_program",
    "components.base",
    "components.chart",
    "components.hardened_pod",
    "components.load_balancer_class",
    "components.role",
    "components.operator_objects",
    "components.script_job",
}
FOLDERS = sorted(KNOWS)


def modules(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def imported(path: Path) -> set[str]:
    """Full names of the modules that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: absolute imports only"
            found |= {node.module or ""}
    return found


every_module = pytest.mark.parametrize(
    "path", [p for folder in FOLDERS for p in modules(folder)], ids=lambda path: str(path.relative_to(ROOT))
)


@every_module
def test_a_module_imports_only_what_its_folder_may(path: Path) -> None:
    folder = path.relative_to(ROOT).parts[0]
    imports = {name.split(".")[0] for name in imported(path)}
    assert not imports & BANNED[folder]
    assert imports & ROOMS <= {folder, *KNOWS[folder]} - ({"jobs"} & {folder})


def test_every_folder_with_python_is_in_the_table() -> None:
    rooms = {path.parent.name for path in ROOT.glob("*/__init__.py")} | {"tools"}
    assert rooms == ROOMS
    TopologicalSorter(KNOWS).prepare()  # raises at a circle, and names it


def test_the_model_needs_few_packages_of_others() -> None:
    """re2: what Prometheus will read is checked by Google's RE2 itself, because no check of our own would stay true."""
    names = {name.split(".")[0] for path in modules("model") for name in imported(path)}
    assert names - set(sys.stdlib_module_names) - {"model"} == {"pydantic", "pydantic_core", "re2", "yaml"}


def test_yaml_is_written_by_one_module() -> None:
    """Only that one quotes what Go would read as another type. The other counts bytes and writes nothing."""
    writers = {
        path.relative_to(ROOT).as_posix()
        for folder in ("model", "configs", "authoring", "components", "stacks")
        for path in modules(folder)
        if re.search(r"\byaml\.(safe_)?dump(_all)?\(", path.read_text())
    }
    assert writers == {"model/yaml_text.py", "model/alerting/rule_objects.py"}


def test_no_two_subjects_of_the_model_know_each_other() -> None:
    knows: dict[str, set[str]] = defaultdict(set)
    for path in modules("model"):
        subject = path.relative_to(ROOT / "model").with_suffix("").parts[0]
        knows[subject] |= {name.split(".")[1] for name in imported(path) if name.startswith("model.")} - {subject}

    TopologicalSorter(knows).prepare()  # raises at a circle, and names it


def test_a_component_knows_no_sibling() -> None:
    for path in modules("components"):
        siblings = {name for name in imported(path) if name.startswith("components.")} - SHARED_COMPONENTS
        assert not siblings, f"{path.name} imports {siblings}"


def test_only_settings_and_secrets_read_the_stack_configuration() -> None:
    readers = {
        path.relative_to(ROOT).as_posix()
        for folder in FOLDERS
        for path in modules(folder)
        if "pulumi.Config(" in path.read_text()
    }
    assert readers == {"stacks/settings.py", "stacks/secrets.py"}


def test_nothing_merges_the_callers_options_into_a_child() -> None:
    """The caller's parent would win, and the child would leave its component."""
    for folder in ("components", "stacks"):
        for path in modules(folder):
            assert "ResourceOptions.merge" not in path.read_text(), path


def test_a_label_or_a_name_is_spelled_in_one_module_only() -> None:
    shared = {
        value
        for module in (labels, names)
        for key, value in vars(module).items()
        if key.isupper() and isinstance(value, str) and not value.isalpha()
    }
    assert "belfry.dev/bundle" in shared
    spelled = defaultdict(set)
    for folder in FOLDERS:
        for path in modules(folder):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Constant) and node.value in shared:
                    spelled[node.value].add(path.relative_to(ROOT).as_posix())
    assert {value: files for value, files in spelled.items() if len(files) > 1} == {}


def test_a_type_token_and_an_alarm_name_are_used_once() -> None:
    tokens = [
        node.args[0].value
        for path in modules("components")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) == "pulumi.type_token"
        and isinstance(node.args[0], ast.Constant)
    ]
    assert tokens
    assert len(tokens) == len(set(tokens))
