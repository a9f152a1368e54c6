"""What GitHub is asked for, small enough to be simulated."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """A file that a run of a workflow left; ``size`` is of its zip, in bytes."""

    id: int
    name: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pull:
    """An open pull request; ``head`` is the commit that it ends with now."""

    number: int
    head: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """A comment; ``ours``: the workflow's own identity wrote it."""

    id: int
    body: str
    ours: bool


class GitHub(Protocol):
    """One repository. Every method raises Unreachable."""

    def artifacts(self, run: int) -> Sequence[Artifact]:
        """What a run left."""

    def download(self, artifact: int, most: int) -> bytes:
        """The zip of an artifact, or its first ``most`` + 1 bytes."""

    def pulls(self, owner: str, branch: str) -> Sequence[Pull]:
        """Open pull requests from a branch of an owner's repository."""

    def comments(self, pull: int) -> Iterator[Comment]:
        """Comments of a pull request, the oldest first."""

    def create(self, pull: int, body: str) -> None:
        """Write a comment."""

    def update(self, comment: int, body: str) -> None:
        """Write a comment again."""
