"""Incidents in S3: the same as on a disk, though objects cannot be added to and two may write at once."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from model.incidents.record import Status
from model.problems import BadInput
from ops.incidents.bucket import Bucket
from ops.incidents.collect import Collector
from ops.incidents.places import environment, store
from ops.incidents.postmortem import items
from ops.incidents.store import Store
from tests.ops.incidents.test_rounds import watching
from tests.ops.incidents.world import SECRET, T0, World, collecting, project, served

NAME, PREFIX = "reports", "incidents/local/"
ID = "2027-01-15-shop-01"
TIMELINE = f"2027/{ID}/timeline.jsonl"


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name, value in {"ACCESS_KEY_ID": "x", "SECRET_ACCESS_KEY": "x", "DEFAULT_REGION": "eu-central-1"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with mock_aws():
        made = boto3.client("s3")
        made.create_bucket(Bucket=NAME, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        yield made


@pytest.fixture
def world() -> Iterator[World]:
    with served(World()) as found:
        yield found


def bucket(client: Any) -> Bucket:
    return Bucket(NAME, PREFIX, client)


def into(root: Path, files: Bucket) -> Collector:
    made = collecting(root)
    made.store = Store(files)
    return made


def test_an_outage_is_written_drafted_and_closed_as_on_a_disk(client: Any, tmp_path: Path, world: World) -> None:
    ((on_disk, whole),) = collecting(project(tmp_path, world)).round(world.now)
    watch = watching(tmp_path, world)
    watch.collector = into(tmp_path, bucket(client))
    for after in (60, 400, 2000):
        world.now = T0 + after
        watch.step()
    there = Store(bucket(client)).find(ID)
    made = there.record()
    assert made.status is Status.CLOSED
    assert made.times == whole.times
    kept = {line.identity for line in there.timeline()}
    assert {line.identity for line in on_disk.timeline()} <= kept
    assert "# 2027-01-15-shop-01: SloOutage" in (there.read("postmortem.md") or "")
    keys = [one["Key"] for one in client.list_objects_v2(Bucket=NAME)["Contents"]]
    assert {key.removeprefix(f"{PREFIX}2027/{ID}/").partition("/")[0] for key in keys} == {
        *("record.json", "timeline", "postmortem.md", "evidence"),
    }
    assert sum("/timeline/" in key for key in keys) > 1
    assert not any(SECRET in bucket(client)._get(key.removeprefix(PREFIX))[1] for key in keys)


def test_two_who_add_at_once_lose_nothing(client: Any) -> None:
    one, other = bucket(client), bucket(client)
    one.names(), other.names()
    one.append(TIMELINE, "a\n")
    other.append(TIMELINE, "b\n")
    one.append(TIMELINE, "c\n")
    again = bucket(client)
    assert [name for name in again.names() if "timeline" in name] == [
        f"2027/{ID}/timeline/00000{number}.jsonl" for number in (1, 2, 3)
    ]
    assert again.appended(TIMELINE) == "a\nb\nc\n"


def test_two_programs_that_see_one_outage_write_one_incident(client: Any, tmp_path: Path, world: World) -> None:
    project(tmp_path, world)
    world.now = T0 + 200
    into(tmp_path, bucket(client)).round(world.now)
    # The second looked before the first had written.
    into(tmp_path, Late(NAME, PREFIX, client)).round(world.now)
    world.now = T0 + 2000
    ((folder, made),) = into(tmp_path, bucket(client)).round(world.now)
    assert (folder.id, made.status) == (ID, Status.CLOSED)
    assert [one.id for one in Store(bucket(client)).all()] == [ID]


class Late(Bucket):
    """Whose first listing is that of an empty bucket."""

    def names(self) -> list[str]:
        return []


def test_what_has_not_changed_is_not_read_again_and_what_people_wrote_is(client: Any, tmp_path: Path) -> None:
    with served(World()) as world:
        into(project(tmp_path, world), bucket(client)).round(world.now)
        files = bucket(client)
        there = Store(files).find(ID)
        there.timeline(), there.record()
        asked: list[str] = []
        client.meta.events.register("before-call.s3.GetObject", lambda **_: asked.append("get"))
        Store(files).find(ID)
        there.timeline(), there.record()
        assert asked == []
        front = "---\nactions:\n  - {id: a, text: T., owner: shop, due: 2027-02-01, kind: detect}\n---\n"
        client.put_object(Bucket=NAME, Key=f"{PREFIX}2027/{ID}/postmortem.md", Body=front.encode())
        Store(files).all()
        assert [one.id for one in items(there, frozenset({"shop"}))] == ["a"]


def test_a_bucket_that_refuses_is_said_counted_and_tried_again(
    client: Any, tmp_path: Path, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    watch = watching(project(tmp_path, world), world)
    watch.collector = into(tmp_path, bucket(client))
    client.delete_bucket(Bucket=NAME)
    watch.step()
    watch.step()
    assert "NoSuchBucket" in capsys.readouterr().out
    assert watch.metrics.numbers.failures == {"store": 2}
    assert watch.metrics.numbers.read is None
    client.create_bucket(Bucket=NAME, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    watch.step()
    assert watch.metrics.numbers.read == world.now


def test_a_place_that_is_no_bucket_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"--store: found 's3://a/b'; allowed: a folder, or s3://BUCKET"):
        store(tmp_path, environment("prod"), "s3://a/b")


def test_an_object_that_is_no_text_is_named(client: Any) -> None:
    client.put_object(Bucket=NAME, Key=f"{PREFIX}x.md", Body=b"\xff")
    files = bucket(client)
    files.names()
    with pytest.raises(BadInput, match=r"s3://reports/incidents/local/x\.md: byte 0 is not UTF-8"):
        files.read("x.md")
