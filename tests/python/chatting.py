"""A chat server that can be killed and started again, and readers that follow its answers through it."""

import http.client
import json
import os
import pathlib
import re
import signal
import subprocess
import tempfile
import threading
import time
import uuid

from endpoint import START_SECONDS, binary

PATIENCE_SECONDS = float(os.environ.get("TSUZUKI_TEST_PATIENCE", "180"))

GONE = (ConnectionError, http.client.HTTPException, TimeoutError)


class ChatServer:
    """`tsuzuki serve` on one port and one data folder, over as many processes as it takes."""

    def __init__(self, scenario, config=""):
        self.folder = tempfile.TemporaryDirectory(prefix="tsuzuki-chat-")
        home = pathlib.Path(self.folder.name)
        (home / "scenario.toml").write_text(scenario, encoding="utf-8")
        (home / "tsuzuki.toml").write_text(config, encoding="utf-8")
        self.home, self.port, self.process = home, 0, None
        self.start()

    def environment(self):
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("TSUZUKI_", "AWS_", "XDG_"))}
        return clean | {"HOME": str(self.home)}

    def start(self):
        command = [str(binary()), "serve", "--listen", f"127.0.0.1:{self.port}", "--scenario", "scenario.toml"]
        with open(self.home / "stderr", "ab") as talk:
            self.process = subprocess.Popen(
                command,
                cwd=self.home,
                env=self.environment(),
                stdout=subprocess.PIPE,
                stderr=talk,
                stdin=subprocess.DEVNULL,
                text=True,
            )
        giving_up = threading.Timer(START_SECONDS, self.process.kill)
        giving_up.start()
        try:
            for line in self.process.stdout:
                found = re.search(r"http://127\.0\.0\.1:(\d+)", line)
                if found:
                    self.port = int(found.group(1))
                    return
        finally:
            giving_up.cancel()
        raise AssertionError("the server did not start:\n" + (self.home / "stderr").read_text())

    def kill(self):
        """As `kill -9`, and as if the machine's power had gone for everything but the disk's cache."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()

    def stop(self):
        """A clean shutdown; its exit code."""
        self.process.terminate()
        code = self.process.wait(timeout=60)
        self.process.stdout.close()
        return code

    def close(self):
        if self.process.poll() is None:
            self.kill()
        self.folder.cleanup()

    def open(self, method, path, body=None, headers=None):
        """A response that is still to be read; its connection closes with it."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        fields = dict(headers or {})
        if body is not None:
            body = json.dumps(body)
            fields["Content-Type"] = "application/json"
        connection.request(method, "/api/v1" + path, body=body, headers=fields)
        response = connection.getresponse()
        response.of = connection
        return response

    def call(self, method, path, body=None, headers=None):
        """The JSON of an answer. A server that is gone is awaited, as any client would."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                response = self.open(method, path, body, headers)
                text = response.read()
                response.of.close()
                break
            except GONE:
                assert time.monotonic() < deadline, "the server never came back"
                time.sleep(0.05)
        assert response.status < 300, f"{method} {path}: {response.status} {text[:500]}"
        return json.loads(text) if text else None

    def settled(self, message):
        """A message that is over; its readers may know so a moment earlier."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            found = self.call("GET", f"/messages/{message}")
            if found["state"] != "running":
                return found
            assert time.monotonic() < deadline, "it is over for its readers, and not for the store"
            time.sleep(0.02)

    def ask(self, prompt, model, max_tokens):
        """A new conversation and its first question: conversation, answer, run, cursor."""
        conversation = self.call(
            "POST", "/conversations", {"id": identity(), "shape": {"model": model, "max_tokens": max_tokens}}
        )["id"]
        post = {"id": identity(), "text": prompt, "answer": identity()}
        # The key makes it safe to ask again whatever happened to the first request.
        posted = self.call("POST", f"/conversations/{conversation}/messages", post, {"Idempotency-Key": post["id"]})
        return conversation, post["answer"], posted["run"], posted["cursor"]


def identity():
    """A UUID of version 7, as clients make them."""
    stamp = time.time_ns() // 1_000_000
    bits = (stamp << 80) | (0x7 << 76) | (0b10 << 62) | (uuid.uuid4().int & ((1 << 76) - 1) & ~(0b11 << 62))
    return str(uuid.UUID(int=bits))


def text_of(message):
    return "".join(block["text"] for block in message["blocks"] if block["kind"] == "text")


class Reader:
    """Follows one answer to its end, reconnecting with its cursor, and minds every character."""

    def __init__(self, server, path, message, cursor=None, text=""):
        self.server, self.path, self.message = server, path, message
        # What the message said when its run began.
        self.last_id, self.text, self.wrong = None, text, []
        self.reasoning = ""
        self.next = int(cursor.rsplit(".", 1)[1]) if cursor else 0
        self.state, self.connections, self.resumed, self.snapshots = None, 0, 0, 0
        self.thread = threading.Thread(target=self._follow, daemon=True)
        self.thread.start()

    def wait(self):
        self.thread.join(PATIENCE_SECONDS)
        assert not self.thread.is_alive(), f"the answer never ended; {len(self.text)} characters were read"

    def _follow(self):
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self.state is None and not self.wrong and time.monotonic() < deadline:
            try:
                headers = {"Last-Event-ID": self.last_id} if self.last_id else {}
                response = self.server.open("GET", self.path, headers=headers)
                if response.status != 200:
                    self.wrong.append(f"{response.status}: {response.read()[:300]}")
                    return
                self.connections += 1
                self._read(response)
            except GONE:
                pass
            except Exception as error:  # a thread's error must reach the test
                self.wrong.append(repr(error))
            time.sleep(0.02)

    def _read(self, response):
        name, data, number = None, [], None
        try:
            while self.state is None and not self.wrong:
                line = response.readline()
                if not line.endswith(b"\n"):
                    return
                line = line.decode().rstrip("\n")
                field, _, value = line.partition(":")
                value = value.removeprefix(" ")
                if field == "event":
                    name = value
                elif field == "data":
                    data.append(value)
                elif field == "id":
                    number = value
                elif line == "":
                    if data:
                        self._take(name, json.loads("\n".join(data)))
                    # Only what was taken counts as read.
                    self.last_id = number or self.last_id
                    name, data = None, []
        finally:
            response.of.close()

    def _take(self, name, data):
        if name == "message" and data["message"]["id"] == self.message:
            whole = text_of(data["message"])
            self.snapshots += 1
            if not whole.startswith(self.text):
                self.wrong.append(f"what was read ({len(self.text)} characters) is not what the message begins with")
            self.text = whole
            if data["cursor"]:
                self.next = int(data["cursor"].rsplit(".", 1)[1])
            if data["message"]["state"] != "running":
                self.state = data["message"]["state"]
        if name == "entries" and data["message"] == self.message:
            if data["from"] > self.next:
                self.wrong.append(f"entries {self.next} to {data['from'] - 1} never came")
            for seq, entry in enumerate(data["entries"], start=data["from"]):
                if seq < self.next:
                    continue
                self.next = seq + 1
                if entry["kind"] == "text":
                    self.text += entry["text"]
                elif entry["kind"] == "reasoning":
                    self.reasoning += entry["text"]
                elif entry["kind"] == "resumed":
                    self.resumed += 1
                elif entry["kind"] == "over":
                    self.state = entry["state"]
