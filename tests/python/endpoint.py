"""The real binary, started on a free port, and the clients that talk to it."""

import json
import os
import pathlib
import re
import subprocess
import tempfile
import threading
import http.client

import boto3
from botocore.config import Config

ROOT = pathlib.Path(__file__).resolve().parents[2]
START_SECONDS = 20

HAIKU = "anthropic.claude-3-haiku-20240307-v1:0"
SONNET = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
SONNET_5 = "us.anthropic.claude-sonnet-5"
OPUS = "us.anthropic.claude-opus-4-6-v1"
COUNTED = SONNET.removeprefix("us.")  # CountTokens takes bare ids, of newer models only
PREFILL = (HAIKU, SONNET)
NO_PREFILL = (SONNET_5, OPUS)


def binary():
    named = os.environ.get("TSUZUKI_BIN")
    if named:
        return pathlib.Path(named)
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    return target / "debug" / "tsuzuki"


class Endpoint:
    """`tsuzuki serve` on a free port, until `close`."""

    def __init__(self, *options, scenario=None, environment=None):
        self.folder = tempfile.TemporaryDirectory(prefix="tsuzuki-test-")
        command = [str(binary()), "serve", "--listen", "127.0.0.1:0", *options]
        if "--data" not in options:
            command += ["--data", str(pathlib.Path(self.folder.name, "data"))]
        if scenario is not None:
            path = pathlib.Path(self.folder.name, "scenario.toml")
            path.write_text(scenario, encoding="utf-8")
            command += ["--scenario", str(path)]
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("TSUZUKI_", "AWS_"))}
        clean.update(environment or {})
        # What it keeps without --data belongs to this test.
        clean["HOME"] = clean["XDG_DATA_HOME"] = self.folder.name
        self.talk = open(pathlib.Path(self.folder.name, "stderr"), "w+", encoding="utf-8")
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=self.talk, stdin=subprocess.DEVNULL, text=True, env=clean
        )
        self.url = self._address()

    def _address(self):
        giving_up = threading.Timer(START_SECONDS, self.process.kill)
        giving_up.start()
        try:
            for line in self.process.stdout:
                found = re.search(r"https?://127\.0\.0\.1:\d+", line)
                if found:
                    return found.group()
        finally:
            giving_up.cancel()
        self.talk.seek(0)
        raise AssertionError("the endpoint did not start:\n" + self.talk.read())

    def client(self, service="bedrock-runtime", **settings):
        return boto3.client(
            service,
            endpoint_url=self.url,
            region_name="us-east-1",
            aws_access_key_id="offline",
            aws_secret_access_key="offline",
            config=Config(**settings),
        )

    def raw(self, method, path, body=None, headers=None, timeout=30):
        """One request outside any SDK: status, header fields, body."""
        connection = http.client.HTTPConnection(self.url.removeprefix("http://"), timeout=timeout)
        try:
            connection.request(method, path, body=body, headers=headers or {})
            response = connection.getresponse()
            return response.status, dict(response.getheaders()), response.read()
        finally:
            connection.close()

    def close(self):
        self.process.terminate()
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.talk.close()
        self.folder.cleanup()


def user(text):
    return [{"role": "user", "content": [{"text": text}]}]


class Answer:
    """What one call brought, whichever operation brought it."""

    def __init__(self, text, stop, usage, report, events=None, role="assistant", blocks=1):
        self.text, self.stop, self.usage, self.report = text, stop, usage, report
        self.events, self.role, self.blocks = events, role, blocks


def converse(client, model, text, limit, wish=None, messages=None):
    fields = {} if wish is None else {"additionalModelRequestFields": {"tsuzuki": wish}}
    response = client.converse(
        modelId=model, messages=messages or user(text), inferenceConfig={"maxTokens": limit}, **fields
    )
    message = response["output"]["message"]
    return Answer(
        "".join(block["text"] for block in message["content"]),
        response["stopReason"],
        response["usage"],
        response.get("additionalModelResponseFields", {}).get("tsuzuki"),
        role=message["role"],
        blocks=len(message["content"]),
    )


def converse_stream(client, model, text, limit, wish=None):
    fields = {} if wish is None else {"additionalModelRequestFields": {"tsuzuki": wish}}
    response = client.converse_stream(
        modelId=model, messages=user(text), inferenceConfig={"maxTokens": limit}, **fields
    )
    events = list(response["stream"])
    named = {name: value for event in events for name, value in event.items()}
    deltas = [event["contentBlockDelta"] for event in events if "contentBlockDelta" in event]
    return Answer(
        "".join(delta["delta"]["text"] for delta in deltas),
        named["messageStop"]["stopReason"],
        named["metadata"]["usage"],
        named["messageStop"].get("additionalModelResponseFields", {}).get("tsuzuki"),
        events=[next(iter(event)) for event in events],
        role=named["messageStart"]["role"],
        blocks=len({delta["contentBlockIndex"] for delta in deltas}),
    )


def native_body(text, limit, wish=None, messages=None):
    body = {
        "anthropic_version": "bedrock-2023-05-31",
        "max_tokens": limit,
        "messages": messages or [{"role": "user", "content": text}],
    }
    if wish is not None:
        body["tsuzuki"] = wish
    return json.dumps(body)


def invoke(client, model, text, limit, wish=None, messages=None):
    response = client.invoke_model(modelId=model, body=native_body(text, limit, wish, messages))
    body = json.loads(response["body"].read())
    return Answer(
        "".join(block["text"] for block in body["content"]),
        body["stop_reason"],
        {"inputTokens": body["usage"]["input_tokens"], "outputTokens": body["usage"]["output_tokens"]},
        body.get("tsuzuki"),
        role=body["role"],
        blocks=len(body["content"]),
    )


def invoke_stream(client, model, text, limit, wish=None):
    response = client.invoke_model_with_response_stream(modelId=model, body=native_body(text, limit, wish))
    chunks = [json.loads(event["chunk"]["bytes"]) for event in response["body"]]
    by_type = {chunk["type"]: chunk for chunk in chunks}
    deltas = [chunk for chunk in chunks if chunk["type"] == "content_block_delta"]
    # message_start tells the input of the first leg only: it is sent before anybody knows of others.
    metrics = by_type["message_stop"]["amazon-bedrock-invocationMetrics"]
    usage = {"inputTokens": metrics["inputTokenCount"], "outputTokens": metrics["outputTokenCount"]}
    assert by_type["message_delta"]["usage"]["output_tokens"] == usage["outputTokens"]
    return Answer(
        "".join(delta["delta"]["text"] for delta in deltas),
        by_type["message_delta"]["delta"]["stop_reason"],
        usage,
        next((chunk["tsuzuki"] for chunk in chunks if "tsuzuki" in chunk), None),
        events=[chunk["type"] for chunk in chunks],
        role=by_type["message_start"]["message"]["role"],
        blocks=len({delta["index"] for delta in deltas}),
    )


OPERATIONS = (converse, converse_stream, invoke, invoke_stream)
STREAMED = (converse_stream, invoke_stream)
