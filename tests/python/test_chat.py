"""A person's walk through the chat, in the words of its API."""

import http.client
import json
import time
import uuid

import pytest

from chatting import PATIENCE_SECONDS
from endpoint import HAIKU, Endpoint

PACED = '[stream]\nttft = "100ms"\ntps = 200\n'


class Person:
    """Whoever sits at a browser."""

    def __init__(self, endpoint):
        self.endpoint = endpoint

    def ask(self, method, path, body=None, expect=200):
        headers = {} if body is None else {"Content-Type": "application/json"}
        text = None if body is None else json.dumps(body)
        status, _, answer = self.endpoint.raw(method, f"/api/v1{path}", text, headers)
        assert status == expect, (status, answer)
        return json.loads(answer) if answer else None

    def follow(self, path, last=None):
        """The events of a stream, one by one, until it ends or is left."""
        connection = http.client.HTTPConnection(self.endpoint.url.removeprefix("http://"), timeout=30)
        try:
            connection.request("GET", f"/api/v1{path}", headers={"Last-Event-ID": last} if last else {})
            response = connection.getresponse()
            assert response.status == 200
            event = {}
            while line := response.readline():
                field, _, value = line.decode().rstrip("\n").partition(": ")
                if field:
                    event[field] = value
                    continue
                if "data" in event:
                    yield event["event"], event.get("id"), json.loads(event["data"])
                event = {}
        finally:
            connection.close()

    def read(self, run, leave_after=None):
        """What a run says: to its end, coming back after every so many events."""
        text, last, over = "", None, False
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not over:
            assert time.monotonic() < deadline, f"the run never ended; it said {len(text)} characters"
            seen = 0
            for name, id_, data in self.follow(f"/runs/{run}/events", last):
                if name != "entries":
                    continue
                last, seen = id_, seen + 1
                for entry in data["entries"]:
                    text += entry["text"] if entry["kind"] == "text" else ""
                    over = over or entry["kind"] == "over"
                if over or seen == leave_after:
                    break
        return text


@pytest.fixture(scope="module")
def person():
    endpoint = Endpoint()
    yield Person(endpoint)
    endpoint.close()


@pytest.fixture
def slowly(scripted):
    return Person(scripted(PACED))


def text_of(message):
    return "".join(block["text"] for block in message["blocks"] if block["kind"] == "text")


def test_the_page_and_what_it_needs_first(person):
    status, headers, page = person.endpoint.raw("GET", "/")
    assert status == 200 and b"<html" in page
    assert "unsafe" not in headers["content-security-policy"]
    about = person.ask("GET", "/about")
    assert about["signed_in"] and about["backend"]["kind"] == "simulator"
    assert any(model["id"] == HAIKU for model in person.ask("GET", "/models")["models"])
    assert person.ask("GET", "/doctor")["checks"][0] == {
        "name": "store", "state": "ok", "told": "conversations can be read and kept",
        "told_as": {"code": "store_works", "values": {}},
    }


def test_an_answer_is_read_in_pieces_and_is_whole(slowly):
    conversation = slowly.ask("POST", "/conversations", {"id": str(uuid.uuid4())}, 201)
    path = f"/conversations/{conversation['id']}"
    body = {"text": "/long 12", "shape": {"model": HAIKU, "max_tokens": 40}}
    posted = slowly.ask("POST", f"{path}/messages", body, 202)
    text = slowly.read(posted["run"], leave_after=7)
    answer = slowly.ask("GET", f"/messages/{posted['messages'][1]['id']}")
    assert answer["state"] == "complete"
    assert text == text_of(answer)
    assert "[0012/0012]" in text and len(answer["making"]["parts"]) > 1


def test_an_answer_is_stopped_and_gone_on_with(slowly):
    conversation = slowly.ask("POST", "/conversations", {}, 201)
    body = {"text": "/long 20", "shape": {"model": HAIKU}}
    posted = slowly.ask("POST", f"/conversations/{conversation['id']}/messages", body, 202)
    run, answer = posted["run"], posted["messages"][1]["id"]
    for name, _, data in slowly.follow(f"/runs/{run}/events"):
        if name == "entries" and any(entry["kind"] == "text" for entry in data["entries"]):
            break
    slowly.ask("POST", f"/runs/{run}/stop", {})
    before = slowly.read(run)
    stopped = slowly.ask("GET", f"/messages/{answer}")
    assert stopped["state"] == "stopped" and text_of(stopped) == before
    on = slowly.ask("POST", f"/messages/{answer}/continue", {}, 202)
    slowly.read(on["run"])
    whole = slowly.ask("GET", f"/messages/{answer}")
    assert whole["state"] == "complete"
    assert text_of(whole).startswith(before) and "[0020/0020]" in text_of(whole)


def test_what_was_said_is_found_taken_along_and_removed(person):
    conversation = person.ask("POST", "/conversations", {"title": "塔"}, 201)
    path = f"/conversations/{conversation['id']}"
    posted = person.ask("POST", f"{path}/messages", {"text": "/echo 東京タワー"}, 202)
    assert person.read(posted["run"]) == "東京タワー"
    hits = person.ask("GET", "/search?q=%E6%9D%B1%E4%BA%AC")["hits"]
    assert {hit["conversation"] for hit in hits} == {conversation["id"]}

    _, headers, markdown = person.endpoint.raw("GET", f"/api/v1{path}/export?format=markdown")
    assert "東京タワー" in markdown.decode() and "attachment" in headers["content-disposition"]
    archive = person.ask("GET", f"{path}/export?format=json")
    # Its readers know that it is over a moment before it is counted.
    deadline = time.monotonic() + PATIENCE_SECONDS
    while person.ask("GET", "/usage")["total"]["answers"] < 1:
        assert time.monotonic() < deadline, "what was spent is never told"
        time.sleep(0.02)

    person.ask("DELETE", path, expect=204)
    assert person.ask("GET", "/search?q=%E6%9D%B1%E4%BA%AC")["hits"] == []
    person.ask("GET", path, expect=404)
    assert person.ask("POST", "/import", archive) == {"conversations": 1, "messages": 2}
    assert text_of(person.ask("GET", path)["messages"][1]) == "東京タワー"
