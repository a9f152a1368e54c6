"""The PromQL of every runbook, asked of whatever fires: a variable stands for any value of its label."""

import re

from authoring.docs import first_queries
from model.alerting.explore import VARIABLE
from tests.tools import PROJECT

RUNBOOKS = PROJECT / "docs" / "runbooks"


def of_anything(query: str) -> str:
    """The query with every label of the alert left open."""
    return VARIABLE.sub(".+", re.sub(r'(?<![!=~])="(\$[a-z]\w*)"', r'=~"\1"', query))


QUERIES = [
    (page.stem, of_anything(query))
    for page in sorted(RUNBOOKS.glob("*.md"))
    for language, query in first_queries.blocks(page.read_text(encoding="utf-8"))
    if language == "promql"
]
