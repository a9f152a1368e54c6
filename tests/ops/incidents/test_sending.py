"""Issues are made once, and the token is in no message; CloudTrail's calls become lines without their parameters."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from model.incidents.actions import ActionItem
from model.incidents.entry import Kind
from model.problems import BadInput
from ops.http import Unreachable
from ops.incidents.cloudtrail import CloudTrail
from ops.incidents.files import Disk
from ops.incidents.issues import GitHub, Jira
from ops.incidents.store import Folder, Store

TOKEN = "ghp_hunter2hunter2"
ITEM = ActionItem.model_validate(
    {"id": "alert", "text": "Alert.", "owner": "shop", "due": "2027-02-01", "kind": "detect"}
)


@pytest.fixture
def server() -> Iterator[tuple[str, list[tuple[str, str, dict[str, Any]]], list[int]]]:
    asked: list[tuple[str, str, dict[str, Any]]] = []
    statuses: list[int] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            asked.append((self.path, self.headers["Authorization"], body))
            said = json.dumps({"number": 12, "key": "SHOP-3"} if not statuses else {}).encode()
            self.send_response(statuses[0] if statuses else 201)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

    made = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=made.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{made.server_port}", asked, statuses
    made.shutdown()
    thread.join()
    made.server_close()


def test_an_issue_of_github_has_the_item_and_its_number_is_kept(server: Any, tmp_path: Path) -> None:
    url, asked, _ = server
    assert GitHub("shop/shop", TOKEN, url).make("2027-01-15-shop-01", ITEM) == "#12"
    path, authorization, body = asked[0]
    assert (path, authorization) == ("/repos/shop/shop/issues", f"Bearer {TOKEN}")
    assert body["title"] == "2027-01-15-shop-01: Alert."
    folder = Folder(Disk(tmp_path), "2027/x")
    folder.add_issue("alert", "#12")
    folder.add_issue("retry", "#13")
    assert folder.issues() == {"alert": "#12", "retry": "#13"}


@pytest.mark.parametrize("status", [401, 200])
def test_a_refusal_says_why_without_the_token(server: Any, status: int) -> None:
    url, _, statuses = server
    statuses.append(status)
    with pytest.raises(Unreachable) as error:
        GitHub("shop/shop", TOKEN, url).make("x", ITEM)
    assert TOKEN not in str(error.value)


def test_jira_gets_user_and_token_as_basic_authentication(server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    url, asked, _ = server
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    assert Jira(url, "SHOP", "ana", TOKEN).make("x", ITEM) == "SHOP-3"
    assert asked[0][1].startswith("Basic ")


def test_cloudtrail_gives_who_changed_what_and_no_parameters() -> None:
    client = boto3.client("cloudtrail", region_name="eu-central-1", aws_access_key_id="x", aws_secret_access_key="x")
    event = {
        "EventId": "e1",
        "EventName": "UpdateTable",
        "EventTime": datetime(2027, 1, 15, 7, 59, tzinfo=UTC),
        "EventSource": "dynamodb.amazonaws.com",
        "Username": "ana",
        "Resources": [{"ResourceName": "orders"}],
        "CloudTrailEvent": json.dumps(
            {"requestParameters": {"secretString": TOKEN}, "errorCode": "AccessDenied", "awsRegion": "eu-central-1"}
        ),
    }
    with Stubber(client) as stub:
        stub.add_response("lookup_events", {"Events": [event]}, None)
        (line,) = CloudTrail(client).read(1_799_999_000, 1_800_000_000)
    assert (line.kind, line.text) == (Kind.AUDIT, "ana: dynamodb UpdateTable orders, refused: AccessDenied")
    assert TOKEN not in line.model_dump_json()


def test_a_cloudtrail_that_refuses_is_unavailable() -> None:
    client = boto3.client("cloudtrail", region_name="eu-central-1", aws_access_key_id="x", aws_secret_access_key="x")
    with Stubber(client) as stub:
        stub.add_client_error("lookup_events", "AccessDeniedException", "not for you", expected_params=None)
        with pytest.raises(Unreachable, match=r"CloudTrail: .*not for you"):
            CloudTrail(client).read(1, 2)


def test_two_watches_of_one_store_are_refused(tmp_path: Path) -> None:
    with Disk(tmp_path).alone(), pytest.raises(BadInput, match="one at a time"), Disk(tmp_path).alone():
        pass


def test_a_folder_of_a_day_is_never_given_twice_and_a_label_is_no_path(tmp_path: Path) -> None:
    store = Store(Disk(tmp_path))
    first = store.new("shop", 1_800_000_000, [])
    assert first.id == "2027-01-15-shop-01"
    assert store.new("shop", 1_800_000_000, [first]).id == "2027-01-15-shop-02"
    assert store.new("../../etc", 1_800_000_000, []).id == "2027-01-15-etc-01"
    assert store.new("", 1_800_000_000, []).id == "2027-01-15-unknown-01"
