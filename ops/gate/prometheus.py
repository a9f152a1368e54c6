"""The status of objectives from Prometheus' HTTP API: the recorded series themselves, all of one moment."""

from collections.abc import Collection
from dataclasses import dataclass

import pydantic

from model import names
from model.gate.status import Status
from model.vocabulary import Environment
from ops.gate.asking import not_prometheus, status_document
from ops.identity import signer


@dataclass(frozen=True, slots=True)
class Prometheus:
    """``url`` of a Prometheus, a Thanos or anything else with the same API, without a slash at the end.

    Requests to a workspace of Amazon Managed Prometheus are signed with the credentials of this process.
    """

    url: str

    def status(self, environment: Environment, systems: Collection[str]) -> Status:
        """What it knows of the objectives of ``systems``, at its own clock's now.

        Raises Unreachable when it does not answer, or answers with something else.
        """
        found = status_document(self.url, environment, systems, names.WATCHDOG, signer(self.url))
        try:
            return Status.model_validate(found)
        except pydantic.ValidationError as error:
            raise not_prometheus(self.url, error) from None
