"""What every environment must hold, whatever is in the catalog."""

import re
from collections import defaultdict
from pathlib import Path

import pulumi_aws as aws
import pulumi_kubernetes as kubernetes
import pytest

from authoring import new_system
from authoring.bundles import assets, lock
from authoring.bundles import listing as listing_of_bundles
from model.catalog.catalog import Catalog
from model.problems import BadInput
from stacks.inputs import ROOT
from stacks.program import refuse_mixed_worlds
from tests.stacks.deployment import ENVIRONMENTS, copy_of_project, deploy, deployed, made_up_secrets
from tests.synth import Synth

GOLDEN = Path(__file__).parent / "golden"
PLATFORM = "platform"  # the file for everything that no system of the catalog is named in
SYSTEMS = [system.system for system in Catalog.load(ROOT / "catalog").systems]

every_environment = pytest.mark.parametrize("stack", ENVIRONMENTS)


def listing(result: Synth) -> str:
    """Type, parent and name of every resource: what its URN is made of."""
    lines = [f"{type_} {name} < {result.resources[type_, name].parent}" for type_, name in sorted(result.keys())]
    return "\n".join(lines) + "\n"


@every_environment
def test_a_preview_with_unknown_values_registers_exactly_what_an_update_does(stack: str) -> None:
    assert listing(deployed(stack, preview=True)) == listing(deployed(stack))


def by_system(lines: list[str]) -> dict[str, list[str]]:
    """Golden file -> its lines: a resource belongs to the longest name of a system in its own name."""
    files: defaultdict[str, list[str]] = defaultdict(list)
    for line in lines:
        name = line.split()[1]
        named = [system for system in SYSTEMS if re.search(rf"(^|[-.]){system}($|[-.])", name)]
        files[max(named, key=len, default=PLATFORM)].append(line)
    return dict(files)


def test_a_resource_is_listed_with_the_system_in_its_name_and_otherwise_with_the_platform() -> None:
    lines = [f"type {name} < None" for name in ("cloudmart-orders", "probes-generic-api-live", "generics", "audit")]
    assert by_system(lines) == {"cloudmart": lines[:1], "generic": lines[1:2], PLATFORM: lines[2:]}


def test_a_new_system_adds_a_golden_file_and_changes_no_other(tmp_path: Path) -> None:
    """Two teams that each add a system must not meet in one file."""
    project = copy_of_project(tmp_path)
    new_system.create(project, "shop")
    files = assets.generate(project)
    assets.write(project, files)
    listing_of_bundles.list_new(project, files, Catalog.load(project / "catalog"))
    lock.lock(project, lock.Bump.MINOR)
    before, after = (set(listing(found).splitlines()) for found in (deployed("prod"), deploy("prod", root=project)))
    new = after - before
    assert not before - after
    assert new
    assert [line for line in new if not re.search(r"(^|[-.])shop($|[-.])", line.split()[1])] == []


@every_environment
def test_no_resource_is_renamed_or_moved_without_an_alias(stack: str, request: pytest.FixtureRequest) -> None:
    """A new name or parent replaces the resource. Give it an alias, then rewrite the lists with --golden."""
    folder = GOLDEN / stack
    found = deployed(stack)
    present = listing(found).splitlines()
    if request.config.getoption("--golden"):
        write_golden(folder, by_system(present))
    known = [line for file in sorted(folder.iterdir()) for line in file.read_text().splitlines()]
    lost = sorted(set(known) - set(present))
    aliased = {alias for resource in found.resources.values() for alias in resource.aliases}
    unexplained = [line for line in lost if line.split()[1] not in aliased]
    assert not unexplained, "these would be deleted or replaced; alias them or remove them from the list on purpose"
    assert not set(present) - set(known), "new resources: run pytest with --golden and commit"


def write_golden(folder: Path, files: dict[str, list[str]]) -> None:
    folder.mkdir(exist_ok=True)
    for stale in {file.stem for file in folder.iterdir()} - set(files):
        (folder / f"{stale}.txt").unlink()
    for name, lines in files.items():
        (folder / f"{name}.txt").write_text("\n".join(lines) + "\n")


@every_environment
def test_every_resource_belongs_to_a_component_or_is_a_provider(stack: str) -> None:
    result = deployed(stack)
    loose = [key for key, resource in result.resources.items() if resource.parent is None]
    assert {type_.split(":")[0] for type_, _ in loose} == {"belfry", "pulumi"}


@every_environment
def test_every_resource_uses_one_of_two_explicit_providers(stack: str) -> None:
    custom = [r for r in deployed(stack).resources.values() if not r.type.startswith(("belfry:", "pulumi:", "random:"))]
    assert {resource.provider for resource in custom} == {"aws", "kubernetes"}


@every_environment
def test_every_secret_reaches_only_kubernetes_secrets_and_the_pagers_subscription_and_is_marked(stack: str) -> None:
    values = set(made_up_secrets().values())
    carriers = [r for r in deployed(stack).resources.values() if any(value in str(r.inputs) for value in values)]
    pager = {"aws:sns/topicSubscription:TopicSubscription"} if stack == "prod" else set()
    # Receivers' secrets of the others are copied in the cluster, out of AWS: here nobody ever sees them.
    receivers = {"kubernetes:core/v1:Secret"} if stack in {"local", "dev"} else set()
    assert {carrier.type for carrier in carriers} == receivers | pager
    assert all(carrier.secrets for carrier in carriers)


def test_prod_protects_what_holds_data_and_dev_does_not() -> None:
    data = (aws.eks.Cluster, aws.ec2.Vpc, kubernetes.core.v1.Namespace)
    for stack, wanted in (("prod", True), ("dev", False)):
        result = deployed(stack)
        assert {r.protect for cls in data for r in result.of(cls).values()} == {wanted}, stack


def test_an_adopted_cluster_is_changed_in_nothing() -> None:
    result = deploy("dev", changes={"cluster": {"mode": "adopt", "name": "theirs"}, "storage": {"class": "gp3"}})
    services = {type_.split(":")[1].split("/")[0] for type_, _ in result.resources if type_.startswith("aws:")}
    # An IAM role is there for the events of global services alone: nothing of EKS, nothing of its network.
    assert services == {"cloudwatch", "iam", "kms", "s3", "sns", "sqs"}
    assert set(result.of(aws.iam.Role)) == {"security-global"}
    stack = result.of("belfry:kubernetes:PrometheusStack")
    assert stack, "the platform is installed all the same"


def test_local_refuses_real_plugins() -> None:
    with pytest.raises(BadInput, match="found local with real plugins; allowed: `make up`"):
        deploy("local", offline=False)


def test_made_up_state_never_reaches_a_real_environment() -> None:
    with pytest.raises(BadInput, match="found dev with the offline providers; allowed: a preview, or real plugins"):
        deploy("dev", offline=True)
    assert deploy("dev", offline=True, preview=True).keys() == deployed("dev").keys()


@pytest.mark.parametrize(
    ("stack", "offline", "preview"), [("local", True, False), ("local", True, True), ("prod", False, False)]
)
def test_each_world_alone_is_let_through(stack: str, offline: bool, preview: bool) -> None:
    refuse_mixed_worlds(stack, offline=offline, preview=preview)


def test_the_ordinary_entry_point_deploys_and_exports() -> None:
    source = (ROOT / "__main__.py").read_text()
    assert "run(offline=False, today=" in source
