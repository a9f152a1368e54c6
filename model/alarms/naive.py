"""What alarms would be without thought: one on every metric AWS sends for a thing. The yardstick for our own number."""

from collections.abc import Iterator, Sequence
from itertools import product

from model.alarms.alarm import AlarmFile, placeholders
from model.catalog.resource_base import Subject
from model.dimensions import NamespaceFacts, shipped


def naive_metrics(files: Sequence[AlarmFile], subject: Subject) -> int:
    """How many alarms of one metric each the subject would have: every metric of every namespace our rows read for it.

    Each under every set of dimensions that our rows use somewhere: a table, each of its indexes, each operation.
    """
    own = [file for file in files if file.applies_to == subject.kind]
    return len({one for file in own for one in _alarms(file, subject, shipped().namespaces[file.namespace])})


def _alarms(file: AlarmFile, subject: Subject, namespace: NamespaceFacts) -> Iterator[tuple[object, ...]]:
    filled = _dimensions(file)
    for facts in namespace.metrics:
        for wanted in facts.dimensions:
            templates = filled.get(frozenset(wanted))
            # A table's rows also read quotas of the account: those have no dimension, and are no alarm of the table.
            if templates is None or (file.dimensions and not wanted):
                continue
            values = [_values(name, templates[name], subject, namespace) for name in sorted(wanted)]
            for metric, dimensions in product(facts.names, product(*values)):
                yield file.namespace, metric, tuple(sorted(wanted)), dimensions


def _dimensions(file: AlarmFile) -> dict[frozenset[str], dict[str, str]]:
    """The sets of dimensions that the file uses, with what stands in them."""
    return {
        frozenset(dimensions): dict(dimensions)
        for row in file.alarms
        for dimensions in (file.dimensions_of(metric) for metric in row.metrics)
    }


def _values(name: str, template: str, subject: Subject, namespace: NamespaceFacts) -> Sequence[str]:
    """Every value of a dimension: each part, each word of a closed list, or the one that the subject has."""
    for sort, words in subject.PARTS.items():
        if set(placeholders(template)) & set(words):
            return [template.format_map(part) for part in subject.parts(sort).values()]
    if any(getattr(subject, word, template) is None for word in placeholders(template)):
        return ()
    return namespace.values.get(name, (template,))
