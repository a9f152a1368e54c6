"""The console in a real browser: on a phone, by keyboard, for a screen reader, and as things change."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from lab.console.browser import find_browser
from tests.lab.console import samples
from tests.lab.console.fakes import Fakes

PHONE, DESKTOP = 360, 1440
BLOCKED = "Blocked script execution in"
Scheme = Literal["light", "dark"]
# Every rule of WCAG 2.2 to level AA, and axe's best practices (headings, landmarks).
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
AXE = files("axe_playwright_python").joinpath("axe.min.js")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=find_browser())
        yield found
        found.close()


@dataclass
class Visit:
    """Somebody's look at the page; ``errors``: what the browser complained about meanwhile."""

    browser: Browser
    fakes: Fakes
    errors: list[str] = field(default_factory=list)

    def open(self, width: int = DESKTOP, scheme: Scheme = "light", *, scripts: bool = True) -> Page:
        page = self.browser.new_page(
            viewport={"width": width, "height": 800}, color_scheme=scheme, java_script_enabled=scripts
        )
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda said: self._hear(said.type, said.text))
        page.on("request", lambda asked: self._check(asked.url))
        # So that `later` can have time pass; it passes by itself too, and axe would hang without.
        page.clock.install()
        page.goto(self.fakes.console)
        return page

    def _hear(self, kind: str, said: str) -> None:
        # The test's own clock is a script that a mail's frame may not run either.
        if kind in ("error", "warning") and not said.startswith(f"{BLOCKED} '{self.fakes.console}/mail/"):
            self.errors.append(said)

    def _check(self, url: str) -> None:
        if not url.startswith(self.fakes.console):
            self.errors.append(f"asks elsewhere: {url}")


@pytest.fixture
def visit(browser: Browser, fakes: Fakes) -> Iterator[Visit]:
    """A page full of everything; the browser must have had no complaint in the end."""
    full(fakes)
    found = Visit(browser, fakes)
    yield found
    for context in browser.contexts:
        context.close()
    assert found.errors == []


def full(fakes: Fakes) -> None:
    fakes.fire("Watchdog", "none")
    fakes.fire("SloOutage", annotations={"runbook_url": samples.RUNBOOK, "dashboard_url": samples.BOARD})
    fakes.fire("QueueGrowing", "warning", labels={"component": "orders"})
    fakes.fire("LongName" * 12, "info", annotations={"summary": "A-long-word-without-a-gap-" * 8})
    fakes.fire("LogErrorBurst", "warning", status={"inhibitedBy": ["1"]})
    fakes.measure("availability", 0.4, burn=30)
    fakes.measure("availability", -0.3, component="frontend")
    fakes.measure("latency-p95", 0.99, component="ai-service")
    fakes.effects = [{"system": "cloudmart", "component": "backend", "down": True}]
    fakes.inbox.take("webhook", "dead-mans-switch", samples.WATCHDOG)
    for _ in range(6):
        fakes.inbox.take("pagerduty", "cloudmart-critical-page", samples.PAGERDUTY)
    fakes.inbox.take("slack", "cloudmart-critical", samples.SLACK)
    fakes.inbox.take("email", "cloudmart-team-lead", samples.MAIL)
    fakes.inbox.take("sns", "cloudmart-topic", {"Message": "m" * 200})


def later(page: Page, seconds: int = 6) -> None:
    """Let time pass: more than there is between two updates."""
    page.clock.run_for(1000 * seconds)


def open_all(page: Page) -> None:
    page.evaluate("for (const part of document.querySelectorAll('details')) part.open = true")


