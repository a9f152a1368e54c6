"""Logs of programs: one line of JSON an event, which the collectors read."""

import json


def log(text: str, **fields: object) -> None:
    """One line."""
    print(json.dumps({"message": text, **fields}), flush=True)
