"""Answers that take more than a minute, asked for when the session begins, judged at its end."""

import concurrent.futures
import time

from endpoint import SONNET, Endpoint, converse, invoke

PROMPT = "take your time"
LINES = "\n".join(f"Line {number} of an answer that takes its time, to the last word." for number in range(1, 66))

# An unhurried model: 10 tokens at once, then the rest in one silent leg.
UNHURRIED = f"""schema = 1

[stream]
tps = {{speed}}

[[rule]]
user = '{PROMPT}'
call = "1..2"
reply = '''
{LINES}'''

[[rule]]
user = '{PROMPT}'
error = {{ status = 403, type = "AccessDeniedException", message = "The model was asked more often than once." }}
"""


class Timed:
    """An answer, and how many seconds it took."""

    def __init__(self, ask):
        began = time.monotonic()
        self.answer = ask()
        self.seconds = time.monotonic() - began


class Answers:
    """The answers of this session."""

    def __init__(self):
        self.pool = concurrent.futures.ThreadPoolExecutor(max_workers=3)
        self.endpoints = []
        self.ninety_seconds = self.retried = None

    def begin(self):
        self.ninety_seconds = {operation: self._ask(operation, speed=10) for operation in (converse, invoke)}
        # A client so impatient that it gives up again and again before the second leg is done.
        self.retried = self._ask(converse, speed=80, read_timeout=4, retries={"total_max_attempts": 9, "mode": "standard"})

    def _ask(self, operation, speed, **settings):
        endpoint = Endpoint(scenario=UNHURRIED.replace("{speed}", str(speed)))
        self.endpoints.append(endpoint)
        client = endpoint.client(**settings)
        return self.pool.submit(Timed, lambda: operation(client, SONNET, PROMPT, 10))

    def close(self):
        for endpoint in self.endpoints:
            endpoint.close()
        self.pool.shutdown(cancel_futures=True)


ANSWERS = Answers()
