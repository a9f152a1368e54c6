"""What is refused of an ingress: each mistake with its key, before anything is registered."""

from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from model.problems import BadInput
from stacks.ingress_settings import admitted_ranges
from stacks.inputs import ROOT
from stacks.settings import Settings
from tests.stacks.deployment import stack_config
from tests.stacks.foundation import ADOPTED, THEIR_STORAGE, settings
from tests.stacks.test_ingress import ARN, INGRESS, OFFICE, SIGN_ON, SUBNETS

THEIRS = {"cluster": ADOPTED, "storage": THEIR_STORAGE}


def load(stack: str, ingress: Mapping[str, Any], changes: Mapping[str, Any] | None = None) -> Settings:
    return settings(stack, {"ingress": dict(ingress), **(changes or {})})


@pytest.mark.parametrize(
    ("ingress", "message"),
    [
        pytest.param({**INGRESS, "zone": "example.org"}, "domain: found observability.example.com", id="another zone"),
        pytest.param(
            {**INGRESS, "zone": "ability.example.com"}, "allowed: ability.example.com, which", id="half a zone"
        ),
        pytest.param({"domain": "o.example.com"}, "certificate: found make without a zone", id="no zone"),
        pytest.param({**INGRESS, "domain": "Example.com"}, "domain: found 'Example.com'", id="upper case"),
        pytest.param({**INGRESS, "domain": "localhost"}, "domain: found 'localhost'", id="no domain"),
        pytest.param({**INGRESS, "domain": "a" * 55 + ".example.com"}, "domain: found", id="too long to certify"),
        pytest.param({"zone": "example.com"}, "ingress.domain: missing", id="no name"),
        pytest.param({**INGRESS, "certificate": "mine"}, "certificate: found 'mine'", id="no ARN"),
        pytest.param(
            {**INGRESS, "certificate": ARN.replace("eu-central-1", "us-east-1")},
            "certificate: found a certificate in us-east-1; allowed: one in eu-central-1",
            id="a certificate of another region",
        ),
        pytest.param({**INGRESS, "scheme": "public"}, "scheme: found 'public'", id="scheme"),
        pytest.param({**INGRESS, "cidrs": ["10.0.0.1/8"]}, "cidrs.0.: found '10.0.0.1/8': .*host bits", id="host bits"),
        pytest.param({**INGRESS, "cidrs": ["office"]}, "cidrs.0.: found 'office'", id="no range"),
        pytest.param(
            {"domain": "o.example.com", "certificate": ARN, "programs": ["grafana", "prometheus", "jaeger"]},
            "(?s)found jaeger, which has no login.*found prometheus, which has no login; allowed: sign_on",
            id="no login",
        ),
        pytest.param(
            {**INGRESS, "programs": ["grafana", "kibana"]},
            "found kibana, and there is no Elasticsearch",
            id="no Kibana",
        ),
        pytest.param({**INGRESS, "programs": ["loki"]}, "programs.0.: found 'loki'", id="no page"),
        pytest.param({**INGRESS, "controller": "theirs"}, "controller: found theirs", id="nobody's controller"),
        pytest.param({**INGRESS, "subnets": SUBNETS}, "subnets: found subnets", id="subnets of somebody"),
        pytest.param({**INGRESS, "sign_on": {}}, "ingress.sign_on.issuer: missing", id="half a sign-on"),
        pytest.param(
            {**INGRESS, "sign_on": {**SIGN_ON, "client_secret": "x"}}, "client_secret: unknown key", id="plain"
        ),
        pytest.param(
            {**INGRESS, "sign_on": {**SIGN_ON, "issuer": "http://id"}}, "issuer: found 'http://id'", id="http"
        ),
        pytest.param({**INGRESS, "sign_on": {**SIGN_ON, "scopes": ["email"]}}, "scopes without openid", id="nobody"),
        pytest.param({**INGRESS, "cidrs": []}, "cidrs: found", id="nobody is let in"),
        pytest.param({**INGRESS, "programs": []}, "programs: found", id="nothing is shown"),
        pytest.param("yes", "belfry:ingress: found 'yes'", id="no mapping"),
    ],
)
def test_a_mistake_is_named_with_its_key(ingress: Any, message: str) -> None:
    with pytest.raises(BadInput, match=message) as refused:
        settings("dev", {"ingress": ingress, "links": {"runbooks": "https://runbooks.example.com"}})
    # That links follow from an ingress which is wrong is no second mistake.
    assert "links" not in str(refused.value)


