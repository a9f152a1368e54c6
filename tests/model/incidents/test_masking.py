"""Planted secrets are in no line."""

import json

import pytest

from model.incidents.entry import Entry, Kind
from model.incidents.masking import MOST_LETTERS, masked, masked_entry, masked_value

SECRET = "hunter2hunter2"
AWS_KEY = "AKIA" + "ABCDEFGHIJKLMNOP"
WEBHOOK = "https://hooks.slack.com/services/" + "T00000000/B00000000/XXXXXXXXXXXX"
PEM = "-----BEGIN PRIVATE KEY-----\n" + f"MIIB{SECRET}AAAAAAAAAAAAAAAAAAAAAAAAAAAA\n" * 3 + "-----END PRIVATE KEY-----"


@pytest.mark.parametrize(
    "text",
    [
        f"password={SECRET}",
        f"db password: {SECRET}, retry",
        f'{{"password": "{SECRET}"}}',
        f'{{"body": "{{\\"api_key\\":\\"{SECRET}\\"}}"}}',
        f'token="{SECRET} {SECRET}"',
        f"Authorization: Bearer {SECRET}",
        f"postgres://shop:{SECRET}@db/orders",
        f"aws_secret_access_key={SECRET}",
        PEM,
    ],
)
def test_a_secret_is_masked_and_the_rest_stays(text: str) -> None:
    found = masked(f"before {text} after")
    assert SECRET not in found
    assert found.startswith("before ")
    assert found.endswith(" after")


@pytest.mark.parametrize("secret", [AWS_KEY, WEBHOOK])
def test_a_shape_is_masked_wherever_it_stands(secret: str) -> None:
    assert masked(f"the key {secret} leaked") == "the key **** leaked"


def test_words_that_only_sound_like_one_stay() -> None:
    text = "error budget remaining 12 %, input_tokens 500, checkout of https://shop.example/a?b=1"
    assert masked(text) == text


def test_values_below_keys_of_secrets_are_masked_at_any_depth() -> None:
    raw = {"a": [{"dbPassword": SECRET, "n": 1}], "tags": [{"key": "api_key", "value": SECRET}], "token": {"v": "x"}}
    assert masked_value(raw) == {
        "a": [{"dbPassword": "****", "n": 1}],
        "tags": [{"key": "api_key", "value": "****"}],
        "token": {"v": "x"},
    }


def test_no_field_of_a_line_keeps_one_and_a_long_text_is_cut() -> None:
    raw = {"line": f"password={SECRET}"}
    line = Entry(at=1, kind=Kind.LOG, source="loki", text=f"password={SECRET} {'a' * 5000}", ref=AWS_KEY, raw=raw)
    found = masked_entry(line)
    assert SECRET not in json.dumps(found.model_dump(mode="json"))
    assert AWS_KEY not in found.model_dump_json()
    assert len(found.text) == MOST_LETTERS + 3
