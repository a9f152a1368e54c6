"""How Loki runs, and how many copies of each line it keeps."""

from typing import Final

from model.vocabulary import Vocabulary

# With fewer than three copies a quorum of two does not survive the loss of one.
REPLICATION: Final = 3


class Mode(Vocabulary):
    """How Loki runs. There is a third, SimpleScalable, which Loki 4 removes; and no way from one to the other."""

    MONOLITHIC = ("monolithic", "All parts in one process; one, or three and more of them. To tens of GB a day.")
    DISTRIBUTED = ("distributed", "Each part by itself, as many as it needs. From hundreds of GB a day.")
