"""Client addresses and user names: kept for attack detection, masked where an environment asks for it."""

import pytest
import re2

from configs.collector import redaction
from configs.collector.gateway import gateway
from tests.configs.collector_examples import gateway_input


def masked(line: str) -> str:
    for pattern, replacement in redaction.PERSONAL_PAIRS:
        line = re2.sub(pattern, replacement.replace("${1}", r"\1"), line)
    return line


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            '203.0.113.9 - ann [10/Oct/2026:13:55:36 +0000] "GET / HTTP/1.1" 200 12',
            '**** - **** [10/Oct/2026:13:55:36 +0000] "GET / HTTP/1.1" 200 12',
        ),
        ('2001:db8::7 - - [10/Oct/2026] "GET /"', '**** - **** [10/Oct/2026] "GET /"'),
        ('{"client_ip":"203.0.113.9","status":200}', '{"client_ip":"****","status":200}'),
        ('{"http.client_ip": "203.0.113.9"}', '{"http.client_ip": "****"}'),
        ('{"X-Forwarded-For":"203.0.113.9, 10.0.0.1"}', '{"X-Forwarded-For":"****"}'),
        ('{"user":"ann","users":3}', '{"user":"****","users":3}'),
        ('{"user_id":4711,"userAgent":"curl"}', '{"user_id":"****","userAgent":"curl"}'),
        ("level=info remote_addr=203.0.113.9 path=/", "level=info remote_addr=**** path=/"),
        ("login failed username=ann user=bob retries=3", "login failed username=**** user=**** retries=3"),
        ("version 1.2.3.4 of the user service", "version 1.2.3.4 of the user service"),
        ('{"source":"catalog","client":"ios"}', '{"source":"catalog","client":"ios"}'),
    ],
)
def test_who_it_was_is_masked_and_the_rest_of_the_line_stays(line: str, expected: str) -> None:
    assert masked(line) == expected
    if line != expected:
        assert any(hint in line.lower() for hint in redaction.PERSONAL_HINTS), "it would never be looked at"


@pytest.mark.parametrize("key", ["client.address", "client_ip", "user", "user.name", "enduser.id", "x-forwarded-for"])
def test_attributes_are_masked_by_their_keys(key: str) -> None:
    assert any(re2.search(pattern, key) for pattern in redaction.PERSONAL_KEYS)


@pytest.mark.parametrize("key", ["user_agent.original", "service.name", "users", "client", "http.route"])
def test_other_attributes_stay(key: str) -> None:
    assert not any(re2.search(pattern, key) for pattern in redaction.PERSONAL_KEYS)


def test_they_are_kept_unless_the_environment_asks_for_it() -> None:
    kept, masks = (str(gateway(gateway_input(masks_persons=masks_persons))) for masks_persons in (False, True))

    assert "x[._-]?forwarded" not in kept
    assert "x[._-]?forwarded" in masks
