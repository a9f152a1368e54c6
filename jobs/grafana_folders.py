"""Gives each team a folder in Grafana that the team may edit and everybody may look at.

Grafana's provisioning makes folders, but has no words for who may edit them. All collectors work for before it is made
and permissions are set as a whole, so the job may run again at any time and repairs what people changed by hand.

Deliberately not: who belongs to a team. In Grafana Enterprise the sign-on's groups say it; elsewhere an administrator
adds people, and this job leaves them alone. Nor does it delete the folder of a team that is gone: boards may lie there.

``grafana_folders.py TEAMS``: a JSON file, team -> title of its folder. GRAFANA_URL, GRAFANA_USER and GRAFANA_PASSWORD
come from the environment. Exit code 1: Grafana refused something, and the log says what.
"""

import base64
import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from http import HTTPStatus
from pathlib import Path
from typing import Any

VIEW, EDIT = 1, 2  # as Grafana's folder permissions number them
EXISTS = (HTTPStatus.CONFLICT, HTTPStatus.PRECONDITION_FAILED)
# Grafana restarts on each change of its values, and its first start makes a database.
WAIT_SECONDS, ATTEMPTS = 5.0, 120
TIMEOUT_SECONDS = 30


class Grafana:
    """Grafana's HTTP API, as its administrator."""

    def __init__(self, url: str, user: str, password: str) -> None:
        self.url = url
        self._login = base64.b64encode(f"{user}:{password}".encode()).decode()

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """The answer. Raises HTTPError where Grafana refuses and URLError where nobody answers."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}{path}", data, method=method)  # noqa: S310 (it is given, not asked)
        request.add_header("Content-Type", "application/json")
        request.add_header("Authorization", f"Basic {self._login}")
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310 (likewise)
            return json.load(answer)


def wait(grafana: Grafana, seconds: float = WAIT_SECONDS, attempts: int = ATTEMPTS) -> None:
    """Until Grafana answers with its database at hand. Raises the last error."""
    for left in range(attempts - 1, -1, -1):
        try:
            grafana.ask("GET", "/api/health")
        except OSError:  # refused, unknown, too late, or a status of 5xx while it starts
            if not left:
                raise
            time.sleep(seconds)
        else:
            return


def team(grafana: Grafana, title: str) -> int:
    """The number of the team of that name, which is made if there is none."""
    search = f"/api/teams/search?{urllib.parse.urlencode({'name': title})}"
    found = [each["id"] for each in grafana.ask("GET", search)["teams"] if each["name"] == title]
    if not found:
        found = [grafana.ask("POST", "/api/teams", {"name": title})["teamId"]]
    return int(found[0])


def folders(grafana: Grafana, name: str, title: str) -> list[str]:
    """Uids of the folders of that title; one is made if there is none.

    Provisioning knows folders by title alone, so one that it made first is as good. Newer Grafanas allow several.
    """
    found = _of_title(grafana, title)
    if not found:
        try:
            return [grafana.ask("POST", "/api/folders", {"uid": f"team-{name}", "title": title})["uid"]]
        except urllib.error.HTTPError as error:
            if error.code not in EXISTS:
                raise
        # Provisioning was faster, or the team has another title now.
        found = _of_title(grafana, title) or [_renamed(grafana, name, title)]
    return found


def give(grafana: Grafana, name: str, title: str) -> None:
    """The team may edit its folder; whoever else may see Grafana may look."""
    number = team(grafana, title)
    items = [{"role": "Viewer", "permission": VIEW}, {"teamId": number, "permission": EDIT}]
    for uid in folders(grafana, name, title):
        grafana.ask("POST", f"/api/folders/{uid}/permissions", {"items": items})
        print(f"{title}: folder {uid}, team {number}")


def main(arguments: list[str]) -> int:
    """The exit code."""
    teams: dict[str, str] = json.loads(Path(arguments[0]).read_text(encoding="utf-8"))
    grafana = Grafana(os.environ["GRAFANA_URL"], os.environ["GRAFANA_USER"], os.environ["GRAFANA_PASSWORD"])
    try:
        wait(grafana)
        for name, title in sorted(teams.items()):
            give(grafana, name, title)
    except urllib.error.HTTPError as error:
        print(f"{error.url}: {error.code} {error.read().decode(errors='replace')}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{grafana.url}: {error}", file=sys.stderr)
        return 1
    return 0


def _of_title(grafana: Grafana, title: str) -> list[str]:
    return sorted(each["uid"] for each in grafana.ask("GET", "/api/folders?limit=1000") if each["title"] == title)


def _renamed(grafana: Grafana, name: str, title: str) -> str:
    change = {"title": title, "overwrite": True}
    return str(grafana.ask("PUT", f"/api/folders/team-{name}", change)["uid"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
