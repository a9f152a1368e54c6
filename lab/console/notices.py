"""Notifications as their receivers show them: typed, with only what they would show. Any JSON may come in."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup, escape

from lab.console.cutting import ENTRIES, NAME_LETTERS, RAW_LETTERS, cut
from lab.console.links import Links
from lab.console.sources import Notification, parsed

# Slack's names of colours, https://api.slack.com/reference/messaging/attachments
_COLOURS = {"good": "#2eb886", "warning": "#daa038", "danger": "#a30200"}
_HEXADECIMAL = re.compile(r"#[0-9A-Fa-f]{6}")
# https://prometheus.io/docs/alerting/latest/configuration/#pagerduty_config
_LISTS = ("firing", "resolved", "num_firing", "num_resolved")
_LINK = re.compile(r"<([^<>|\n]+)(?:\|([^<>\n]*))?>")
_MARKED = re.compile(r"(?<![\w*])\*([^*\n]+)\*(?![\w*])")
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One notification; ``raw`` is its payload as it was sent, cut like every other text."""

    id: int
    at: datetime
    kind: str
    receiver: str
    raw: str
    shown: "Page | Message | Mail | None"

    @property
    def sentence(self) -> str:
        """What a screen reader says when it arrives."""
        return f"{KIND_TITLES.get(self.kind, self.kind)} for {self.receiver}: {self.shown.title if self.shown else ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """An event of PagerDuty. ``action``: trigger, acknowledge or resolve. ``facts`` and ``details``: name and value.

    ``lists``: the details that Alertmanager adds by itself, of many lines.
    """

    title: str
    action: str
    severity: str
    service: str
    facts: tuple[tuple[str, str], ...]
    details: tuple[tuple[str, Markup], ...]
    lists: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """Of a Slack message; ``colour`` as #rrggbb."""

    title: Markup
    text: Markup
    colour: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Of Slack."""

    title: str
    channel: str
    sender: str
    text: Markup
    attachments: tuple[Attachment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """Of e-mail."""

    title: str
    sender: str
    to: str
    text: str
    html: bool


KIND_TITLES = {"pagerduty": "PagerDuty", "slack": "Slack", "email": "E-mail", "sns": "Amazon SNS", "webhook": "Webhook"}


def notice(item: Notification, links: Links) -> Notice:
    """A notification of the inbox."""
    payload = item["payload"]
    kind = str(item["kind"])
    make = _MAKERS.get(kind)
    return Notice(
        id=int(item["id"]),
        at=parsed(str(item["at"])),
        kind=kind,
        receiver=cut(str(item["receiver"]), NAME_LETTERS),
        raw=cut(json.dumps(payload, indent=2, ensure_ascii=False), RAW_LETTERS),
        shown=make(_dict(payload), links) if make else None,
    )


def _page(event: dict[str, Any], links: Links) -> Page:
    payload = _dict(event.get("payload"))
    facts = [(key, _text(payload.get(key))) for key in ("source", "component", "group", "class")]
    given = list(_dict(payload.get("custom_details")).items())[:ENTRIES]
    details = [(cut(key, NAME_LETTERS), _whole(value)) for key, value in given]
    return Page(
        title=_text(payload.get("summary")) or _text(event.get("dedup_key")),
        action=_text(event.get("event_action")),
        severity=_text(payload.get("severity")),
        service=_text(event.get("routing_key")),
        facts=tuple((key, value) for key, value in facts if value),
        details=tuple(
            (cut(key, NAME_LETTERS), _linked(value, links)) for key, value in details if value and key not in _LISTS
        ),
        lists=tuple((key, cut(value)) for key, value in details if value and key in _LISTS),
    )


def _message(sent: dict[str, Any], links: Links) -> Message:
    attachments = [_dict(each) for each in _list(sent.get("attachments"))]
    said = [*(_text(each.get("fallback")) or _text(each.get("title")) for each in attachments), _text(sent.get("text"))]
    return Message(
        title=next((each for each in said if each), ""),
        channel=_text(sent.get("channel")),
        sender=_text(sent.get("username")) or "Alertmanager",
        text=slack_text(_text(sent.get("text")), links),
        attachments=tuple(
            Attachment(
                title=_anchor(_whole(each.get("title_link")), _text(each.get("title")), links),
                text=slack_text(_text(each.get("text")), links),
                colour=_colour(_text(each.get("color"))),
            )
            for each in attachments
        ),
    )


def _mail(sent: dict[str, Any], links: Links) -> Mail:
    to = sent.get("to")
    return Mail(
        title=_text(sent.get("subject")),
        sender=_text(sent.get("from")),
        to=cut(", ".join(_text(each) for each in to[:ENTRIES])) if isinstance(to, list) else _text(to),
        text=_text(sent.get("text")),
        html=bool(sent.get("html")),
    )


_MAKERS: dict[str, Callable[[dict[str, Any], Links], Page | Message | Mail]] = {
    "pagerduty": _page,
    "slack": _message,
    "email": _mail,
}


def slack_text(text: str, links: Links) -> Markup:
    """Slack's markup as HTML: bold, and links with or without a label. All else is text."""
    made, end = Markup(), 0
    for match in _LINK.finditer(text):
        made += _bold(text[end : match.start()])
        made += _anchor(_unescaped(match[1]), _unescaped(match[2] or match[1]), links)
        end = match.end()
    return made + _bold(text[end:])


def _bold(text: str) -> Markup:
    escaped = escape(_unescaped(text))
    return Markup(_MARKED.sub(r"<b>\1</b>", str(escaped)))  # noqa: S704 (escaped above; adds only the tags)


def _unescaped(text: str) -> str:
    for entity, letter in _ENTITIES:
        text = text.replace(entity, letter)
    return text


def _linked(text: str, links: Links) -> Markup:
    return _anchor(text, cut(text), links) if text.startswith(("http://", "https://")) else escape(cut(text))


def _anchor(url: str, label: str, links: Links) -> Markup:
    target = links.local(url)
    if not target:
        return escape(label)
    return Markup('<a href="{}">{}</a>').format(target, label)


def _colour(text: str) -> str:
    found = _COLOURS.get(text, text)
    return found if _HEXADECIMAL.fullmatch(found) else "#8d8d8d"


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value[:ENTRIES] if isinstance(value, list) else []


def _text(value: Any) -> str:
    return cut(_whole(value))


def _whole(value: Any) -> str:
    """Of a link, which cut would lead nowhere."""
    return value.strip() if isinstance(value, str) else "" if value is None else json.dumps(value, ensure_ascii=False)
