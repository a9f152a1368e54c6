"""GitHub's REST API, by the standard library.

Source: docs.github.com, REST API: actions/artifacts, pulls, issues/comments (version 2022-11-28).
"""

import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Sequence
from typing import IO, Any

from ops.comment.ports import Artifact, Comment, Pull
from ops.http import TIMEOUT_SECONDS, Unreachable, ask

_PAGE = 100
_PAGES = 30
"""Of comments that are looked through; the workflow's own one is among the first."""
BOT = "github-actions[bot]"
"""Who writes with the token of a workflow."""


class Rest:
    """A repository, by its API's address and a workflow's token."""

    def __init__(self, api: str, repository: str, token: str) -> None:
        self._url = f"{api.rstrip('/')}/repos/{repository}"
        self._headers = {
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {token}",
            "X-GitHub-Api-Version": "2022-11-28",
        }

    def artifacts(self, run: int) -> Sequence[Artifact]:
        """What a run left."""
        found = self._ask("GET", f"actions/runs/{run}/artifacts?per_page={_PAGE}")
        return [
            Artifact(id=int(each["id"]), name=str(each["name"]), size=int(each["size_in_bytes"]))
            for each in found["artifacts"]
        ]

    def download(self, artifact: int, most: int) -> bytes:
        """The zip of an artifact. GitHub answers with another host's address, which must not be sent the token."""
        request = urllib.request.Request(  # noqa: S310 (the API's own address)
            f"{self._url}/actions/artifacts/{artifact}/zip", headers=self._headers
        )
        try:
            with urllib.request.build_opener(_NoRedirect).open(request, timeout=TIMEOUT_SECONDS) as answer:
                return bytes(answer.read(most + 1))
        except urllib.error.HTTPError as error:
            with error:
                place = error.headers.get("Location", "")
            if not place.startswith("https://"):
                raise Unreachable(f"artifact {artifact}: GitHub answers {error.code}") from None
        except OSError as error:
            raise Unreachable(f"artifact {artifact}: {error}") from None
        try:
            with urllib.request.urlopen(place, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310 (https alone)
                return bytes(answer.read(most + 1))
        except OSError as error:
            raise Unreachable(f"artifact {artifact}: {error}") from None

    def pulls(self, owner: str, branch: str) -> Sequence[Pull]:
        """Open pull requests from a branch; `workflow_run.pull_requests` is empty for those of forks."""
        query = urllib.parse.urlencode({"state": "open", "head": f"{owner}:{branch}", "per_page": _PAGE})
        return [
            Pull(number=int(each["number"]), head=str(each["head"]["sha"]))
            for each in self._ask("GET", f"pulls?{query}")
        ]

    def comments(self, pull: int) -> Iterator[Comment]:
        """Comments of a pull request, page by page."""
        for page in range(1, _PAGES + 1):
            found = self._ask("GET", f"issues/{pull}/comments?per_page={_PAGE}&page={page}")
            for each in found:
                ours = (each.get("user") or {}).get("login") == BOT
                yield Comment(id=int(each["id"]), body=str(each.get("body") or ""), ours=ours)
            if len(found) < _PAGE:
                return

    def create(self, pull: int, body: str) -> None:
        """Write a comment."""
        self._ask("POST", f"issues/{pull}/comments", {"body": body})

    def update(self, comment: int, body: str) -> None:
        """Write a comment again."""
        self._ask("PATCH", f"issues/comments/{comment}", {"body": body})

    def _ask(self, method: str, path: str, body: object = None) -> Any:
        try:
            return ask(method, f"{self._url}/{path}", body, self._headers, proxy=True)
        except (KeyError, TypeError) as error:
            raise Unreachable(f"{path}: GitHub answers with something else ({error})") from None


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(  # noqa: PLR0917 (urllib calls it so)
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str
    ) -> None:
        """Leave the answer as it is: the caller asks the other host itself."""
