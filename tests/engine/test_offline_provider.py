"""The offline provider, asked as the engine asks it."""

import asyncio
import importlib
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence

import pulumi
import pytest
from pulumi.provider.experimental import provider as protocol
from pulumi.provider.experimental.property_value import PropertyValue

from engine.offline.aws import KINDS, Aws
from engine.offline.kubernetes import IMMUTABLE, Kubernetes
from engine.offline.package import Package, UnknownFunctionError
from engine.offline.provider import LOCAL_STACK, LockedError, OfflineProvider
from engine.offline.randomness import Random
from engine.offline.values import Json, Properties, is_unknown, mapping, text, value
from engine.workspace import REPOSITORY
from model.vocabulary import Environment

TOPIC = "aws:sns/topic:Topic"
CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
SECRET = "kubernetes:core/v1:Secret"


def urn(type_token: str, stack: str = "local", name: str = "orders") -> str:
    return f"urn:pulumi:{stack}::belfry::belfry:alarms:Watch${type_token}::{name}"


def properties(**plain: Json) -> Properties:
    return {key: value(item) for key, item in plain.items()}


def check(provider: OfflineProvider, of: str, new: Properties, old: Properties | None = None) -> Properties:
    response = asyncio.run(provider.check(protocol.CheckRequest(of, old or {}, new, b"")))
    assert response.inputs is not None
    return response.inputs


def create(provider: OfflineProvider, of: str, inputs: Properties, *, preview: bool = False) -> protocol.CreateResponse:
    return asyncio.run(provider.create(protocol.CreateRequest(of, inputs, 0, preview)))


def diff(package: Package, type_token: str, old: Properties, new: Properties) -> protocol.DiffResponse:
    provider, of = OfflineProvider(package), urn(type_token)
    before = check(provider, of, old)
    state = create(provider, of, before).properties
    after = check(provider, of, new, before)
    return asyncio.run(provider.diff(protocol.DiffRequest(of, "id", state, after, [])))


def test_the_stack_that_may_be_made_up_is_the_local_environment() -> None:
    assert LOCAL_STACK == Environment.LOCAL


@pytest.mark.parametrize("stack", ["dev", "staging", "prod", "locale", "my-local"])
def test_create_update_and_delete_are_refused_outside_of_local(stack: str) -> None:
    provider, of = OfflineProvider(Aws()), urn(TOPIC, stack)
    inputs = properties(name="orders")
    with pytest.raises(LockedError, match=r"refused to create .* works only for the stack 'local' and for previews"):
        create(provider, of, inputs)
    with pytest.raises(LockedError, match="refused to update"):
        asyncio.run(provider.update(protocol.UpdateRequest(of, "id", inputs, inputs, 0, [], False)))
    with pytest.raises(LockedError, match="refused to delete"):
        asyncio.run(provider.delete(protocol.DeleteRequest(of, "id", inputs, 0)))


def test_previews_are_answered_for_every_stack() -> None:
    provider, of = OfflineProvider(Aws()), urn(TOPIC, "prod")
    assert create(provider, of, properties(name="orders"), preview=True).resource_id == ""
    updated = asyncio.run(provider.update(protocol.UpdateRequest(of, "id", {}, properties(name="orders"), 0, [], True)))
    assert text(updated.properties, "name") == "orders"


def test_a_preview_leaves_computed_outputs_unknown_and_given_ones_known() -> None:
    inputs = properties(name="belfry", vpcConfig={"subnetIds": ["subnet-1"]})
    made = create(OfflineProvider(Aws()), urn("aws:eks/cluster:Cluster"), inputs, preview=True)
    assert all(is_unknown(made.properties[key]) for key in ("arn", "endpoint", "identities", "certificateAuthority"))
    assert text(made.properties, "name") == "belfry"
    network = mapping(made.properties, "vpcConfig")
    assert is_unknown(network["vpcId"])
    assert not is_unknown(network["subnetIds"])


