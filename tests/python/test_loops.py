"""Programs that continue by themselves, as published, against --mode off."""

import json
import re

import pytest

from endpoint import HAIKU, converse, invoke

ROUNDS = 400


def bare(text):
    return re.sub(r"\s", "", text)


def test_cumulative_assistant_messages_with_stripped_pieces(untouched):
    """Appends all text so far as one more assistant message each round; strips every piece."""
    client = untouched.client()
    prompt = "12段落書いて"
    messages = [{"role": "user", "content": [{"type": "text", "text": prompt}]}]
    whole = ""
    for _ in range(ROUNDS):
        body = json.dumps({"anthropic_version": "bedrock-2023-05-31", "max_tokens": 10, "messages": messages})
        response = json.loads(client.invoke_model(modelId=HAIKU, body=body)["body"].read())
        whole += response["content"][0]["text"].strip()
        messages.append({"role": "assistant", "content": [{"type": "text", "text": whole}]})
        if response["stop_reason"] != "max_tokens":
            break
    assert response["stop_reason"] == "end_turn"
    assert bare(whole) == bare(invoke(client, HAIKU, prompt, 4096).text)


def test_recursion_with_one_content_block_per_character_and_piece(untouched):
    """Passes a string where a list of blocks belongs, and adds every piece as a block."""
    client = untouched.client()
    prompt = "6段落書いて"

    def ask(messages, pieces, rounds):
        assert rounds > 0, "the loop does not end"
        response = client.converse(modelId=HAIKU, messages=messages + pieces, inferenceConfig={"maxTokens": 10})
        content = (pieces[0]["content"] if pieces else []) + response["output"]["message"]["content"]
        pieces = [{"role": "assistant", "content": content}]
        if response["stopReason"] == "max_tokens":
            return ask(messages, pieces, rounds - 1)
        assert response["stopReason"] == "end_turn"
        return "".join(block["text"] for block in content)

    characters = [{"role": "user", "content": [{"text": character} for character in prompt]}]
    assert ask(characters, [], ROUNDS) == converse(client, HAIKU, prompt, 4096).text


@pytest.mark.parametrize("operation", [converse, invoke], ids=lambda operation: operation.__name__)
def test_the_default_mode_leaves_a_loop_nothing_to_do(endpoint, untouched, operation):
    """A loop that goes on while `max_tokens` ends after its first call."""
    answer = operation(endpoint.client(), HAIKU, "12段落書いて", 10)
    assert answer.stop == "end_turn"
    assert answer.text == operation(untouched.client(), HAIKU, "12段落書いて", 4096).text
