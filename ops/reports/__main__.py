"""``python -m ops.reports``: the scheduled run, in a pod. People and pipelines use ``python -m ops report``.

Exit code 1: a server or S3 does not answer, or nothing was measured on the last day; 2: bad input.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from model.file import read_json
from model.problems import BadInput, from_validation
from model.reports.subject import Subject
from ops.http import Unreachable
from ops.log import log
from ops.reports.review_command import Servers
from ops.reports.scheduled import NotMeasured, Schedule, write_due


def main(arguments: Sequence[str]) -> int:
    """Write the reports that are due; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m ops.reports", description=__doc__)
    parser.add_argument("--subject", required=True, help="JSON file: the objectives, and the maintenance windows")
    parser.add_argument("--prometheus", action="append", required=True, help="URL; the next one if it does not answer")
    parser.add_argument("--alertmanager", required=True, help="URL")
    parser.add_argument("--loki", help="URL; absent: without error patterns")
    parser.add_argument("--rows", required=True, help="folder or s3://bucket/prefix of the daily rows")
    parser.add_argument("--out", required=True, help="folder or s3://bucket/prefix of reports and reviews")
    given = parser.parse_args(arguments)
    try:
        what = Schedule(
            subject=_subject(given.subject),
            prometheus=given.prometheus,
            servers=Servers(alertmanager=given.alertmanager, loki=given.loki),
            rows=given.rows,
            out=given.out,
        )
        for place in write_due(what):
            log("written", place=place)
    except BadInput as error:
        for problem in error.problems:
            log("bad input", level="ERROR", error=str(problem))
        return 2
    except (Unreachable, NotMeasured) as error:
        log("the reports are not complete", level="ERROR", error=str(error))
        return 1
    return 0


def _subject(file: str) -> Subject:
    content = read_json(Path(file), file)
    try:
        return Subject.model_validate(content)
    except ValidationError as error:
        raise BadInput(from_validation(file, error, Subject)) from None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
