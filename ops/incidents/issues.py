"""Action items as issues of GitHub or Jira: payloads to look at, and a small port that sends them."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from model.incidents.actions import ActionItem
from model.problems import BadInput, Problem
from ops.http import Unreachable, ask
from ops.incidents.draft import quoted

GITHUB = "https://api.github.com"
# Names of variables of the environment.
GITHUB_TOKEN = "GITHUB_TOKEN"  # noqa: S105
JIRA_TOKEN, JIRA_USER = "JIRA_TOKEN", "JIRA_USER"


class Tracker(Protocol):
    """Where issues are made."""

    def payload(self, incident: str, item: ActionItem) -> dict[str, Any]:
        """What is sent."""

    def make(self, incident: str, item: ActionItem) -> str:
        """The new issue's number or key. Raises Unreachable."""


@dataclass(frozen=True, slots=True)
class GitHub:
    """``repository``: owner/name. ``token`` is in no message."""

    repository: str
    token: str = ""
    url: str = GITHUB

    def payload(self, incident: str, item: ActionItem) -> dict[str, Any]:
        """For POST /repos/{owner}/{repo}/issues."""
        return {
            "title": f"{incident}: {item.text}",
            "body": _body(incident, item),
            "labels": ["incident", str(item.kind)],
        }

    def make(self, incident: str, item: ActionItem) -> str:
        """Such as #12. Raises Unreachable."""
        headers = {"Authorization": f"Bearer {self.token}", "Accept": "application/vnd.github+json"}
        path = f"{self.url}/repos/{self.repository}/issues"
        answer = ask("POST", path, self.payload(incident, item), headers, proxy=self.url == GITHUB)
        return f"#{_found(answer, 'number', path)}"


@dataclass(frozen=True, slots=True)
class Jira:
    """``url`` of the site, without a slash at its end; ``project``: its key."""

    url: str
    project: str
    user: str = ""
    token: str = ""

    def payload(self, incident: str, item: ActionItem) -> dict[str, Any]:
        """For POST /rest/api/2/issue."""
        fields = {
            "project": {"key": self.project},
            "issuetype": {"name": "Task"},
            "summary": f"{incident}: {item.text}",
            "description": _body(incident, item),
            "labels": ["incident", str(item.kind)],
            "duedate": item.due,
        }
        return {"fields": fields}

    def make(self, incident: str, item: ActionItem) -> str:
        """Such as SHOP-12. Raises Unreachable."""
        pair = base64.b64encode(f"{self.user}:{self.token}".encode()).decode()
        path = f"{self.url}/rest/api/2/issue"
        headers = {"Authorization": f"Basic {pair}"}
        return str(_found(ask("POST", path, self.payload(incident, item), headers, proxy=True), "key", path))


def tracker(kind: str, to: str, environment: Mapping[str, str], *, send: bool) -> Tracker:
    """``to``: owner/name for github, https://site/PROJECT for jira.

    Raises BadInput, also where there is no token to send by.
    """
    problems = []
    names = {"github": (GITHUB_TOKEN,), "jira": (JIRA_USER, JIRA_TOKEN)}
    if kind not in names:
        raise BadInput([Problem("--as", f"found {kind!r}", ", ".join(names))])
    if send:
        problems += [
            Problem(f"environment: {name}", "it is missing", "a token that may make issues")
            for name in names[kind]
            if not environment.get(name)
        ]
    where, _, project = to.rpartition("/")
    if not where or not project or (kind == "jira" and not where.startswith("https://")):
        allowed = "owner/name" if kind == "github" else "https://site/PROJECT"
        problems.append(Problem("--to", f"found {to!r}", allowed))
    if problems:
        raise BadInput(problems)
    if kind == "github":
        return GitHub(to, environment.get(GITHUB_TOKEN, ""))
    return Jira(where, project, environment.get(JIRA_USER, ""), environment.get(JIRA_TOKEN, ""))


def _body(incident: str, item: ActionItem) -> str:
    return (
        f"From the post-mortem of incident {incident}.\n\n{quoted(item.text)}\n\nOwner: {item.owner}. Due: {item.due}."
    )


def _found(answer: Any, key: str, path: str) -> Any:
    if not isinstance(answer, dict) or key not in answer:
        raise Unreachable(f"{path} answers without {key}")
    return answer[key]
