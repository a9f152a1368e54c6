"""Precision and recall of the decisions on labelled situations.

python -m benchmarks.remediation.decisions
"""

from rich.console import Console
from rich.table import Table

from benchmarks.remediation.situations import LABELS, confusion, decided, rates

_WIDTH = 80


def main() -> None:
    """Print the confusion matrix, precision and recall, and every miss."""
    console = Console(width=_WIDTH, highlight=False)
    found = decided()
    counts = confusion(found)
    matrix = Table("label", *(f"answer: {answer}" for answer in LABELS), box=None, pad_edge=False)
    for label in LABELS:
        matrix.add_row(label, *(str(counts[label, answer]) for answer in LABELS))
    console.print(f"{len(found)} situations", matrix, sep="\n")
    table = Table("", "right", "answered", "labelled", "precision", "recall", box=None, pad_edge=False)
    for name, rate in rates(found).items():
        numbers = (rate.right, rate.answered, rate.labelled)
        table.add_row(name, *map(str, numbers), rate.precision, rate.recall)
    console.print(table)
    for one in found:
        if not one.is_right:
            labelled = one.labelled
            console.print(f"{labelled.name}: {one.answer} ({one.text}), labelled {labelled.label}: {labelled.why}")


if __name__ == "__main__":
    main()
