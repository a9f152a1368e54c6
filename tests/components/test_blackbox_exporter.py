"""The exporter that asks on behalf of Prometheus."""

from components.blackbox_exporter import modules, values
from components.chart import check_values, pinned_chart
from model import names
from model.vocabulary import ProbeKind


def test_every_kind_of_probe_has_a_module_of_its_name() -> None:
    assert set(modules()) == {str(kind) for kind in ProbeKind}


def test_a_tls_probe_shakes_hands_so_that_the_certificate_is_seen() -> None:
    assert modules()["tls"]["tcp"]["tls"] is True
    assert "tls" not in modules()["tcp"]["tcp"]


def test_the_service_has_the_name_and_port_that_probes_ask() -> None:
    assert pinned_chart("prometheus-blackbox-exporter").release == names.BLACKBOX_EXPORTER
    assert values(2)["service"]["port"] == names.BLACKBOX_EXPORTER_PORT


def test_the_chart_accepts_every_value() -> None:
    assert check_values("prometheus-blackbox-exporter", values(1)) == []
