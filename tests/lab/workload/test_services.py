"""Services of the demo workload: they call each other, tell of it, and break as an effect says."""

import asyncio
import re
from pathlib import Path

import aiohttp
import pytest

from authoring.rules.log_rules import SIGNATURES
from lab.servers import targets
from lab.workload.effects import Effect
from tests.lab.workload.running import Running, until, with_running

SHOP, RECIPES, HUB = "cloudmart", "alchemorsel", "bakhmach"
AUTH_EVENTS = "alchemorsel_auth_events"


def test_one_visit_is_one_trace_through_every_hop_with_one_correlation_id(tmp_path: Path) -> None:
    async def visit(running: Running) -> None:
        await running.visitors.visit()
        await until(lambda: any(part == "frontend" and name.startswith("view") for part, name, _ in running.spans()))
        spans = running.spans()

        assert {part for part, _, _ in spans} >= {"frontend", "haproxy", "nginx", "api"}
        assert len({trace for _, _, trace in spans}) == 1
        (record,) = running.records("api")
        (access,) = running.lines("nginx")
        assert record["trace_id"] == spans[0][2]
        assert len(record["correlation_id"]) == len(record["request_id"]) == 16
        assert {"timestamp", "level", "service", "message", "user", "action", "duration_ms"} <= set(record)
        assert re.search(r'"(GET|POST) /api/\S+ HTTP/1.1" \d{3} .* request_id=[0-9a-f]{16} request_time=', access)

    with_running(tmp_path, RECIPES, visit)


def test_errors_are_answers_lines_and_series_and_the_caller_passes_them_on(tmp_path: Path) -> None:
    async def fail(running: Running) -> None:
        running.runtime.change([Effect(system=SHOP, component="backend", errors=1)])
        status, _ = await running.get("load-balancer", "/api/products")

        assert status == 500
        (record,) = running.records("backend")
        assert (record["level"], record["error_code"]) == ("ERROR", "HTTP_500")
        ((labels, count),) = running.points("backend", "http_server_request_duration_seconds")
        assert (labels["http_response_status_code"], labels["http_route"], count) == ("500", "/api/products", 1)

    with_running(tmp_path, SHOP, fail)


def test_a_part_that_is_down_refuses_connections_and_comes_back_at_the_same_address(tmp_path: Path) -> None:
    async def fall(running: Running) -> None:
        key = running.key("backend")
        before = running.runtime.addresses[key]
        running.runtime.change([Effect(system=SHOP, component="backend", down=True)])
        await until(lambda: running.workload.listeners[key]._runner is None)

        assert (await running.get("load-balancer", "/health"))[0] == 502
        with pytest.raises(aiohttp.ClientConnectionError):
            await running.get("backend", "/health")

        running.runtime.change([])
        await until(lambda: running.workload.listeners[key]._runner is not None)
        await asyncio.sleep(0.1)
        assert running.runtime.addresses[key] == before
        assert (await running.get("load-balancer", "/health"))[0] == 200

    with_running(tmp_path, SHOP, fall)


def test_a_part_whose_port_was_taken_meanwhile_moves_and_is_probed_there(tmp_path: Path) -> None:
    async def move(running: Running) -> None:
        key = running.key("backend")
        listener = running.workload.listeners[key]
        probe = targets.probe_file(running.layout.targets, "cloudmart-backend-ready")
        running.runtime.change([Effect(system=SHOP, component="backend", down=True)])
        await until(lambda: listener._runner is None)
        taker = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", listener.port)
        before = listener.port

        running.runtime.change([])
        await until(lambda: listener.port != before)

        assert f"127.0.0.1:{listener.port}/health/ready" in probe.read_text()
        taker.close()

    with_running(tmp_path, SHOP, move)


def test_a_service_is_not_ready_but_alive_while_its_database_is_down(tmp_path: Path) -> None:
    async def ask(running: Running) -> None:
        running.runtime.change([Effect(system=HUB, component="postgres", down=True)])

        assert (await running.get("backend", "/health/ready"))[0] == 503
        assert (await running.get("backend", "/health/live"))[0] == 200
        assert (await running.get("backend", "/api/reports", "POST"))[0] == 502
        assert running.records("backend")[-1]["message"].endswith("postgres does not answer")

    with_running(tmp_path, HUB, ask)


def test_what_the_cache_has_not_is_read_from_the_database(tmp_path: Path) -> None:
    async def ask(running: Running) -> None:
        async def queries(share: float) -> int:
            running.runtime.change([Effect(system=HUB, component="cache", cache_hits=share)])
            before = running.runtime.store(running.part("postgres")).calls["done"]
            for number in range(5):
                await running.get("backend", f"/api/accounts/{number}")
            return running.runtime.store(running.part("postgres")).calls["done"] - before

        assert await queries(1) == 0
        assert await queries(0) == 5
        page = (await running.get("backend", "/metrics"))[1]
        assert 'cache_lookups_total{cache="cache",result="hit"} 5.0' in page
        assert 'cache_lookups_total{cache="cache",result="miss"} 5.0' in page

    with_running(tmp_path, HUB, ask)


def test_scraped_series_have_the_classic_names_and_an_exemplar_of_the_request(tmp_path: Path) -> None:
    async def scrape(running: Running) -> None:
        await running.get("backend", "/api/payments", "POST")
        page = (await running.get("backend", "/metrics"))[1]

        assert 'http_requests_total{method="POST",route="/api/payments",status="200"} 1.0' in page
        (record,) = running.records("backend")
        assert f'trace_id="{record["trace_id"]}"' in page
        assert "_created" not in page

    with_running(tmp_path, HUB, scrape)


