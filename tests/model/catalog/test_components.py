import pytest
from pydantic import ValidationError

from model.catalog.components import Component
from model.catalog.system import System
from tests.model.catalogs import REMOVED, Document, Key, changed, good_system
from tests.model.refusals import refusal


def test_a_component_of_four_lines_is_complete() -> None:
    component = Component.model_validate({"name": "job", "kind": "worker", "title": "Job", "description": "It works."})
    assert (component.owner, component.namespace, component.depends_on, component.objectives) == (None, None, (), ())
    assert component.load.requests_per_second == 0


def test_a_component_cannot_be_changed_after_it_was_read() -> None:
    system = System.model_validate(good_system())
    with pytest.raises(ValidationError, match="frozen"):
        setattr(system.components[0], "name", "other")  # noqa: B010 (mypy refuses the plain form already)


def test_blanks_around_a_text_are_not_part_of_it() -> None:
    assert System.model_validate(changed(good_system(), ("title",), " Shop\n")).title == "Shop"


def test_logs_go_to_loki_unless_the_system_says_otherwise() -> None:
    assert System.model_validate(changed(good_system(), ("logs",), REMOVED)).logs.destinations == ("loki",)


@pytest.mark.parametrize("name", ["a", "a-1", "orders2", "a" * 40])
def test_a_name_that_kubernetes_takes_is_taken(name: str) -> None:
    assert System.model_validate(changed(good_system(), ("components", 0, "name"), name)).components[0].name == name


@pytest.mark.parametrize("name", ["", "A", "1a", "a_b", "a--b", "-a", "a-", "a" * 41, "ä"])
def test_a_name_that_kubernetes_would_refuse_is_refused(name: str) -> None:
    message = refusal(System, changed(good_system(), ("components", 0, "name"), name))
    assert message.startswith(f"components[0].name: found {name!r}")


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        pytest.param(("components",), [], "components: found []", id="a system without components"),
        pytest.param(("components",), "api", "components: found 'api'", id="a word instead of a list"),
        pytest.param(("owner",), REMOVED, "owner: missing", id="no owner"),
        pytest.param(
            ("anomalies",),
            {"severity": "critical"},
            "anomalies: found severity critical; allowed: info, warning",
            id="a difference that pages",
        ),
        pytest.param(("tracing",), REMOVED, "tracing: missing", id="no tracing"),
        pytest.param(
            ("tracing", "sample_percent"), 101, "tracing.sample_percent: found 101", id="more than all traces"
        ),
        pytest.param(("logs", "destinations"), [], "logs.destinations: found []", id="logs that go nowhere"),
        pytest.param(
            ("logs", "destinations", 0), "splunk", "logs.destinations[0]: found 'splunk'", id="an unknown store"
        ),
        pytest.param(("components", 0, "kind"), "service", "components[0].kind: found 'service'", id="an unknown kind"),
        pytest.param(("components", 0, "color"), "red", "components[0].color: unknown key", id="an unknown key"),
        pytest.param(
            ("components", 0, "health", 0, "path"),
            "ready",
            "components[0].health[0].path: found 'ready'",
            id="no slash",
        ),
        pytest.param(
            ("components", 0, "health", 0, "port"), 0, "components[0].health[0].port: found 0", id="a port of zero"
        ),
        pytest.param(
            ("components", 0, "health", 0, "kind"),
            "up",
            "components[0].health[0].kind: found 'up'",
            id="unknown health",
        ),
        pytest.param(
            ("components", 0, "probes", 0, "kind"),
            "ping",
            "components[0].probes[0].kind: found 'ping'",
            id="a bad probe",
        ),
        pytest.param(
            ("components", 0, "load", "series"), -1, "components[0].load.series: found -1", id="fewer series than none"
        ),
        pytest.param(
            ("components", 0, "rate_limits", 0, "requests_per_minute"),
            0,
            "components[0].rate_limits[0].requests_per_minute: found 0",
            id="a limit that lets nothing through",
        ),
        pytest.param(
            ("components", 0, "rate_limits", 0, "route"),
            "login",
            "components[0].rate_limits[0].route: found 'login'",
            id="a route without slash",
        ),
    ],
)
def test_a_broken_system_is_refused(key: Key, value: object, message: str) -> None:
    assert refusal(System, changed(good_system(), key, value)).startswith(message)


@pytest.mark.parametrize("document", ["shop", ["shop"], 5], ids=["a word", "a list", "a number"])
def test_a_file_that_is_no_mapping_is_refused(document: Document) -> None:
    assert refusal(System, document).startswith(f"found {document!r}; allowed: input should be a valid dictionary")


OBJECTIVE = {"name": "up", "target": 99, "sli": {"kind": "probe", "probe": "p"}, "reason": "So."}


@pytest.mark.parametrize(
    ("telemetry", "objectives", "seconds"),
    [
        ({}, [], 60),
        ({"push_interval": "10s"}, [], 10),
        ({"scrape": {}}, [], 30),
        ({"scrape": {}}, [OBJECTIVE], 15),
    ],
)
def test_samples_come_as_often_as_they_are_pushed_or_scraped(
    telemetry: Document, objectives: list[Document], seconds: int
) -> None:
    document = {"name": "job", "kind": "worker", "title": "Job", "description": "It works."}
    component = Component.model_validate({**document, "telemetry": telemetry, "objectives": objectives})
    assert component.export_interval == seconds


def test_a_component_that_one_of_our_own_programs_stands_for_has_no_health_endpoint() -> None:
    document = {
        "name": "posture",
        "kind": "worker",
        "title": "Posture",
        "description": "Numbers.",
        "telemetry": {"scrape": {"program": "security-posture"}},
    }
    assert Component.model_validate(document).program == "security-posture"
    assert Component.model_validate({**document, "telemetry": {}}).program is None
    with pytest.raises(ValidationError, match="found health of the program security-posture; allowed: none"):
        Component.model_validate({**document, "health": [{"kind": "live", "path": "/health"}]})
