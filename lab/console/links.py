"""Links of alerts and notifications, turned to what answers on this machine."""

import json
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qs, urlencode, urlsplit

from lab.console.cutting import LINK_LETTERS
from lab.console.documents import document
from lab.layout import Layout
from model import names
from model.dashboards import Board

# Parameters of Prometheus's and Grafana's pages that hold a query.
_EXPRESSION, _PANES, _PANE = "g0.expr", "panes", "left"


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses of the servers; "" for one that does not run."""

    layout: Layout
    prometheus: str = ""
    loki: str = ""
    grafana: str = ""

    def local(self, url: str) -> str:
        """``url``, or its stand-in on this machine; "" for what is no web address.

        Alerts carry the addresses of the company's runbooks and Grafana, and of Prometheus's own page, which the
        build of a module does not have.
        """
        if len(url) > LINK_LETTERS:
            return ""
        try:
            parts = urlsplit(url)
        except ValueError:
            return ""
        if parts.scheme not in ("http", "https"):
            return ""
        kinds = (self._runbook, self._board, self._query, self._explored)
        return next((found for kind in kinds if (found := kind(parts))), url)

    def _runbook(self, parts: SplitResult) -> str:
        folder, _, name = parts.path.rpartition("/runbooks/")
        section = f"#{parts.fragment}" if parts.fragment else ""
        known = folder and ".." not in name and document(self.layout, f"runbooks/{name}", ".md")
        return f"/docs/runbooks/{name}{section}" if known else ""

    def _board(self, parts: SplitResult) -> str:
        board = parts.path.partition("/d/")[2].partition("/")[0]
        if board not in list(Board):
            return ""
        given = f"?{parts.query}" if parts.query else ""
        return f"{self.grafana}/d/{board}{given}" if self.grafana else f"/#board-{board}"

    def _query(self, parts: SplitResult) -> str:
        expression = parse_qs(parts.query).get(_EXPRESSION)
        if not (self.prometheus and expression and parts.path.endswith("/graph")):
            return ""
        return f"{self.prometheus}/api/v1/query?{urlencode({'query': expression[-1]})}"

    def _explored(self, parts: SplitResult) -> str:
        """A query in Grafana's Explore: of a runbook, or of Loki's ruler, which links its alerts in the older form."""
        given = parse_qs(parts.query)
        panes = given.get(_PANES) or given.get(_PANE)
        if not (panes and parts.path.endswith("/explore")):
            return ""
        if self.grafana:
            return f"{self.grafana}/explore?{parts.query}"
        try:
            read = json.loads(panes[-1])
            pane = next(iter(read.values())) if _PANES in given else {"datasource": names.LOKI_DATASOURCE, **read}
            return self._api(pane["datasource"], pane["queries"][0]["expr"])
        except (ValueError, LookupError, TypeError, AttributeError, StopIteration, RecursionError):
            return ""

    def _api(self, store: object, expression: object) -> str:
        """The store's own answer to a query; "" for a store that does not run."""
        query = urlencode({"query": expression})
        if store == names.PROMETHEUS_DATASOURCE:
            return f"{self.prometheus}/api/v1/query?{query}" if self.prometheus else ""
        return f"{self.loki}/loki/api/v1/query?{query}" if self.loki else ""