def test_an_eks_cluster_has_what_a_kubeconfig_needs() -> None:
    made = create(OfflineProvider(Aws()), urn("aws:eks/cluster:Cluster"), properties(name="belfry", region="eu-west-1"))
    assert made.resource_id == "belfry"
    assert text(made.properties, "arn") == "arn:aws:eks:eu-west-1:000000000000:cluster/belfry"
    assert re.fullmatch(r"https://[0-9A-F]{32}\.gr7\.eu-west-1\.eks\.amazonaws\.com", text(made.properties, "endpoint"))
    assert "https://oidc.eks.eu-west-1.amazonaws.com/id/" in str(made.properties["identities"])


def test_a_resource_of_a_type_that_is_not_in_the_table_gets_a_generic_arn() -> None:
    made = create(OfflineProvider(Aws()), urn("aws:glue/job:Job"), {})
    assert re.fullmatch(r"arn:aws:glue:us-east-1:000000000000:job/orders-[0-9a-f]{7}", text(made.properties, "arn"))


def test_a_missing_name_is_invented_once_and_kept() -> None:
    provider, of = OfflineProvider(Aws()), urn(TOPIC)
    first = check(provider, of, {})
    assert re.fullmatch(r"orders-[0-9a-f]{7}", text(first, "name"))
    assert text(check(provider, of, {}, properties(name="orders-0ld0ne5")), "name") == "orders-0ld0ne5"
    assert check(OfflineProvider(Aws()), of, {}) == first, "the same in every run"
    assert check(provider, of, properties(name="mine")) == properties(name="mine")


@pytest.mark.parametrize(
    ("type_token", "old", "new", "replaces"),
    [
        pytest.param(TOPIC, {"displayName": "a"}, {"displayName": "b"}, [], id="a display name is changed in place"),
        pytest.param(TOPIC, {"name": "a"}, {"name": "b"}, ["name"], id="a physical name replaces"),
        pytest.param("aws:dynamodb/table:Table", {"hashKey": "a"}, {"hashKey": "b"}, ["hashKey"], id="a table's key"),
        pytest.param("aws:iam/role:Role", {"path": "/a/"}, {}, ["path"], id="a removed key is seen"),
    ],
)
def test_aws_changes_replace_only_what_cannot_change(
    type_token: str, old: Mapping[str, Json], new: Mapping[str, Json], replaces: list[str]
) -> None:
    response = diff(Aws(), type_token, properties(**old), properties(**new))
    assert response.changes
    assert response.replaces == replaces


@pytest.mark.parametrize(
    ("type_token", "old", "new", "replaces"),
    [
        pytest.param(
            "kubernetes:core/v1:Namespace",
            {"metadata": {"name": "a", "labels": {"x": "1"}}},
            {"metadata": {"name": "a", "labels": {"x": "2"}}},
            [],
            id="a label is changed in place",
        ),
        pytest.param(
            "kubernetes:core/v1:Namespace",
            {"metadata": {"name": "a"}},
            {"metadata": {"name": "b"}},
            ["metadata.name"],
            id="a name replaces",
        ),
        pytest.param(
            CONFIG_MAP, {"data": {"a.json": "1"}}, {"data": {"a.json": "2"}}, [], id="data is changed in place"
        ),
        pytest.param(SECRET, {"stringData": {"a": "1"}}, {"stringData": {"a": "2"}}, [], id="so is that of a Secret"),
        pytest.param(SECRET, {"type": "Opaque"}, {"type": "kubernetes.io/tls"}, ["type"], id="a type of it replaces"),
        pytest.param(
            "kubernetes:helm.sh/v3:Release",
            {"namespace": "m", "values": {"a": 1}},
            {"namespace": "m", "values": {"a": 2}},
            [],
            id="values of a release are changed in place",
        ),
    ],
)
def test_kubernetes_changes_replace_only_what_cannot_change(
    type_token: str, old: Mapping[str, Json], new: Mapping[str, Json], replaces: list[str]
) -> None:
    response = diff(Kubernetes(), type_token, properties(**old), properties(**new))
    assert response.changes
    assert response.replaces == replaces


