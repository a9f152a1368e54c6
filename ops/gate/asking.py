"""Asks Prometheus' HTTP API for the status document. No package of others: the job that publishes it has none."""

import urllib.parse
from collections.abc import Callable, Collection, Mapping
from typing import Any

from model.gate import reading
from ops.http import Unreachable, get

Sign = Callable[[str], Mapping[str, str]]
"""The headers that prove who asks for a URL by GET."""


def nobody(_url: str) -> Mapping[str, str]:
    """For a Prometheus that answers anybody."""
    return {}


def status_document(
    url: str, environment: str, systems: Collection[str], watchdog: str, sign: Sign = nobody
) -> dict[str, Any]:
    """What the Prometheus at ``url`` knows of the objectives of ``systems``, at its own clock's now.

    Raises Unreachable when it does not answer, or answers with something else.
    """
    asking = _Asking(url, sign)
    try:
        # Its own clock: ours may differ, and then every sample would look old or be of the future.
        now = asking.result("time()")[1]
        answers = {
            name: [(one["metric"], float(one["value"][1])) for one in asking.result(query, now)]
            for name, query in reading.queries(systems, watchdog).items()
        }
        return reading.document(environment, float(now), answers, asking.warnings)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise not_prometheus(url, error) from None


def not_prometheus(url: str, error: Exception) -> Unreachable:
    """Somebody answers, and not as Prometheus does."""
    return Unreachable(f"{url} does not answer as Prometheus does: {type(error).__name__}")


class _Asking:
    """The queries of one status."""

    def __init__(self, url: str, sign: Sign) -> None:
        self._url, self._sign = url, sign
        self.warnings: set[str] = set()

    def result(self, query: str, now: str = "") -> Any:
        words = {"query": query} | ({"time": now} if now else {})
        # By %20 and %2F: a signature by AWS is about the query as RFC 3986 spells it.
        url = f"{self._url}/api/v1/query?{urllib.parse.urlencode(words, quote_via=urllib.parse.quote, safe='')}"
        answer = get(url, self._sign(url), shown=self._url)
        # Such as Thanos, one store of which did not answer: what it says is true and not all.
        self.warnings.update(map(str, answer.get("warnings") or ()))
        return answer["data"]["result"]
