"""With maxTokens 10 the caller gets what it would have got uncut, byte for byte."""

import functools

import pytest

from endpoint import HAIKU, NO_PREFILL, OPERATIONS, PREFILL, SONNET, STREAMED, converse, converse_stream, invoke, invoke_stream

PROMPTS = {
    "english": "/long 12",
    "japanese": "12段落書いて",
    "code": "/code python 20",
    "table": "/table 12x4",
    "json": "/json 12",
    "emoji": "/emoji 12",
}
LIMIT = 10
ROOMY = 4096


@pytest.fixture(scope="session")
def uncut(endpoint):
    """The text the simulator has, asked for in one piece and passed through."""

    @functools.cache
    def ask(prompt, model):
        answer = converse(endpoint.client(), model, prompt, ROOMY, wish={"mode": "off"})
        assert answer.stop == "end_turn", "the uncut text must fit one call"
        assert answer.usage["outputTokens"] > 5 * LIMIT, "the uncut text must be worth cutting"
        return answer.text

    return ask


@pytest.mark.parametrize("prompt", PROMPTS.values(), ids=PROMPTS.keys())
@pytest.mark.parametrize("model", PREFILL + NO_PREFILL)
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.__name__)
def test_a_cut_answer_is_whole(endpoint, uncut, operation, model, prompt):
    answer = operation(endpoint.client(), model, prompt, LIMIT)
    assert answer.text == uncut(prompt, model)
    assert answer.stop == "end_turn"
    assert (answer.role, answer.blocks) == ("assistant", 1)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.__name__)
@pytest.mark.parametrize("model, proof", [(SONNET, "placed"), (NO_PREFILL[0], "verified")])
def test_the_report_says_how(endpoint, operation, model, proof):
    answer = operation(endpoint.client(), model, "/long 12", LIMIT)
    assert answer.report["outcome"] == "complete"
    assert len(answer.report["legs"]) == len(answer.report["seams"]) + 1 > 1
    assert {seam["proof"] for seam in answer.report["seams"]} == {proof}
    assert answer.report["legs"][0]["stop"] == "max_tokens"


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.__name__)
@pytest.mark.parametrize("model", [HAIKU, NO_PREFILL[1]])
def test_usage_is_the_sum_of_all_legs(endpoint, operation, model):
    answer = operation(endpoint.client(), model, "/long 12", LIMIT)
    legs = [leg["usage"] for leg in answer.report["legs"]]
    for count in ("inputTokens", "outputTokens"):
        assert answer.usage[count] == sum(leg[count] for leg in legs)
    assert answer.usage["outputTokens"] >= answer.report["usage"]["newOutputTokens"] > LIMIT


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.__name__)
def test_an_answer_that_fits_carries_no_report(endpoint, operation):
    answer = operation(endpoint.client(), SONNET, "/long 2", ROOMY)
    assert (answer.stop, answer.report) == ("end_turn", None)


@pytest.mark.parametrize("model", PREFILL + NO_PREFILL)
def test_converse_stream_events_come_in_order(endpoint, model):
    events = converse_stream(endpoint.client(), model, "/long 12", LIMIT).events
    deltas = events.count("contentBlockDelta")
    assert deltas > 1
    assert events == ["messageStart"] + ["contentBlockDelta"] * deltas + ["contentBlockStop", "messageStop", "metadata"]


@pytest.mark.parametrize("model", PREFILL + NO_PREFILL)
def test_native_stream_events_come_in_order(endpoint, model):
    events = [name for name in invoke_stream(endpoint.client(), model, "/long 12", LIMIT).events if name != "ping"]
    deltas = events.count("content_block_delta")
    assert deltas > 1
    assert events == (
        ["message_start", "content_block_start"]
        + ["content_block_delta"] * deltas
        + ["content_block_stop", "message_delta", "message_stop"]
    )


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.__name__)
def test_mode_off_cuts_as_bedrock_does(untouched, operation):
    answer = operation(untouched.client(), SONNET, "/long 12", LIMIT)
    assert (answer.stop, answer.usage["outputTokens"], answer.report) == ("max_tokens", LIMIT, None)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.__name__)
@pytest.mark.parametrize("model", [SONNET, NO_PREFILL[0]])
def test_a_ceiling_holds_in_mode_cap(endpoint, uncut, operation, model):
    answer = operation(endpoint.client(), model, "/long 12", 100, wish={"mode": "cap"})
    assert answer.stop == "max_tokens"
    assert answer.text and uncut("/long 12", model).startswith(answer.text)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.__name__)
def test_a_request_may_lower_the_budget(endpoint, uncut, operation):
    answer = operation(endpoint.client(), SONNET, "/long 12", LIMIT, wish={"maxLegs": 1})
    assert answer.stop == "max_tokens"
    assert (answer.report["outcome"], len(answer.report["legs"])) == ("incomplete", 1)
    assert uncut("/long 12", SONNET).startswith(answer.text)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.__name__)
def test_a_probe_is_never_continued(endpoint, operation):
    answer = operation(endpoint.client(), SONNET, "/long 12", 1)
    assert (answer.stop, answer.usage["outputTokens"]) == ("max_tokens", 1)


@pytest.mark.parametrize("operation", STREAMED, ids=lambda operation: operation.__name__)
def test_usage_of_a_stream_equals_usage_of_a_collected_answer(endpoint, operation):
    collected = {converse_stream: converse, invoke_stream: invoke}[operation]
    one = operation(endpoint.client(), SONNET, "/long 12", LIMIT)
    other = collected(endpoint.client(), SONNET, "/long 12", LIMIT)
    assert one.usage["outputTokens"] == other.usage["outputTokens"]
    assert one.usage["inputTokens"] == other.usage["inputTokens"]
