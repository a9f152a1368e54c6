"""Elasticsearch's settings: logs expire, and unread fields are read here."""

import json
import re
from typing import Any

import pytest

from configs.collector.logs import ACCESS_LOG, FIELDS, LEVELS
from configs.stores import elasticsearch
from configs.stores.elasticsearch import ElasticsearchInput, documents, problems
from model import names
from model.quantities import Duration

GIVEN = ElasticsearchInput(retention=Duration("7d"))
# Grok's own patterns that ours uses (elastic/elasticsearch, legacy grok patterns).
GROK = {
    "NOTSPACE": r"\S+",
    "DATA": r".*?",
    "GREEDYDATA": r".*",
    "WORD": r"\b\w+\b",
    "INT": r"[+-]?[0-9]+",
    "NUMBER": r"[+-]?[0-9]+(?:\.[0-9]+)?",
    **elasticsearch.ACCESS_LOG_DEFINITIONS,
}
LINES = [
    '203.0.113.7 - - [21/Nov/2026:10:43:24 +0000] "GET /cart?id=7 HTTP/1.1" 200 512',
    '203.0.113.7 - anna [21/Nov/2026:10:43:24 +0000] "POST /orders HTTP/2.0" 503 - "https://shop" "Mozilla/5.0 (X11)"',
    '10.0.0.1 - - [21/Nov/2026:10:43:24 +0100] "GET / HTTP/1.0" 404 0 "-" "curl/8.0" request_time=0.250',
]


