"""The engine as a service: what it takes from Alertmanager, and who may approve what."""

import asyncio
import re
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp import FormData, web
from aiohttp.test_utils import TestClient, TestServer

from model.catalog.catalog import Catalog
from model.catalog.teams import Organization
from model.vocabulary import Environment
from ops.remediation.intake import MOST_BYTES, Intake
from ops.remediation.metrics import Metrics
from ops.remediation.service import SIGN_ON_HEADER, Service, person_of
from tests.model.catalogs import good_organization
from tests.model.remediation.examples import alert
from tests.ops.remediation_world import Alerts, Restarts, World, firing, outcomes, shop
from tests.ops.test_remediation_intake import webhook

JSON = {"Content-Type": "application/json"}
ADA = {SIGN_ON_HEADER: "ada@example.com"}
Client = TestClient[web.Request, web.Application]


@dataclass
class Place:
    """A world whose engine is served, and what it did."""

    world: World
    service: Service
    restarts: Restarts

    @property
    def series(self) -> dict[str, float]:
        """Every sample that is not 0."""
        found = {}
        for metric in self.service.metrics.registry.collect():
            for one in metric.samples:
                words = ",".join(f"{key}={value}" for key, value in sorted(one.labels.items()) if key != "rule")
                found[f"{one.name.removeprefix('belfry_remediation_')}{{{words}}}"] = one.value
        return {name: value for name, value in found.items() if value}


def place(mode: str = "ask", header: str | None = SIGN_ON_HEADER, queue: Intake | None = None) -> Place:
    restarts = Restarts()
    found = firing(alert=alert(starts=time.time() - 20, severity="critical"))
    world = World(Alerts([found]), actors={"restart-pod": restarts}, mode=mode)
    catalog = Catalog.of(Organization.model_validate(good_organization()), [shop(mode)])
    metrics = Metrics(catalog, Environment.DEV)
    world.observer = metrics
    service = Service(
        engine=world.engine, metrics=metrics, person=person_of(header), queue=Intake() if queue is None else queue
    )
    return Place(world, service, restarts)


def visit(one: Place, use: Callable[[Client], Coroutine[Any, Any, None]]) -> None:
    async def run() -> None:
        made = web.Application()
        one.service.add_to(made)
        async with TestClient(TestServer(made)) as client:
            await use(client)

    asyncio.run(run())


async def form(client: Client, who: dict[str, str], answer: str = "approve") -> dict[str, str]:
    text = await (await client.get("/", headers=who)).text()
    hidden = dict(re.findall(r'name="(key|token)" value="([^"]+)"', text))
    return {**hidden, "answer": answer}


