"""What every environment must hold, whatever is in the catalog."""

from pathlib import Path

import pulumi_aws as aws
import pulumi_kubernetes as kubernetes
import pytest

from model.problems import BadInput
from stacks.inputs import ROOT
from stacks.program import refuse_mixed_worlds
from tests.stacks.deployment import ENVIRONMENTS, deploy, deployed, made_up_secrets
from tests.synth import Synth

GOLDEN = Path(__file__).parent / "golden"

every_environment = pytest.mark.parametrize("stack", ENVIRONMENTS)


def listing(result: Synth) -> str:
    """Type, parent and name of every resource: what its URN is made of."""
    lines = [f"{type_} {name} < {result.resources[type_, name].parent}" for type_, name in sorted(result.keys())]
    return "\n".join(lines) + "\n"


@every_environment
def test_a_preview_with_unknown_values_registers_exactly_what_an_update_does(stack: str) -> None:
    assert listing(deployed(stack, preview=True)) == listing(deployed(stack))


@every_environment
def test_no_resource_is_renamed_or_moved_without_an_alias(stack: str, request: pytest.FixtureRequest) -> None:
    """A new name or parent replaces the resource. Give it an alias, then write the list anew with --golden."""
    golden = GOLDEN / f"{stack}.txt"
    found = deployed(stack)
    if request.config.getoption("--golden"):
        golden.write_text(listing(found))
    known = golden.read_text().splitlines()
    lost = sorted(set(known) - set(listing(found).splitlines()))
    aliased = {alias for resource in found.resources.values() for alias in resource.aliases}
    unexplained = [line for line in lost if line.split()[1] not in aliased]
    assert not unexplained, "these would be deleted or replaced; alias them or remove them from the list on purpose"
    assert not set(listing(found).splitlines()) - set(known), "new resources: run pytest with --golden and commit"


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
