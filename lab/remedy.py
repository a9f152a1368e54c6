"""What auto-remediation may do in the local environment."""

from enum import StrEnum

from lab.layout import Layout
from lab.process import records
from model import names
from model.base import Model

NAME = names.REMEDIATION


class Acts(StrEnum):
    """Whether the rules of the catalog do what their mode says."""

    SHADOW = "shadow"
    ACT = "act"


class Remedy(Model):
    """``ledger``: the file of what was decided, below `.local/remediation`."""

    acts: Acts = Acts.SHADOW
    ledger: str = "ledger.sqlite"


def remedy(layout: Layout) -> Remedy:
    """That of the running engine: it goes on while the servers hurry. Shadow where none runs."""
    record = records(layout).get(NAME)
    if record is None:
        return Remedy()
    words = record.run.command
    return Remedy.model_validate_json(words[words.index("--remedy") + 1])