def test_a_replacement_deletes_first_only_when_the_name_was_given() -> None:
    table = "aws:dynamodb/table:Table"
    given = diff(Aws(), table, properties(name="t", hashKey="a"), properties(name="t", hashKey="b"))
    assert given.delete_before_replace
    assert not diff(Aws(), table, properties(hashKey="a"), properties(hashKey="b")).delete_before_replace


def test_no_change_is_no_difference() -> None:
    assert not diff(Aws(), TOPIC, properties(tags={"a": "b"}), properties(tags={"a": "b"})).changes


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [
        (pulumi.FileAsset("/old/place/c0ffee.zip"), pulumi.FileAsset("/new/place/c0ffee.zip"), False),
        (pulumi.FileAsset("/place/c0ffee.zip"), pulumi.FileAsset("/place/decaf.zip"), True),
        (pulumi.StringAsset("text"), pulumi.StringAsset("text"), False),
        (pulumi.StringAsset("text"), pulumi.StringAsset("other"), True),
    ],
)
def test_an_uploaded_file_changes_with_its_name_and_not_with_its_folder(
    before: pulumi.Asset, after: pulumi.Asset, changed: bool
) -> None:
    provider, of = OfflineProvider(Aws()), urn("aws:s3/bucketObjectv2:BucketObjectv2")
    old, new = ({"source": PropertyValue(asset)} for asset in (before, after))
    checked = check(provider, of, new, old)
    as_the_engine_sends_it = {**checked, **properties(source={"hash": ""})}
    request = protocol.DiffRequest(of, "id", old, as_the_engine_sends_it, [])
    assert asyncio.run(provider.diff(request)).changes is changed


def test_defaults_that_a_real_provider_filled_in_are_no_difference() -> None:
    """State exported from a real stack has inputs that the program never gave."""
    provider, of = OfflineProvider(Aws()), urn(TOPIC, "dev")
    old = properties(name="orders", forceDestroy=False, __defaults=["forceDestroy"], __meta="{}")
    new = check(provider, of, {}, old)
    assert not asyncio.run(provider.diff(protocol.DiffRequest(of, "orders", old, new, []))).changes


def test_the_content_of_a_kubernetes_secret_is_secret() -> None:
    checked = check(OfflineProvider(Kubernetes()), urn(SECRET), properties(stringData={"a": "b"}))
    assert checked["stringData"].is_secret


@pytest.mark.parametrize("type_token", ["random:index/randomPassword:RandomPassword"])
def test_a_password_is_secret_as_long_as_asked_and_the_same_each_time(type_token: str) -> None:
    inputs = properties(length=20, special=False)
    made = [create(OfflineProvider(Random()), urn(type_token), inputs).properties for _ in range(2)]
    assert made[0]["result"].is_secret
    assert re.fullmatch(r"[A-Za-z0-9]{20}", str(made[0]["result"].value))
    assert made[0]["result"] == made[1]["result"]


@pytest.mark.parametrize(
    ("kind", "inputs", "output", "pattern"),
    [
        ("RandomId", {"byteLength": 4, "prefix": "b-"}, "hex", r"b-[0-9a-f]{8}"),
        ("RandomShuffle", {}, "result", r"[0-9a-f]{16}"),
    ],
)
def test_random_values_have_the_shape_of_their_type(
    kind: str, inputs: Mapping[str, Json], output: str, pattern: str
) -> None:
    token = f"random:index/{kind[0].lower()}{kind[1:]}:{kind}"
    made = create(OfflineProvider(Random()), urn(token), properties(**inputs))
    assert re.fullmatch(pattern, text(made.properties, output))


def _invoke(provider: OfflineProvider, token: str, **arguments: Json) -> Properties:
    answer = asyncio.run(provider.invoke(protocol.InvokeRequest(token, properties(**arguments)))).return_value
    assert answer is not None
    return answer


def test_functions_are_answered_by_region() -> None:
    provider = OfflineProvider(Aws())
    asyncio.run(provider.configure(protocol.ConfigureRequest({}, properties(region="eu-north-1"), True, False)))
    zones = _invoke(provider, "aws:index/getAvailabilityZones:getAvailabilityZones")
    assert zones["names"] == value(["eu-north-1a", "eu-north-1b", "eu-north-1c"])
    cluster = _invoke(provider, "aws:eks/getCluster:getCluster", name="ours")
    assert text(cluster, "arn") == "arn:aws:eks:eu-north-1:000000000000:cluster/ours"


