"""The chat API against its own description, by a property-based client: schemathesis."""

import pathlib
import re
import subprocess
import sys
import tempfile

from endpoint import Endpoint

# JSON Schema calls 1.0 an integer, serde does not; what a schema cannot say (that a text is not empty)
# is refused with reason; and a change may name a message that is missing, of a conversation that is not.
NOT_MEANT = "positive_data_acceptance,ensure_resource_availability"

# Whatever is refused is refused: a body that is far too long (413) as well as one that is wrong.
REFUSALS = """
[checks]
negative_data_rejection.expected-statuses = ["4xx", "5xx"]
"""

# A stream of events has no end of its own.
ENDLESS = "/api/v1/events"


def test_nothing_is_answered_that_is_not_described():
    endpoint = Endpoint()
    try:
        command = [
            *(sys.executable, "-m", "schemathesis.cli", "run"),
            f"{endpoint.url}/api/v1/openapi.json",
            *("--exclude-checks", NOT_MEANT),
            *("--exclude-path", ENDLESS),
            *("--max-examples", "20", "--max-time", "60", "--seed", "7"),
            *("--request-timeout", "20", "--rate-limit", "45/s", "--no-color"),
        ]
        # In a folder of its own: it keeps what it found, and would begin with that the next time.
        with tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder, "schemathesis.toml").write_text(REFUSALS, encoding="utf-8")
            run = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=240, check=False)
    finally:
        endpoint.close()
    assert run.returncode == 0, run.stdout + run.stderr
    tested = re.search(r"Tested: (\d+)", run.stdout)
    assert tested and int(tested.group(1)) > 30, run.stdout
