"""The server is killed while answers run, and goes on with them by itself when it is back.

Seeds and counts are printed. `TSUZUKI_KILLS=200` (how many times it is killed) makes it long, and
`TSUZUKI_SEED` repeats a run's moments.
"""

import os
import random
import subprocess
import time

import pytest

from chatting import ChatServer, Reader, text_of
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

    def __init__(self, server, model):
        self.model = model
        self.conversation, self.answer, self.run, cursor = server.ask(LONG, model, max_tokens=200)
        self.readers = [
            Reader(server, f"/runs/{self.run}/events?after={cursor}", self.answer, cursor),
            Reader(server, f"/events?conversation={self.conversation}&after={cursor}", self.answer, cursor),
        ]
        self.late = None

    def read_from_the_beginning(self, server):
        self.late = Reader(server, f"/runs/{self.run}/events", self.answer)

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
    deadline = time.monotonic() + 60
    while not asked.readers[0].text:
        assert time.monotonic() < deadline, "it never began"
        time.sleep(0.01)
    assert server.stop() == 0
    server.start()
    making = asked.judge(server, whole)
    assert "restart" in {seam["kind"] for seam in making["seams"]}
