"""Text inside Go's templates, which is what Prometheus, Loki and Alertmanager make labels, annotations and mails of."""

import re

# Two braces open an action, and so does one at the end when an action follows the text.
_OPENING = re.compile(r"\{{2,}|\{\Z")


def literal(text: str) -> str:
    """A part of a template that is shown exactly as ``text``, whatever stands before and after it.

    Text from the catalog or the settings goes into a template by this function alone: unescaped, ``{{ x }}`` makes
    Prometheus refuse the whole file, Loki drop all rules, and ``{{ query "up" }}`` would be evaluated.
    """
    return _OPENING.sub(lambda braces: f'{{{{ "{braces[0]}" }}}}', text)
