"""The report as one HTML file that needs nothing else."""

from markdown_it import MarkdownIt

from model.changes.markdown import MARKER, markdown
from model.changes.report import Report

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1f2328 }
table { border-collapse: collapse } td, th { border: 1px solid #d1d9e0; padding: .3rem .8rem }
code { background: #eff1f3; border-radius: 4px; padding: .1rem .3rem } h2 { border-bottom: 1px solid #d1d9e0 }
@media (prefers-color-scheme: dark) { body { background: #0d1117; color: #e6edf3 } code { background: #262c36 } }
"""
# A page has no limit of its own; a report has.
_EVERYTHING = 50_000_000


def page(report: Report) -> str:
    """The whole report. Texts of others are escaped as in the comment, and HTML among them is not read either."""
    renderer = MarkdownIt("commonmark", {"html": False}).enable("table")
    body = renderer.render(markdown(report, most=_EVERYTHING, folded=False).removeprefix(MARKER))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>Changes</title>\n'
        f"<style>{_STYLE}</style>\n</head>\n<body>\n{body}</body>\n</html>\n"
    )