def test_a_zone_of_route_53_has_an_id_of_its_own() -> None:
    provider = OfflineProvider(Aws())
    one, other = (_invoke(provider, "aws:route53/getZone:getZone", name=name) for name in ("acme.com", "acme.org"))
    assert re.fullmatch("Z[0-9A-F]{20}", text(one, "zoneId"))
    assert text(one, "zoneId") != text(other, "zoneId")


def test_an_ingress_has_the_address_that_its_controller_would_write() -> None:
    of = urn("kubernetes:networking.k8s.io/v1:Ingress")
    made = create(
        OfflineProvider(Kubernetes()), of, properties(metadata={"name": "grafana", "namespace": "monitoring"})
    )
    assert made.properties is not None
    ingresses = mapping(mapping(made.properties, "status"), "loadBalancer")["ingress"]
    assert isinstance(ingresses.value, Sequence)
    assert ".elb.offline.invalid" in str(ingresses.value[0])


def test_an_unknown_function_is_an_error_that_names_the_known_ones() -> None:
    with pytest.raises(UnknownFunctionError, match=r"has no invoke aws:ec2/getAmi:getAmi; .*getRegion"):
        Aws().invoke("aws:ec2/getAmi:getAmi", {})


def test_a_resource_that_is_only_read_has_made_up_outputs() -> None:
    request = protocol.ReadRequest(urn("aws:kms/key:Key"), "k-1", {}, {})
    read = asyncio.run(OfflineProvider(Aws()).read(request))
    assert read.resource_id == "k-1"
    assert text(read.properties, "arn").startswith("arn:aws:kms:")


def _properties_of(type_token: str) -> set[str]:
    package, module, name = type_token.split(":")
    folder = module.split("/")[0].removesuffix("index")
    sdk = importlib.import_module(f"pulumi_{package}" + (f".{folder.replace('lambda', 'lambda_')}" if folder else ""))
    resource = getattr(sdk, name)
    return {
        getattr(attribute.fget, "_pulumi_name", key)
        for key, attribute in vars(resource).items()
        if isinstance(attribute, property)
    }


@pytest.mark.parametrize("type_token", sorted(KINDS))
def test_the_table_names_types_and_properties_that_the_pinned_sdk_has(type_token: str) -> None:
    kind = KINDS[type_token]
    named = {*kind.outputs, *kind.replaces, *([kind.name] if kind.name else []), *(["arn"] if kind.arn else [])}
    assert named - _properties_of(type_token) == set()


def test_the_immutable_paths_name_types_that_the_pinned_sdk_has() -> None:
    for type_token in IMMUTABLE:
        _, module, name = type_token.split(":")
        group, version = module.split("/")
        sdk = importlib.import_module(f"pulumi_kubernetes.{group.split('.')[0]}.{version}")
        assert hasattr(sdk, name)


def test_a_secret_input_stays_secret_in_the_state() -> None:
    inputs = {"values": PropertyValue({"password": value("hidden", secret=True)}), **properties(namespace="m")}
    made = create(OfflineProvider(Kubernetes()), urn("kubernetes:helm.sh/v3:Release"), inputs)
    assert made.properties["values"].contains_secret()
    assert text(mapping(made.properties, "status"), "status") == "deployed"


def test_a_provider_ends_when_its_engine_is_gone() -> None:
    """A shell plays the engine: it starts the provider and is killed once that has printed its port."""
    command = ["sh", "-c", f"{sys.executable} -m engine.offline aws $$ 127.0.0.1:1; true"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY) as engine:
        assert engine.stdout
        assert engine.stdout.readline().strip().isdigit(), "it had started and printed its port"
        engine.kill()
        # The provider holds the pipe open as long as it lives: this returns when it has ended, or the timeout fails it.
        assert engine.communicate(timeout=60)[0] == ""
