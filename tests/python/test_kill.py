"""The server is killed while answers run, and goes on with them by itself when it is back.

Seeds and counts are printed. `TSUZUKI_KILLS=200` (how many times it is killed) makes it long, and
`TSUZUKI_SEED` repeats a run's moments.
"""

import os
import random
import subprocess
import time

import pytest

from chatting import ChatServer, Reader, identity, text_of
from endpoint import HAIKU, OPUS, SONNET, SONNET_5, binary

KILLS = int(os.environ.get("TSUZUKI_KILLS", "10"))
SEED = int(os.environ.get("TSUZUKI_SEED", "1"))
LONG = "/long 200"
MODELS = (HAIKU, SONNET, SONNET_5, OPUS)

# An answer of some 10,000 tokens takes several seconds, and is made of dozens of parts.
SCENARIO = "schema = 1\n[stream]\nttft = '50ms'\ntps = 2000\n"
CONFIG = """
[policy]
max_legs = 1000
max_cost = 1000.0
leg_floor = 100
leg_ceiling = 400
no_progress_seconds = 300

[chat]
grace_seconds = 1
"""


@pytest.fixture
def server():
    running = ChatServer(SCENARIO, CONFIG)
    yield running
    running.close()


def uncut(server, model):
    """The text of a run that nobody kills."""
    ask = [str(binary()), "ask", LONG, "--model", model, "--max-tokens", "4000"]
    done = subprocess.run(ask, env=server.environment(), cwd=server.folder.name + "/..", capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def verify(server, text):
    """The text checks itself, too."""
    done = subprocess.run(
        [str(binary()), "verify", "-"], input=text, env=server.environment(), capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr


class Asked:
    """A question, and three who read its answer: of the run, of the conversation, and a late one."""

    def __init__(self, server, model, max_tokens=200):
        self.model = model
        self.conversation, self.answer, self.run, cursor = server.ask(LONG, model, max_tokens)
        self.text = ""
        self._read(server, cursor)

    def _read(self, server, cursor):
        runs, all_of_it = f"/runs/{self.run}/events", f"/events?conversation={self.conversation}"
        self.readers = [
            Reader(server, f"{path}after={cursor}", self.answer, cursor, self.text)
            for path in (f"{runs}?", f"{all_of_it}&")
        ]
        self.late = None

    def read_from_the_beginning(self, server):
        self.late = Reader(server, f"/runs/{self.run}/events", self.answer, text=self.text)

    def begins(self, server, what, body):
        """A run on top of this answer (`continue`, `retry`), and who reads that."""
        path, key = f"/messages/{self.answer}/{what}", {"Idempotency-Key": identity()}
        posted = server.call("POST", path, body, key)
        message = posted["messages"][-1]
        self.answer, self.run, self.text = message["id"], posted["run"], text_of(message)
        self._read(server, posted["cursor"])

    def until(self, holds):
        """Waits for something to be read."""
        deadline = time.monotonic() + 60
        while not holds(self.readers[0]):
            told = [(reader.state, reader.wrong) for reader in self.readers]
            assert self.runs() and time.monotonic() < deadline, f"it never came: {told}"
            time.sleep(0.01)

    def runs(self):
        return any(reader.state is None and not reader.wrong for reader in self.readers)

    def judge(self, server, whole):
        for reader in [*self.readers, self.late]:
            reader.wait()
            assert not reader.wrong, f"{self.model}, {reader.path}: {reader.wrong}"
            assert reader.state == "complete"
            assert reader.text == whole, f"{self.model}: what was read is not the uncut text"
        message = server.settled(self.answer)
        assert (message["state"], text_of(message)) == ("complete", whole)
        return message["making"]


def kill_meanwhile(server, chance, asked, most):
    """Kills the server at random moments while it writes; how often."""
    kills = 0
    while kills < most and asked.runs():
        time.sleep(chance.uniform(0.0, 0.8))
        server.kill()
        server.start()
        kills += 1
        if kills == 1:
            asked.read_from_the_beginning(server)
    return kills


def report(capsys, line):
    with capsys.disabled():
        print("\n" + line, end="")


def test_kill_9_at_random_moments_cuts_nothing(server, capsys):
    chance = random.Random(SEED)
    wholes = {model: uncut(server, model) for model in MODELS}
    for whole in wholes.values():
        verify(server, whole)
    kills, answers, joints, parts, characters, reconnections = 0, 0, 0, 0, 0, 0
    while kills < KILLS:
        asked = [Asked(server, model) for model in MODELS]
        killed = 0
        while kills < KILLS and any(one.runs() for one in asked):
            time.sleep(chance.uniform(0.0, 1.2))
            server.kill()
            server.start()
            kills, killed = kills + 1, killed + 1
            if killed == 1:
                for one in asked:
                    one.read_from_the_beginning(server)
        for one in asked:
            making = one.judge(server, wholes[one.model])
            restarts = sum(seam["kind"] == "restart" for seam in making["seams"])
            # A death before the first word leaves no joint.
            assert restarts > 0 or killed == 1, "it was to be killed while it wrote"
            answers, joints, parts = answers + 1, joints + restarts, parts + len(making["parts"])
            characters += len(wholes[one.model])
            reconnections += sum(reader.connections - 1 for reader in one.readers)
    report(
        capsys,
        f"seed {SEED}: killed {kills} times; {answers} answers of {characters} characters in {parts} parts were "
        f"complete and equal to the uncut text, {joints} joints after restarts, {reconnections} reconnections ",
    )


def test_a_clean_shutdown_hands_over(server, capsys):
    whole = uncut(server, SONNET_5)
    asked = Asked(server, SONNET_5)
    asked.read_from_the_beginning(server)
    asked.until(lambda reader: reader.text)
    assert server.stop() == 0
    server.start()
    making = asked.judge(server, whole)
    assert "restart" in {seam["kind"] for seam in making["seams"]}


@pytest.mark.parametrize("model", [SONNET, SONNET_5])
def test_kill_9_in_an_answer_that_is_continued(server, capsys, model):
    chance = random.Random(SEED)
    whole = uncut(server, model)
    kills, runs = 0, 0
    while kills < max(2, KILLS // 4):
        asked = Asked(server, model)
        asked.until(lambda reader: len(reader.text) > 500)
        server.call("POST", f"/runs/{asked.run}/stop", {})
        assert server.settled(asked.answer)["state"] == "stopped"
        asked.begins(server, "continue", {})
        assert 0 < len(asked.text) < len(whole)
        kills += kill_meanwhile(server, chance, asked, 4)
        making = asked.judge(server, whole)
        assert {seam["kind"] for seam in making["seams"]} & {"asked", "restart"}
        runs += 1
    report(capsys, f"{model}: killed {kills} times in {runs} runs that went on with an answer ")


def test_kill_9_in_an_answer_that_is_written_anew_from_a_seam(server, capsys):
    model, chance = SONNET_5, random.Random(SEED)
    whole = uncut(server, model)
    first = Asked(server, model)
    first.read_from_the_beginning(server)
    seams = first.judge(server, whole)["seams"]
    original, kills, runs = first.answer, 0, 0
    while kills < max(2, KILLS // 4):
        first.answer = original
        first.begins(server, "retry", {"seam": 1 + chance.randrange(len(seams) // 2), "answer": identity()})
        kills += kill_meanwhile(server, chance, first, 4)
        first.judge(server, whole)
        runs += 1
    # What was there before is as it was.
    assert text_of(server.call("GET", f"/messages/{original}")) == whole
    report(capsys, f"{model}: killed {kills} times in {runs} runs that began at a seam ")


THOUGHT = " ".join(f"thought {number}," for number in range(1500))
REASONS = f"""{SCENARIO}
[[rule]]
user = '^/long'
[[rule.reply]]
reasoning = "{THOUGHT}"
[[rule.reply]]
respond = "{LONG}"
"""


@pytest.mark.parametrize("model", [SONNET, SONNET_5])
def test_kill_9_while_the_model_reasons(capsys, model):
    server = ChatServer(REASONS, CONFIG)
    try:
        chance = random.Random(SEED)
        whole = uncut(server, model)
        kills, answers = 0, 0
        while kills < max(2, KILLS // 4):
            # Room for all of the reasoning and the beginning of the text.
            asked = Asked(server, model, max_tokens=8000)
            asked.until(lambda reader: reader.reasoning)
            time.sleep(chance.uniform(0.0, 0.3))
            assert not asked.readers[0].text, "it was to be killed while it reasoned"
            server.kill()
            server.start()
            asked.read_from_the_beginning(server)
            kills += 1 + kill_meanwhile(server, chance, asked, 1)
            asked.judge(server, whole)
            answers += 1
        report(capsys, f"{model}: killed {kills} times, first while it reasoned; {answers} answers were complete ")
    finally:
        server.close()
