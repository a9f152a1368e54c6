"""Probe objects: what is asked, and the labels by which objectives find the answer."""

from components.blackbox_exporter import modules, values
from components.chart import pinned_chart
from components.probes import Probes, ProbesArgs, ProbeTarget
from model import names
from model.quantities import Duration
from model.vocabulary import ProbeKind
from tests.synth import synth

TARGET = ProbeTarget(
    system="shop",
    component="api",
    probe="front-door",
    kind=ProbeKind.TLS,
    group="tls",
    target="shop.example.com:443",
    interval=Duration("30s"),
)


def test_a_probe_asks_its_target_by_the_module_of_its_kind_and_carries_the_labels_of_objectives() -> None:
    result = synth(lambda: Probes("probes", ProbesArgs(namespace="monitoring", targets=[TARGET])))
    probe = result.only("kubernetes:monitoring.coreos.com/v1:Probe")
    spec = probe.inputs["spec"]
    assert probe.name == "probes-shop-api-front-door"
    assert (spec["module"], spec["interval"]) == ("tls", "30s")
    assert spec["prober"]["url"] == "prometheus-blackbox-exporter.monitoring.svc:9115"
    assert spec["targets"]["staticConfig"] == {
        "static": ["shop.example.com:443"],
        "labels": {"system": "shop", "component": "api", "probe": "front-door", "probe_kind": "tls"},
    }


def test_each_question_is_an_object_of_its_own() -> None:
    other = ProbeTarget(
        system="shop",
        component="api",
        probe="ready",
        kind=ProbeKind.HTTP,
        group="health",
        target="http://api.shop.svc:8080/health/ready",
        interval=Duration("15s"),
    )
    result = synth(lambda: Probes("probes", ProbesArgs(namespace="monitoring", targets=[TARGET, other])))
    assert set(result.of("kubernetes:monitoring.coreos.com/v1:Probe")) == {
        "probes-shop-api-front-door",
        "probes-shop-api-ready",
    }


def test_every_kind_of_probe_has_a_module_of_its_name() -> None:
    assert set(modules()) == {str(kind) for kind in ProbeKind}


def test_a_tls_probe_shakes_hands_so_that_the_certificate_is_seen() -> None:
    assert modules()["tls"]["tcp"]["tls"] is True
    assert "tls" not in modules()["tcp"]["tcp"]


def test_the_service_has_the_name_and_port_that_probes_ask() -> None:
    assert pinned_chart("prometheus-blackbox-exporter").release == names.BLACKBOX_EXPORTER
    assert values(2)["service"]["port"] == names.BLACKBOX_EXPORTER_PORT