def violations(page: Page) -> list[tuple[str, list[str]]]:
    """What axe has against the page: rule, and the elements that break it. Mails are their senders' business."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    options = {"runOnly": RULES, "resultTypes": ["violations"], "iframes": False}
    found = page.evaluate("options => axe.run(options)", options)["violations"]
    return [(each["id"], [node["html"][:200] for node in each["nodes"]]) for each in found]


@pytest.mark.parametrize(("width", "scheme"), [(PHONE, "dark"), (DESKTOP, "light")])
def test_axe_finds_nothing_against_the_page(visit: Visit, width: int, scheme: Scheme) -> None:
    page = visit.open(width, scheme)
    open_all(page)
    assert violations(page) == []


def test_axe_finds_nothing_against_a_runbook(visit: Visit) -> None:
    page = visit.open(PHONE)
    page.goto(f"{visit.fakes.console}/docs/runbooks/SloOutage.md")
    assert violations(page) == []


@pytest.mark.parametrize("width", [320, PHONE, 768, DESKTOP])
def test_nothing_is_wider_than_the_screen(visit: Visit, width: int) -> None:
    page = visit.open(width)
    open_all(page)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    page.goto(f"{visit.fakes.console}/docs/runbooks/SloOutage.md")
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_the_keyboard_reaches_every_link_in_the_order_of_the_page(visit: Visit) -> None:
    page = visit.open()
    reachable = "a[href], button, summary, [tabindex='0']"
    # What lies in a closed part is not shown, and not reached.
    count = page.evaluate(
        """selector => (window.stops = [...document.querySelectorAll(selector)].filter(each => each.checkVisibility()))
            .length""",
        reachable,
    )
    reached = []
    for _ in range(count):
        page.keyboard.press("Tab")
        # The frame of a mail is a stop of its own.
        if page.evaluate("document.activeElement.nodeName") == "IFRAME":
            page.keyboard.press("Tab")
        reached.append(page.evaluate("stops.indexOf(document.activeElement)"))
    assert count > 30
    assert reached == list(range(count))


def test_the_first_key_leads_past_the_navigation(visit: Visit) -> None:
    page = visit.open()
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to the content")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_focus_can_be_seen(visit: Visit) -> None:
    page = visit.open()
    link = page.get_by_role("link", name="Inbox", exact=True)
    page.keyboard.press("Tab")
    while not link.evaluate("link => link === document.activeElement"):
        page.keyboard.press("Tab")
    assert link.evaluate("link => getComputedStyle(link).outlineStyle") == "solid"


def test_a_new_alert_and_its_page_appear_by_themselves_and_are_announced(visit: Visit) -> None:
    page = visit.open()
    page.evaluate("window.sameDocument = true")
    visit.fakes.fire("DatabaseDown", labels={"component": "products"})
    visit.fakes.inbox.take("pagerduty", "cloudmart-night-page", samples.PAGERDUTY)
    later(page)
    expect(page.locator("#inbox")).to_contain_text("cloudmart-night-page")
    expect(page.locator("#alerts ol").first).to_contain_text("DatabaseDown of the backend")
    said = page.get_by_role("status")
    expect(said).to_contain_text("New: critical alert DatabaseDown of cloudmart products.")
    expect(said).to_contain_text(f"PagerDuty for cloudmart-night-page: {samples.SUMMARY}.")
    assert said.get_attribute("aria-live") == "polite"
    assert page.evaluate("window.sameDocument"), "without a reload"


def test_what_the_reader_does_outlives_an_update(visit: Visit) -> None:
    page = visit.open()
    opened = page.locator("#raw-7")
    opened.locator("summary").focus()
    page.keyboard.press("Enter")
    page.locator("#mail-9 summary").click()  # was open
    page.locator("#raw-7 summary").focus()
    page.evaluate("window.scrollTo(0, 400)")
    visit.fakes.inbox.take("slack", "cloudmart-next", samples.SLACK)
    later(page)
    expect(page.locator("#inbox")).to_contain_text("cloudmart-next")
    assert opened.evaluate("part => part.open")
    assert not page.locator("#mail-9").evaluate("part => part.open")
    expect(page.locator("#raw-7 summary")).to_be_focused()


def test_a_resolved_alert_goes_away_and_the_order_is_that_of_the_server(visit: Visit) -> None:
    page = visit.open()
    visit.fakes.alerts = [each for each in visit.fakes.alerts if each["labels"]["alertname"] != "SloOutage"]
    visit.fakes.fire("FirstNow", "critical")
    later(page)
    names = page.locator("#alerts > ol > li code")
    expect(names.first).to_have_text("FirstNow")
    assert names.all_inner_texts() == ["FirstNow", "QueueGrowing", "LongName" * 12]


def test_updates_can_be_paused(visit: Visit) -> None:
    page = visit.open()
    clock = page.locator(".clock time")
    page.get_by_role("button", name="Pause").click()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    shown = clock.inner_text()
    later(page, 60)
    assert (asked, clock.inner_text()) == ([], shown)
    page.get_by_role("button", name="Pause").click()
    expect(clock).not_to_have_text(shown)


def test_when_the_console_stops_the_page_says_that_it_is_old(browser: Browser, fakes: Fakes) -> None:
    page = browser.new_page()
    page.clock.install()
    page.goto(fakes.console)
    expect(page.locator("#stale")).to_be_hidden()
    page.route("**/*", lambda route: route.abort())
    later(page)
    expect(page.locator("#stale")).to_be_visible()
    page.unroute("**/*")
    later(page)
    expect(page.locator("#stale")).to_be_hidden()
    page.close()


def test_a_mail_stands_in_its_frame_and_can_do_nothing(visit: Visit) -> None:
    html = "<h1>Mail</h1><script>parent.document.title = 'taken'; document.body.append('ran')</script>"
    visit.fakes.inbox.take("email", "cloudmart-lead", {**samples.MAIL, "html": html})
    page = visit.open()
    frame = page.locator("#notice-11 iframe")
    frame.scroll_into_view_if_needed()
    expect(frame.content_frame.locator("h1")).to_have_text("Mail")
    assert "ran" not in frame.content_frame.locator("body").inner_text()
    assert "taken" not in page.title()


def test_a_link_to_a_closed_part_opens_it(visit: Visit) -> None:
    page = visit.open()
    page.evaluate("location.hash = '#notice-2'")
    expect(page.locator("#notice-2")).to_be_visible()


def test_without_scripts_the_page_reloads_itself(visit: Visit) -> None:
    page = visit.open(scripts=False)
    text = page.content()
    assert re.search(r'<meta http-equiv="refresh" content="15">', text)
    expect(page.locator("#pause")).to_be_hidden()
    expect(page.locator("#alerts")).to_contain_text("SloOutage")


@pytest.mark.parametrize(("motion", "animated"), [("reduce", "none"), ("no-preference", "arrive")])
def test_nothing_moves_for_those_who_asked_for_it(browser: Browser, fakes: Fakes, motion: Any, animated: str) -> None:
    fakes.fire("SloOutage")
    page = browser.new_page(reduced_motion=motion)
    page.goto(fakes.console)
    assert page.locator(".alert").first.evaluate("alert => getComputedStyle(alert).animationName") == animated
    page.close()


SIZES = """() => [...document.querySelectorAll('svg.map')].filter(map => map.getClientRects().length).map(map => ({
    boxes: map.querySelectorAll('.box').length,
    scale: map.getBoundingClientRect().width / map.viewBox.baseVal.width,
}))"""
# Of the first box that is seen: whether its name ends within it, and whether it is cut.
NAME = """name => {
    const box = [...document.querySelectorAll('.box')].find(each => each.getClientRects().length);
    const [frame, part] = [box.querySelector('rect'), box.querySelector('.part')];
    if (name) part.textContent = name;
    const inside = part.getBoundingClientRect().right <= frame.getBoundingClientRect().right;
    return {inside, cut: part.scrollWidth > part.clientWidth};
}"""


@pytest.mark.parametrize("width", [PHONE, 1024, DESKTOP, 2560])
def test_maps_of_all_sizes_have_letters_of_one_size(visit: Visit, width: int) -> None:
    page = visit.open(width)
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    maps = page.evaluate(SIZES)
    assert len({drawn["boxes"] for drawn in maps}) > 1, "small maps and large ones"
    assert [drawn["scale"] for drawn in maps] == pytest.approx([1] * len(maps), abs=0.01)


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_a_long_name_stays_in_its_box(visit: Visit, width: int) -> None:
    page = visit.open(width)
    assert page.evaluate(NAME, "") == {"inside": True, "cut": False}
    assert page.evaluate(NAME, "W" * 63) == {"inside": True, "cut": True}