def processors(pipeline: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [each[kind] for each in pipeline["processors"] if kind in each]


def grok(line: str) -> dict[str, str] | None:
    """What Elasticsearch's grok would read out of the line."""

    def expand(found: re.Match[str]) -> str:
        name, _, field = found[1].partition(":")
        field = field.partition(":")[0].removeprefix("reading.")
        return f"(?P<{field}>{GROK[name]})" if field else f"(?:{GROK[name]})"

    match = re.match(re.sub(r"%\{([^}]+)\}", expand, elasticsearch.ACCESS_LOG_GROK), line)
    return None if match is None else {key: value for key, value in match.groupdict().items() if value is not None}


def test_logs_end_when_the_newest_of_their_index_is_as_old_as_the_retention() -> None:
    phases = elasticsearch.policy(GIVEN)["policy"]["phases"]

    assert phases["delete"] == {"min_age": "7d", "actions": {"delete": {}}}
    assert phases["hot"]["actions"]["rollover"] == {"max_age": "1d", "max_primary_shard_size": "50gb"}


def test_the_policy_reaches_the_streams_by_the_place_that_elasticsearch_keeps_for_it() -> None:
    """A template of our own would hide Elasticsearch's, with the mappings that OTLP needs."""
    paths = documents(GIVEN)
    settings = paths["_component_template/logs@custom"]["template"]["settings"]["index"]

    assert settings["lifecycle"]["name"] == "belfry-logs"
    assert "_ilm/policy/belfry-logs" in paths
    assert [path for path in paths if path.startswith("_index_template")] == ["_index_template/belfry-falco"]


def test_no_sender_can_switch_the_pipeline_off() -> None:
    settings = elasticsearch.template(GIVEN)["template"]["settings"]["index"]

    assert settings["final_pipeline"] == elasticsearch.PIPELINE
    assert "default_pipeline" not in settings


def test_a_key_in_a_million_spellings_does_not_stop_the_index() -> None:
    fields = elasticsearch.template(GIVEN)["template"]["settings"]["index"]["mapping"]["total_fields"]

    assert fields == {"limit": 1500, "ignore_dynamic_beyond_limit": True}


def test_each_document_names_only_what_was_put_before_it() -> None:
    seen: list[str] = []
    for path, body in documents(GIVEN).items():
        text = json.dumps(body)
        for kind, key in (("_ingest/pipeline", '"name"'), ("_ingest/pipeline", '"final_pipeline"')):
            for name in re.findall(rf"{key}: \"(belfry-[a-z-]+)\"", text):
                assert {f"{kind}/{name}", f"_ilm/policy/{name}"} & set(seen)
        seen.append(path)


def test_what_the_collectors_have_read_is_left_alone() -> None:
    for processor in processors(elasticsearch.pipeline(), "pipeline"):
        assert processor["if"].startswith("ctx.severity_text == null && ")
    for pipeline in (elasticsearch.structured(), elasticsearch.access_log()):
        for write in processors(pipeline, "set"):
            assert write["override"] is False


def test_every_field_of_the_contract_becomes_the_attribute_that_the_collectors_write() -> None:
    copied = {
        write["copy_from"]: write["field"]
        for write in processors(elasticsearch.structured(), "set")
        if "copy_from" in write
    }

    for field, keys in FIELDS.items():
        for key in keys:
            assert copied[f"reading.{key}"] == f"attributes.{field}"
    assert copied["reading.trace_id"] == "trace_id"


def test_every_spelling_of_a_level_has_its_number() -> None:
    writes = processors(elasticsearch.structured(), "set")

    for text, (number, spellings) in LEVELS.items():
        (level,) = (write for write in writes if write["field"] == "severity_text" and write["value"] == text)
        assert all(f"ctx.reading.level == '{spelling}'" in level["if"] for spelling in spellings)
        (numbered,) = (write for write in writes if write["field"] == "severity_number" and write["value"] == number)
        assert numbered["if"] == f"ctx.severity_text == '{text}'"


@pytest.mark.parametrize("line", LINES)
def test_an_access_log_is_read_as_the_collectors_read_it(line: str) -> None:
    theirs = re.match(ACCESS_LOG, line)
    ours = grok(line)

    assert theirs
    assert ours
    expected = {key: value for key, value in theirs.groupdict().items() if value and value != "-"}
    assert {key: value.strip() for key, value in ours.items() if value and value != "-"} == {
        key: value.strip() for key, value in expected.items()
    }


def test_a_plain_line_that_speaks_of_http_is_kept_as_it_is() -> None:
    assert grok("upstream answered HTTP/1.1 502 after 3 tries") is None
    assert elasticsearch.access_log()["on_failure"] == [{"remove": {"field": "reading", "ignore_missing": True}}]


@pytest.mark.parametrize(("status", "level"), [(">= 500", "ERROR"), (">= 400", "WARN"), ("> 0", "INFO")])
def test_the_level_of_an_access_log_follows_from_its_status(status: str, level: str) -> None:
    levels = [write for write in processors(elasticsearch.access_log(), "set") if write["field"] == "severity_text"]

    assert {write["if"]: write["value"] for write in levels}[f"ctx.reading.status {status}"] == level
    # The first that holds wins: nothing is written over.
    assert [write["value"] for write in levels] == ["ERROR", "WARN", "INFO"]


@pytest.mark.parametrize("pipeline", [elasticsearch.pipeline(), elasticsearch.structured(), elasticsearch.access_log()])
def test_a_record_that_cannot_be_read_is_kept_and_nothing_half_read_is_left_in_it(pipeline: dict[str, Any]) -> None:
    failed = pipeline["on_failure"]

    assert failed[-1] == {"remove": {"field": "reading", "ignore_missing": True}}
    assert not [each for each in failed if "drop" in each or "fail" in each]


def test_a_wrong_clock_does_not_lose_the_record() -> None:
    for pipeline in (elasticsearch.structured(), elasticsearch.access_log()):
        (date,) = processors(pipeline, "date")
        assert date["ignore_failure"] is True


@pytest.mark.parametrize(
    ("given", "nodes", "key", "words"),
    [
        (ElasticsearchInput(retention=Duration("12h")), 3, "logs.retention", "1d or more"),
        (GIVEN, 1, "logs.replicas", "at most 0"),
    ],
)
def test_what_never_ends_or_is_never_green_is_named(
    given: ElasticsearchInput, nodes: int, key: str, words: str
) -> None:
    (problem,) = problems(given, "logs", nodes)

    assert problem.where == key
    assert words in str(problem)


def test_a_good_input_has_no_problems() -> None:
    assert list(problems(GIVEN, "logs", 3)) == []


def test_every_user_has_a_role_that_exists_and_none_is_the_superuser() -> None:
    assert {user.role for user in elasticsearch.USERS} == set(elasticsearch.ROLES)
    assert len({user.secret for user in elasticsearch.USERS}) == len(elasticsearch.USERS)
    assert {user.namespace for user in elasticsearch.USERS} <= set(names.POD_SECURITY)
    for role in elasticsearch.ROLES.values():
        assert "all" not in role["cluster"]


def test_who_writes_logs_cannot_read_or_delete_them() -> None:
    (rights,) = elasticsearch.ROLES[elasticsearch.COLLECTOR.role]["indices"]

    assert set(rights["privileges"]) == {"auto_configure", "create_doc", "create_index"}