@pytest.mark.parametrize(
    ("ingress", "cluster", "message"),
    [
        pytest.param({"subnets": SUBNETS}, {}, "controller: missing for a cluster that exists", id="unstated"),
        pytest.param(
            {"subnets": SUBNETS, "controller": "ours"},
            {},
            "found ours, but workloads have no AWS permissions",
            id="no rights",
        ),
        pytest.param({"controller": "theirs"}, {}, "subnets: found 0 for a cluster that exists", id="no subnets"),
        pytest.param(
            {"controller": "ours", "subnets": {"subnet-0a1": "10.1.0.0/27"}},
            {"identity": "pod-identity"},
            "subnets: found 1",
            id="one zone",
        ),
        pytest.param({"controller": "theirs", "subnets": {"a": "10.1.0.0/27"}}, {}, "subnets", id="no id of a subnet"),
    ],
)
def test_an_adopted_cluster_says_whose_controller_and_which_subnets(
    ingress: dict[str, Any], cluster: dict[str, Any], message: str
) -> None:
    with pytest.raises(BadInput, match=message):
        load("dev", {**INGRESS, **ingress}, {**THEIRS, "cluster": {**ADOPTED, **cluster}})


def test_the_certificate_is_of_the_account_that_the_file_names() -> None:
    ingress = {**INGRESS, "certificate": ARN}
    assert load("dev", ingress, {"account": "123456789012"}).ingress
    with pytest.raises(BadInput, match="found a certificate of account 123456789012; allowed: one of 210987654321"):
        load("dev", ingress, {"account": "210987654321"})


def test_links_that_the_file_states_stay() -> None:
    stated = {"runbooks": "https://runbooks.example.com", "grafana": "https://grafana.company.example"}
    links = load("dev", INGRESS, {"links": stated}).links
    assert (links.grafana, links.alertmanager) == (stated["grafana"], "https://alertmanager.observability.example.com")
    hidden = load("dev", {**INGRESS, "sign_on": None}, {"links": {"runbooks": stated["runbooks"]}}).links
    assert (hidden.grafana, hidden.prometheus) == ("https://grafana.observability.example.com", None)
    with pytest.raises(BadInput, match=r"links\.grafana: missing"):
        settings("dev", {"ingress": None, "links": {"runbooks": stated["runbooks"]}})
    with pytest.raises(BadInput, match="belfry:links: found 'x'"):
        load("dev", INGRESS, {"links": "x"})


def test_an_empty_ingress_is_none_as_pulumi_hands_an_absent_one() -> None:
    described = yaml.safe_load((ROOT / "Pulumi.yaml").read_text())["config"]
    given = {"ingress": described["belfry:ingress"]["default"]}
    assert settings("dev", given) == settings("dev")


def test_the_issuer_is_taken_as_the_provider_writes_it() -> None:
    found = load("dev", {**INGRESS, "sign_on": {**SIGN_ON, "issuer": "https://acme.example.com/"}}).ingress
    assert found
    assert found.sign_on
    assert found.sign_on.issuer == "https://acme.example.com/"
    assert found.sign_on.url("/token") == "https://acme.example.com/token"


@pytest.mark.parametrize(
    ("ingress", "cluster", "ranges"),
    [
        pytest.param({}, {"peer_cidrs": {"vpn": "10.99.0.0/16"}}, ("10.64.0.0/16", "10.99.0.0/16"), id="with peers"),
        pytest.param({"scheme": "internet-facing"}, {}, ("0.0.0.0/0",), id="everybody"),
        pytest.param({"cidrs": [OFFICE, "10.0.0.0/8"]}, {}, ("10.0.0.0/8", OFFICE), id="stated"),
    ],
)
def test_who_reaches_it(ingress: dict[str, Any], cluster: dict[str, Any], ranges: tuple[str, ...]) -> None:
    found = load("dev", {**INGRESS, **ingress}, {"cluster": {**stack_config("dev")["belfry:cluster"], **cluster}})
    assert found.ingress
    assert admitted_ranges(found, found.ingress) == ranges


def test_of_an_adopted_cluster_private_addresses_reach_it() -> None:
    found = load("dev", {**INGRESS, "controller": "theirs", "subnets": SUBNETS}, THEIRS)
    assert found.ingress
    assert set(admitted_ranges(found, found.ingress)) == {
        "10.0.0.0/8",
        "100.64.0.0/10",
        "172.16.0.0/12",
        "192.168.0.0/16",
    }