def test_a_notification_is_taken_once_and_what_is_none_is_refused() -> None:
    one = place(queue=Intake(most=1))

    async def use(client: Client) -> None:
        async def post(body: Any, headers: dict[str, str] = JSON) -> int:
            return (await client.post("/alertmanager", data=body, headers=headers)).status

        async def chunks() -> Any:
            for _ in range(MOST_BYTES // 1024 + 1):
                yield b" " * 1024

        assert [await post(webhook()), await post(webhook())] == [200, 200]
        # Alertmanager drops what is answered by 4xx, and tries again after 503.
        assert await post(webhook().replace(b'"f1"', b'"f2"')) == 503
        assert await post(webhook()[:100]) == 400
        assert await post(b" " * (MOST_BYTES + 1)) == 413
        assert await post(chunks()) == 413
        assert await post(webhook(), {"Content-Type": "text/plain"}) == 415
        assert (await client.get("/alertmanager")).status == 405

    visit(one, use)
    assert len(one.service.queue) == 1
    found = {name: value for name, value in one.series.items() if name.startswith("messages_total")}
    assert found == {
        "messages_total{outcome=new}": 1,
        "messages_total{outcome=known}": 1,
        "messages_total{outcome=busy}": 1,
        "messages_total{outcome=malformed}": 4,
    }


def test_a_body_that_is_cut_on_its_way_begins_nothing() -> None:
    one = place()

    async def use(client: Client) -> None:
        assert client.server.port is not None
        _, writer = await asyncio.open_connection("127.0.0.1", client.server.port)
        writer.write(b"POST /alertmanager HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n")
        writer.write(b"Content-Length: 9999\r\n\r\n" + webhook())
        await writer.drain()
        writer.close()
        await writer.wait_closed()
        assert (await client.get("/-/healthy")).status == 200

    visit(one, use)
    assert len(one.service.queue) == 0


def test_news_is_decided_at_once_without_waiting_for_the_next_look(monkeypatch: pytest.MonkeyPatch) -> None:
    one = place("act")
    monkeypatch.setattr("ops.remediation.service.INTERVAL", 3600)

    async def use(client: Client) -> None:
        work = asyncio.create_task(one.service.work())
        await client.post("/alertmanager", data=webhook(), headers=JSON)
        while not outcomes(one.world):
            await asyncio.sleep(0.01)
        work.cancel()

    visit(one, use)
    assert (outcomes(one.world), one.restarts.done) == ([("act", "acted")], ["restart"])


def test_only_the_form_that_a_person_was_shown_approves_and_only_once() -> None:
    one = place()

    async def use(client: Client) -> None:
        async def send(words: dict[str, str], who: dict[str, str] = ADA) -> int:
            return (await client.post("/answer", data=FormData(words), headers=who, allow_redirects=False)).status

        await one.service.step()
        words = await form(client, ADA)
        # A GET never approves: link previews of chats send it.
        assert (await client.get("/answer", params=words, headers=ADA)).status == 405
        assert await send({**words, "token": "0" * 64}) == 403
        assert await send({**words, "token": ""}) == 403
        assert await send(words, {SIGN_ON_HEADER: "eve@example.com"}) == 403  # the token of another person
        assert await send(words, {}) == 403  # past the sign-on
        assert await send({**words, "key": "f9@1"}) == 404
        assert (outcomes(one.world), one.restarts.done) == ([("ask", "waiting")], [])
        assert await send(words) == 303
        assert await send(words) == 409
        shown = await (await client.get("/", headers=ADA)).text()
        assert "Nothing waits for an approval" in shown
        assert "ada@example.com" in shown

    visit(one, use)
    [entry] = one.world.kept
    assert (entry.approved_by, entry.outcome, one.restarts.done) == ("ada@example.com", "acted", ["restart"])
    answers = {name: value for name, value in one.series.items() if name.startswith("answers")}
    assert answers == {
        "answers_total{answer=forged}": 4,
        "answers_total{answer=unknown}": 1,
        "answers_total{answer=approved}": 1,
        "answers_total{answer=repeated}": 1,
    }


def test_two_names_of_a_sign_on_are_nobodys() -> None:
    one = place()

    async def use(client: Client) -> None:
        twice = [(SIGN_ON_HEADER, "ada@example.com"), (SIGN_ON_HEADER, "eve@example.com")]
        answer = await client.get("/", headers=twice)
        assert (answer.status, "the sign-on in front of this page is missing" in await answer.text()) == (403, True)

    visit(one, use)


def test_a_late_answer_is_refused_and_counted_and_the_question_escalates(monkeypatch: pytest.MonkeyPatch) -> None:
    one = place()

    async def use(client: Client) -> None:
        await one.service.step()
        words = await form(client, ADA)
        later = time.time() + 601
        monkeypatch.setattr("ops.remediation.service.time.time", lambda: later)
        answer = await client.post("/answer", data=FormData(words), headers=ADA, allow_redirects=False)
        assert (answer.status, "later than 10 minutes" in await answer.text()) == (409, True)
        await one.service.step()
        assert "To approve" in await (await client.get("/", headers=ADA)).text()

    visit(one, use)
    assert (outcomes(one.world), one.restarts.done) == ([("ask", "expired")], [])
    series = one.series
    assert series["answers_total{answer=late}"] == 1
    assert series["endings_total{outcome=expired}"] == 1
    escalated = "alert_severity=critical,outcome=expired,target_component=api,target_system=shop,target_team=shop"
    assert series[f"escalated{{{escalated}}}"] == 1


def test_declining_needs_no_guard_rails_and_the_page_is_the_persons_alone() -> None:
    one = place(header=None)

    async def use(client: Client) -> None:
        await one.service.step()
        # Without a sign-on a header says nothing: anybody could send it.
        answer = await client.get("/", headers=ADA)
        text = await answer.text()
        assert "(user of this machine)" in text
        assert "ada@example.com" not in text
        assert "form-action 'self'" in answer.headers["Content-Security-Policy"]
        words = await form(client, {}, "decline")
        assert (await client.post("/answer", data=FormData(words), allow_redirects=False)).status == 303

    visit(one, use)
    assert (outcomes(one.world), one.restarts.done) == ([("ask", "declined")], [])
    assert one.world.kept[0].approved_by.endswith("(user of this machine)")


def test_the_engines_metrics_say_what_it_did() -> None:
    one = place("act")

    async def use(client: Client) -> None:
        await one.service.step()
        one.world.alerts.found = []
        await one.service.step()
        assert "belfry_remediation_verdicts_total" in await (await client.get("/metrics")).text()
        [entry] = await (await client.get("/verdicts")).json()
        assert (entry["verdict"], entry["outcome"]) == ("act", "healed")

    visit(one, use)
    series = one.series
    assert series["verdicts_total{reason=passed,verdict=act}"] == 1
    assert series["endings_total{outcome=healed}"] == 1
    assert (series["verdict_seconds_count{}"], series["verdict_seconds_bucket{le=30.0}"]) == (1, 1)
    assert series["healed_seconds_count{}"] == 1
    assert series["last_step_timestamp_seconds{}"] == pytest.approx(time.time(), abs=60)
    # An event that also makes its series would not count as an increase.
    names = {(one.name, one.labels.get("reason")) for m in one.service.metrics.registry.collect() for one in m.samples}
    assert ("belfry_remediation_verdicts_total", "component-budget") in names


def test_without_the_ledger_the_page_says_so_and_the_engine_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    one = place()

    async def use(client: Client) -> None:
        one.world.store.gone = True
        await one.service.step()
        for path in ("/", "/verdicts"):
            assert (await client.get(path, headers=ADA)).status == 503
        one.world.store.gone = False
        await one.service.step()
        assert (await client.get("/", headers=ADA)).status == 200

    visit(one, use)
    assert "the ledger does not answer" in capsys.readouterr().out
