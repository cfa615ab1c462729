"""What the endpoint sends, held against botocore's service model by an outside tool."""

import base64
import json
import os
import pathlib
import subprocess
import sys

import pytest
from botocore.eventstream import EventStreamBuffer

from endpoint import COUNTED, HAIKU, NO_PREFILL, ROOT, SONNET, native_body, user

SHARED = pathlib.Path(os.environ.get("TSUZUKI_SHARED", ROOT.parent / "shared"))
TOOL = SHARED / "tools" / "shape_check.py"

REQUESTS = {
    "Converse": ("converse", lambda text: json.dumps({"messages": user(text), "inferenceConfig": {"maxTokens": 10}})),
    "ConverseStream": ("converse-stream", lambda text: json.dumps({"messages": user(text), "inferenceConfig": {"maxTokens": 10}})),
    "InvokeModel": ("invoke", lambda text: native_body(text, 10)),
    "InvokeModelWithResponseStream": ("invoke-with-response-stream", lambda text: native_body(text, 10)),
}


def check(folder, operation, status, headers, body):
    """Hands the tool one recorded exchange, headers included."""
    if not TOOL.exists():
        pytest.skip(f"{TOOL.name} is not beside the repository")
    response = {"status": status, "headers": headers}
    if headers["content-type"] == "application/vnd.amazon.eventstream":
        response["body_base64"] = base64.b64encode(body).decode()
    else:
        response["body"] = json.loads(body)
    exchange = folder / "exchange.json"
    exchange.write_text(json.dumps({"operation": operation, "request": {}, "response": response}), encoding="utf-8")
    checked = subprocess.run(
        [sys.executable, str(TOOL), "-v", str(exchange)], capture_output=True, text=True, timeout=60, check=False
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "1 checked, 1 clean" in checked.stdout


def send(endpoint, path, body, model):
    status, headers, answer = endpoint.raw("POST", f"/model/{model.replace(':', '%3A')}/{path}", body=body)
    return status, {name.lower(): value for name, value in headers.items()}, answer


@pytest.mark.parametrize("model", [HAIKU, SONNET, *NO_PREFILL])
@pytest.mark.parametrize("operation", REQUESTS)
def test_answers_of_several_legs(endpoint, tmp_path, operation, model):
    path, body = REQUESTS[operation]
    status, headers, answer = send(endpoint, path, body("12段落書いて"), model)
    assert status == 200, answer
    check(tmp_path, operation, status, headers, answer)


@pytest.mark.parametrize("operation", REQUESTS)
def test_answers_passed_through(untouched, tmp_path, operation):
    path, body = REQUESTS[operation]
    status, headers, answer = send(untouched, path, body("/json 12"), SONNET)
    assert status == 200, answer
    check(tmp_path, operation, status, headers, answer)


@pytest.mark.parametrize("body, model", [("{oops", HAIKU), ("{}", HAIKU), (None, "anthropic.claude-nope-v1:0")])
@pytest.mark.parametrize("operation", REQUESTS)
def test_errors(endpoint, tmp_path, operation, body, model):
    path, well_formed = REQUESTS[operation]
    status, headers, answer = send(endpoint, path, body or well_formed("hi"), model)
    assert status != 200
    check(tmp_path, operation, status, headers, answer)


BREAKING = """schema = 1
[[rule]]
reply = 'A text that breaks off in the middle, whatever is done about it.'
fault = [{ at = "delta:3", do = "exception", type = "modelStreamErrorException" }]
"""


@pytest.mark.parametrize("operation", ["ConverseStream", "InvokeModelWithResponseStream"])
def test_streams_that_end_in_an_exception(scripted, tmp_path, operation):
    path, body = REQUESTS[operation]
    status, headers, answer = send(scripted(BREAKING, "--mode", "off"), path, body("hi"), SONNET)
    assert status == 200 and b"modelStreamErrorException" in answer
    check(tmp_path, operation, status, headers, answer)


def test_a_stream_that_tsuzuki_gives_up_ends_in_the_exception(scripted, tmp_path):
    """As Bedrock ends one: nothing stands behind what was written but the exception."""
    path, body = REQUESTS["ConverseStream"]
    status, headers, answer = send(scripted(BREAKING), path, body("hi"), SONNET)
    frames = EventStreamBuffer()
    frames.add_data(answer)
    kinds = [frame.headers.get(":event-type") or frame.headers[":exception-type"] for frame in frames]
    assert kinds[0] == "messageStart"
    assert "messageStop" not in kinds and "metadata" not in kinds
    assert kinds[-2:] == ["contentBlockStop", "modelStreamErrorException"]
    check(tmp_path, "ConverseStream", status, headers, answer)


def test_converse_has_its_keys_in_bedrocks_order(endpoint):
    """Recorded Converse bodies have their keys in alphabetical order."""
    _, _, answer = send(endpoint, *(REQUESTS["Converse"][0], REQUESTS["Converse"][1]("/long 12")), SONNET)
    keys = list(json.loads(answer))
    assert keys == sorted(keys)
    assert keys == ["additionalModelResponseFields", "metrics", "output", "stopReason", "usage"]


def test_counting(endpoint, tmp_path):
    body = json.dumps({"input": {"converse": {"messages": user("hi")}}})
    status, headers, answer = send(endpoint, "count-tokens", body, COUNTED)
    assert status == 200, answer
    check(tmp_path, "CountTokens", status, headers, answer)
