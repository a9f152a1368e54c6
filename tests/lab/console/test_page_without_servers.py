"""The console's page while servers are down, crashed or answer strangely."""

import pytest

from tests.lab.console import samples
from tests.lab.console.fakes import Fakes, endpoints
from tests.lab.console.test_page import box, page, words

NOWHERE = "http://127.0.0.1:9"


@pytest.mark.parametrize(
    ("server", "said"),
    [
        pytest.param("prometheus", "Prometheus does not answer at http://127.0.0.1:9", id="prometheus"),
        pytest.param("alertmanager", "Alertmanager does not answer at http://127.0.0.1:9", id="alertmanager"),
        pytest.param("inbox", "The inbox does not answer at http://127.0.0.1:9", id="inbox"),
        pytest.param("workload", "the workload does not answer", id="workload"),
    ],
)
def test_when_a_server_is_down_its_section_says_so_and_the_others_stay(fakes: Fakes, server: str, said: str) -> None:
    fakes.fire("SloOutage")
    fakes.measure("availability", 0.5)
    fakes.inbox.take("slack", "shop", samples.SLACK)
    endpoints(fakes, **{server: NOWHERE}).write(fakes.layout)
    found = words(page(fakes))
    assert said in found
    shown = {
        "prometheus": "error budget remaining: 50 %",
        "alertmanager": "goes to shop-critical-page",
        "inbox": "#cloudmart-alerts",
        "workload": "Fault none",
    }
    assert {name for name, text in shown.items() if text not in found} == {server}


def test_without_alertmanager_nothing_is_called_calm(fakes: Fakes) -> None:
    endpoints(fakes, alertmanager=NOWHERE).write(fakes.layout)
    fakes.measure("availability", 0.5)
    found = page(fakes)
    assert "Nothing fires" not in words(found)
    assert "Alerts unknown" in words(found)
    assert "? unknown" in words(box(found, "backend"))


@pytest.mark.parametrize(
    ("path", "answer", "said"),
    [
        ("/api/v2/alerts", "503", "Alertmanager answers 503"),
        ("/api/v2/alerts", "<html>", "Alertmanager does not return JSON"),
        ("/api/v2/alerts", '[{"fingerprint": "f"}]', "An answer that cannot be read (KeyError: 'status')"),
        ("/api/v1/query", '{"data": null}', "An answer that cannot be read (TypeError"),
        ("/notifications", '[{"id": "x"}]', "An answer that cannot be read (ValueError"),
        ("/effects", '[{"system": "UPPER"}]', "An answer that cannot be read (ValidationError"),
    ],
)
def test_a_strange_answer_is_reported_and_the_page_stays(fakes: Fakes, path: str, answer: str, said: str) -> None:
    fakes.broken[path] = answer
    assert said in words(page(fakes))


def test_while_the_lab_is_down_the_page_says_how_to_start_it(fakes: Fakes) -> None:
    fakes.layout.endpoints.unlink()
    found = words(page(fakes))
    assert "The local environment is down; `make up` starts it." in found
    assert "HighErrorRate" in found, "runbooks are there all the same"


def test_a_crashed_server_is_reported_with_how_to_start_it_again(fakes: Fakes) -> None:
    layout = fakes.layout
    layout.record("loki").parent.mkdir(parents=True)
    record = '{"pid": 4194303, "created": 1.0, "fingerprint": "", "run": {"name": "loki", "command": ["loki"]}}'
    layout.record("loki").write_text(record)
    event = '{"at": "2026-01-01T00:00:00Z", "server": "loki", "event": "crashed", "text": "loki ended\\nits log"}'
    layout.events.write_text(f'{event}\n{"[" * 100_000}\n{{"torn')
    found = words(page(fakes))
    assert "Servers loki crashed" in found
    assert "python -m lab restart loki" in found
    assert "2026-01-01T00:00:00Z loki ended" in found
