"""Broken lines: recovered where Tsuzuki may, told where it may not."""

import pytest
from botocore.exceptions import ClientError, EventStreamError

from endpoint import NO_PREFILL, OPERATIONS, SONNET, STREAMED, converse, converse_stream, invoke_stream

LIMIT = 60
PROMPT = "a steady answer please"
LINES = "\n".join(f"{number}. 続きの文章です。This is line {number} of a text that nothing may cut. 🐸" for number in range(1, 41))

# How a leg breaks, and whether an answer in one piece can break that way.
FAULTS = {
    "throttled before": ("start", 'do = "http", status = 429, type = "ThrottlingException", message = "Too many requests, please wait before trying again."', True),
    "unavailable before": ("start", 'do = "http", status = 503, type = "ServiceUnavailableException", message = "Bedrock is unable to process your request."', True),
    "throttled inside": ("delta:3", 'do = "exception", type = "throttlingException"', True),
    "error inside": ("delta:3", 'do = "exception", type = "modelStreamErrorException"', True),
    "ended": ("delta:3", 'do = "eof"', True),
    "ended in a frame": ("delta:3", 'do = "eof-midframe"', True),
    "reset": ("byte:300", 'do = "reset"', True),
    "bad checksum": ("delta:3", 'do = "bad-crc"', False),
}


def scenario(*faults):
    listed = ",\n".join(f'  {{ call = {call}, at = "{at}", {what} }}' for call, at, what in faults)
    return f"""schema = 1

[[rule]]
user = '{PROMPT}'
reply = '''
{LINES}'''
fault = [
{listed}
]
"""


@pytest.mark.parametrize("model", [SONNET, NO_PREFILL[0]])
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.__name__)
@pytest.mark.parametrize("call", [1, 2], ids=["first-leg", "later-leg"])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_made_up_for(scripted, fault, call, operation, model):
    at, what, collected = FAULTS[fault]
    if operation not in STREAMED and not collected:
        pytest.skip("an answer in one piece has no frames")
    endpoint = scripted(scenario((call, at, what)))
    # One attempt: whatever is made up for, Tsuzuki did it, not the SDK.
    client = endpoint.client(retries={"total_max_attempts": 1})
    answer = operation(client, model, PROMPT, LIMIT)
    assert answer.text == LINES
    assert answer.stop == "end_turn"
    assert answer.report["outcome"] == "complete"
    stops = [leg["stop"] for leg in answer.report["legs"]]
    assert stops[call - 1] not in ("max_tokens", "end_turn"), f"the fault did not happen: {stops}"


@pytest.mark.parametrize("operation", STREAMED, ids=lambda operation: operation.__name__)
def test_one_fault_after_another(scripted, operation):
    faults = [(call, at, what) for call, (at, what, _) in enumerate(FAULTS.values(), start=1) if at != "start"]
    client = scripted(scenario(*faults)).client(retries={"total_max_attempts": 1})
    assert operation(client, SONNET, PROMPT, LIMIT).text == LINES


def received(stream):
    """The text before a stream breaks, and how it broke."""
    text = ""
    try:
        for event in stream:
            text += event.get("contentBlockDelta", {}).get("delta", {}).get("text", "")
    except EventStreamError as error:
        return text, error.response["Error"]["Code"]
    return text, None


@pytest.mark.parametrize("kind", ["throttlingException", "modelStreamErrorException", "serviceUnavailableException", "internalServerException"])
def test_mode_off_passes_an_exception_inside_a_stream(scripted, kind):
    endpoint = scripted(scenario((1, "delta:3", f'do = "exception", type = "{kind}"')), "--mode", "off")
    response = endpoint.client().converse_stream(modelId=SONNET, messages=[{"role": "user", "content": [{"text": PROMPT}]}])
    text, code = received(response["stream"])
    assert code == kind
    assert text and LINES.startswith(text)


def test_mode_off_passes_a_throttle(scripted):
    endpoint = scripted(scenario((1, *FAULTS["throttled before"][:2])), "--mode", "off")
    client = endpoint.client(retries={"total_max_attempts": 1})
    with pytest.raises(ClientError) as caught:
        converse(client, SONNET, PROMPT, 4096)
    assert caught.value.response["Error"]["Code"] == "ThrottlingException"
    assert converse(client, SONNET, PROMPT, 4096).text == LINES


def test_a_stream_nobody_can_finish_says_so(scripted):
    """Every leg dies before anything new came: the text so far, then the truth."""
    faults = [(call, "delta:1" if call > 1 else "delta:9", 'do = "exception", type = "modelStreamErrorException"') for call in range(1, 12)]
    endpoint = scripted(scenario(*faults))
    response = endpoint.client().converse_stream(modelId=SONNET, messages=[{"role": "user", "content": [{"text": PROMPT}]}])
    text, code = received(response["stream"])
    assert code == "modelStreamErrorException"
    assert text and LINES.startswith(text)


def test_a_scenario_with_a_mistake_does_not_start(scripted):
    with pytest.raises(AssertionError, match="scenario.toml"):
        scripted("schema = 1\n[[rule]]\nreplly = 'x'\n")


HABITS = {
    "no echo, some overlap": 'echo = "none", overlap = 6',
    "half an echo": 'echo = "partial"',
    "an echo in quotes": 'echo = "quoted"',
    "an echo in other white space": 'echo = "rewrap"',
    "a preamble": 'preamble = "Sure, continuing:\\n\\n"',
    "no echo, the line again": 'echo = "none", restart_line = true',
    "no echo, the answer again": 'echo = "none", restart_answer = true',
    "no echo": 'echo = "none"',
    "now and then none": 'echo = "none", every = 2',
}


@pytest.mark.parametrize("operation", STREAMED, ids=lambda operation: operation.__name__)
@pytest.mark.parametrize("habit", HABITS.values(), ids=HABITS.keys())
def test_a_habit_at_the_seam_never_goes_unnoticed(scripted, habit, operation):
    endpoint = scripted(scenario().replace("fault = [\n\n]", f"resume = {{ {habit} }}"))
    answer = operation(endpoint.client(), NO_PREFILL[0], PROMPT, LIMIT)
    proofs = {seam["proof"] for seam in answer.report["seams"]}
    assert answer.text == LINES or "unverified" in proofs or answer.stop != "end_turn", proofs