def test_a_bucket_ends_at_every_threshold_of_an_objective(tmp_path: Path) -> None:
    async def scrape(running: Running) -> None:
        await running.get("asset-service", "/api/assets")
        page = (await running.get("asset-service", "/metrics"))[1]

        assert 'http_request_duration_seconds_bucket{le="0.2"' in page

    with_running(tmp_path, "order-processor", scrape)


def test_reading_and_writing_the_same_path_are_two_routes(tmp_path: Path) -> None:
    async def ask(running: Running) -> None:
        running.runtime.change([Effect(system=HUB, component="queue", consumers_stopped=True)])
        await running.get("backend", "/api/reports")
        await running.get("backend", "/api/reports", "POST")

        assert [record["action"] for record in running.records("backend")] == ["read-reports", "order-report"]
        assert len(running.runtime.queue(running.part("queue")).waiting) == 1

    with_running(tmp_path, HUB, ask)


def test_a_slow_store_makes_its_callers_slow(tmp_path: Path) -> None:
    async def ask(running: Running) -> None:
        running.runtime.change([Effect(system=HUB, component="postgres", slower=50)])
        await running.get("backend", "/api/payments", "POST")

        assert running.runtime.store(running.part("postgres")).seconds > 0.05

    with_running(tmp_path, HUB, ask)


def test_many_wrong_passwords_are_refused_logged_with_the_account_and_counted(tmp_path: Path) -> None:
    async def force(running: Running) -> None:
        running.runtime.change([Effect(system=RECIPES, component="haproxy", login_failures=100)])
        await until(lambda: len(running.lines("api")) > 20 and running.lines("haproxy") != [])
        running.runtime.change([])

        records = running.records("api")
        assert {record["user"] for record in records} == {"user-1"}
        assert {record["action"] for record in records} == {"login"}
        assert {record["level"] for record in records} == {"WARN"}
        # Its own rate limit of five a minute takes over.
        assert {record["error_code"] for record in records} == {"HTTP_401", "HTTP_429"}
        assert any(labels == {"type": "login", "status": "failure"} for labels, _ in running.points("api", AUTH_EVENTS))
        assert running.lines("haproxy")[0].startswith("203.0.113.66 - - [")

    with_running(tmp_path, RECIPES, force)


@pytest.mark.parametrize(
    ("field", "signature"),
    [("sql_injections", SIGNATURES[0]), ("script_injections", SIGNATURES[1])],
    ids=["sql", "script"],
)
def test_an_attack_is_a_line_with_the_signature_that_the_rules_look_for(
    tmp_path: Path, field: str, signature: tuple[str, str, str]
) -> None:
    async def inject(running: Running) -> None:
        running.runtime.change([Effect.model_validate({"system": SHOP, "component": "backend", field: 20})])
        await until(lambda: running.lines("backend") != [])
        running.runtime.change([])

        assert re.search(signature[1], running.lines("backend")[0])
        assert running.records("backend")[0]["error_code"] == "HTTP_400"
        ((labels, count),) = running.points("backend", "cloudmart_security_events")
        assert (labels, count > 0) == ({"type": "injection"}, True)

    with_running(tmp_path, SHOP, inject)


def test_a_queue_whose_consumers_stop_grows_and_is_emptied_afterwards(tmp_path: Path) -> None:
    async def stop(running: Running) -> None:
        queue = running.runtime.queue(running.part("queue"))
        running.runtime.change([Effect(system=HUB, component="queue", consumers_stopped=True)])
        for _ in range(6):
            await running.get("backend", "/api/reports", "POST")
        assert len(queue.waiting) == 6
        assert queue.oldest() > 0

        running.runtime.change([])
        await until(lambda: not queue.waiting and queue.lately(queue.taken) == 6)
        await until(lambda: any(name == "process queue" for _, name, _ in running.spans()))
        # The work belongs to the trace of the request that asked for it.
        assert {trace for _, name, trace in running.spans() if name == "process queue"} <= {
            trace for _, name, trace in running.spans() if name == "POST /api/reports"
        }

    with_running(tmp_path, HUB, stop)


def test_a_dear_model_costs_the_factor_more(tmp_path: Path) -> None:
    async def ask(running: Running) -> None:
        running.runtime.change([Effect(system=SHOP, component="ai-service", cost=1000, slower=0.01)])
        await running.get("ai-service", "/api/internal")

        ((labels, dollars),) = running.points("ai-service", "ai_cost_usd")
        assert set(labels) == {"gen_ai_provider_name", "gen_ai_request_model"}
        assert dollars > 0.1

    with_running(tmp_path, SHOP, ask)


def test_when_one_provider_is_away_the_other_answers_and_the_failure_is_measured(tmp_path: Path) -> None:
    async def ask(running: Running) -> None:
        running.runtime.change(
            [
                Effect(system=SHOP, component="openai-api", down=True),
                Effect(system=SHOP, component="ai-service", slower=0.01),
            ]
        )
        for _ in range(5):
            assert (await running.get("ai-service", "/api/internal"))[0] == 200

        calls = running.points("ai-service", "gen_ai_client_operation_duration_seconds")
        assert {labels["gen_ai_provider_name"] for labels, _ in calls if "error_type" in labels} == {"openai"}

    with_running(tmp_path, SHOP, ask)
