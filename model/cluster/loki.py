"""How Loki runs, and how many copies of each line it keeps."""

from typing import Final

from model.vocabulary import Vocabulary

# With fewer than three copies a quorum of two does not survive the loss of one.
REPLICATION: Final = 3


class Mode(Vocabulary):
    """How Loki runs. There is a third, SimpleScalable, which Loki 4 removes; and no way from one to the other."""

    MONOLITHIC = (
        "monolithic",
        "All components in one process, with one or at least three replicas. For up to tens of GB a day.",
    )
    DISTRIBUTED = (
        "distributed",
        "Separate components, each with as many replicas as it needs. For hundreds of GB a day.",
    )
