"""Bad input gets the error an AWS client expects: no hang, and the endpoint goes on serving."""

import json

import pytest
from botocore.exceptions import ClientError

from endpoint import HAIKU, OPERATIONS, SONNET, converse, native_body, user

REFUSED = "ValidationException"


def error(call):
    with pytest.raises(ClientError) as caught:
        call()
    response = caught.value.response
    return response["Error"]["Code"], response["Error"]["Message"], response["ResponseMetadata"]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.__name__)
def test_an_unknown_model(endpoint, operation):
    code, message, metadata = error(lambda: operation(endpoint.client(), "anthropic.claude-nope-v1:0", "hi", 10))
    assert (code, message) == (REFUSED, "The provided model identifier is invalid.")
    assert metadata["HTTPStatusCode"] == 400
    assert metadata["RequestId"]


def test_a_model_that_only_a_profile_serves(endpoint):
    bare = SONNET.removeprefix("us.")
    code, message, _ = error(lambda: converse(endpoint.client(), bare, "hi", 10))
    assert code == REFUSED
    assert "on-demand throughput isn\u2019t supported" in message


def test_the_error_class_is_the_modelled_one(endpoint):
    client = endpoint.client()
    with pytest.raises(client.exceptions.ValidationException):
        client.converse(modelId="nope", messages=user("hi"))


@pytest.mark.parametrize("messages", [[], [{"role": "user", "content": []}]])
def test_conversations_without_a_question(endpoint, messages):
    code, message, _ = error(lambda: endpoint.client().converse(modelId=SONNET, messages=messages))
    assert code == REFUSED and message


def test_a_conversation_that_the_assistant_began(endpoint):
    messages = [{"role": "assistant", "content": [{"text": "Hello."}]}] + user("hi")
    code, message, _ = error(lambda: endpoint.client().converse(modelId="amazon.nova-lite-v1:0", messages=messages))
    assert code == REFUSED and "must start with a user message" in message


def test_messages_that_are_empty_in_a_native_body(endpoint):
    body = json.dumps({"anthropic_version": "bedrock-2023-05-31", "max_tokens": 10, "messages": []})
    assert error(lambda: endpoint.client().invoke_model(modelId=HAIKU, body=body))[0] == REFUSED


def test_more_output_than_the_model_gives_is_no_error_but_lowered(endpoint):
    answer = converse(endpoint.client(), HAIKU, "/long 2", 100_000)
    assert answer.stop == "end_turn"


def test_more_output_than_the_model_gives_is_an_error_in_mode_off(untouched):
    code, message, _ = error(lambda: converse(untouched.client(), HAIKU, "/long 2", 100_000))
    assert code == REFUSED and "4096" in message


def test_a_prefill_that_ends_in_white_space(endpoint):
    messages = user("hi") + [{"role": "assistant", "content": [{"text": "Well, "}]}]
    code, message, _ = error(lambda: endpoint.client().converse(modelId=SONNET, messages=messages))
    assert code == REFUSED and "trailing whitespace" in message


def test_a_callers_own_prefill_where_it_is_refused(endpoint):
    messages = user("hi") + [{"role": "assistant", "content": [{"text": "Well"}]}]
    code, message, _ = error(lambda: endpoint.client().converse(modelId="us.anthropic.claude-sonnet-5", messages=messages))
    assert code == REFUSED and "does not support assistant message prefill" in message


def test_a_wish_nobody_understands(endpoint):
    code, message, _ = error(lambda: converse(endpoint.client(), SONNET, "hi", 10, wish={"mode": "for ever"}))
    assert code == REFUSED and "tsuzuki" in message


def post(endpoint, operation, body, headers=None, model=HAIKU):
    path = f"/model/{model.replace(':', '%3A')}/{operation}"
    status, fields, answer = endpoint.raw("POST", path, body=body, headers=headers)
    fields = {name.lower(): value for name, value in fields.items()}
    return status, fields.get("x-amzn-errortype", "").split(":")[0], fields, answer


PATHS = ("converse", "converse-stream", "invoke", "invoke-with-response-stream")
ODD = {
    "nothing": b"",
    "not JSON": b"{oops",
    "half a body": b'{"messages": [{"role": "user"',
    "a list": b"[]",
    "a number": b"7",
    "not UTF-8": b'{"messages": "\xff\xfe"}',
}
WRONG_TYPES = {
    "messages": {"messages": "hi"},
    "message": {"messages": ["hi"]},
    "role": {"messages": [{"role": 7, "content": [{"text": "hi"}]}]},
    "content": {"messages": [{"role": "user", "content": 7}]},
    "text": {"messages": [{"role": "user", "content": [{"text": 7}]}]},
    "limit": {"messages": user("hi"), "inferenceConfig": {"maxTokens": "ten"}},
    "settings": {"messages": user("hi"), "inferenceConfig": []},
    "system": {"messages": user("hi"), "system": "be brief"},
}


def assert_envelope(status, kind, fields, answer):
    assert 400 <= status < 500
    assert kind.endswith("Exception")
    assert fields["content-type"] == "application/json"
    assert fields["x-amzn-requestid"]
    assert list(json.loads(answer)) == ["message"]


@pytest.mark.parametrize("body", ODD.values(), ids=ODD.keys())
@pytest.mark.parametrize("path", PATHS)
def test_bodies_that_are_no_requests(endpoint, path, body):
    assert_envelope(*post(endpoint, path, body))


@pytest.mark.parametrize("body", WRONG_TYPES.values(), ids=WRONG_TYPES.keys())
@pytest.mark.parametrize("path", PATHS[:2])
def test_wrong_types(endpoint, path, body):
    assert_envelope(*post(endpoint, path, json.dumps(body)))


def test_a_body_that_is_too_large(endpoint):
    body = json.dumps({"messages": user("x" * 27_000_000)}).encode()
    try:
        status, kind, fields, answer = post(endpoint, "converse", body)
    except ConnectionError:
        pass  # refused before all of it was sent: the answer may be lost with the connection
    else:
        assert status in (400, 413)
        assert_envelope(status, kind, fields, answer)
    assert endpoint.raw("GET", "/livez")[0] == 200


def test_a_body_that_says_it_is_too_large(endpoint):
    path = f"/model/{HAIKU.replace(':', '%3A')}/converse"
    status, _, _ = endpoint.raw("POST", path, headers={"content-length": str(10**12)})
    assert status in (400, 413)


def test_paths_nobody_knows(endpoint):
    for path in ("/model", "/model/x/nope", "/nope", "/model//converse"):
        status, fields, answer = endpoint.raw("POST", path, body="{}")
        assert status in (400, 403, 404, 405), path
        assert "message" in json.loads(answer), path


def test_the_endpoint_is_well_after_all_that(endpoint):
    assert converse(endpoint.client(), SONNET, "/long 2", 10).stop == "end_turn"


# Who may come in -----------------------------------------------------------------------------------

FOREIGN = {
    "host": {"host": "evil.example"},
    "host with our port": {"host": "evil.example:7373"},
    "origin": {"origin": "https://evil.example"},
    "null origin": {"origin": "null"},
    "cross-site": {"sec-fetch-site": "cross-site"},
}


@pytest.mark.parametrize("headers", FOREIGN.values(), ids=FOREIGN.keys())
@pytest.mark.parametrize("path", PATHS)
def test_foreign_pages_are_refused(endpoint, path, headers):
    body = native_body("hi", 10) if path.startswith("invoke") else json.dumps({"messages": user("hi")})
    status, _, _, answer = post(endpoint, path, body, headers=headers)
    assert status == 403
    assert "message" in json.loads(answer)


@pytest.mark.parametrize("path", ["/foundation-models", "/inference-profiles"])
def test_foreign_pages_may_not_read_lists_either(endpoint, path):
    assert endpoint.raw("GET", path)[0] == 200
    assert endpoint.raw("GET", path, headers={"origin": "https://evil.example"})[0] == 403


def test_a_bare_colon_and_no_content_type(endpoint):
    for spelt in (HAIKU, HAIKU.replace(":", "%3A")):
        status, _, answer = endpoint.raw("POST", f"/model/{spelt}/converse", body=json.dumps({"messages": user("/long 1")}))
        assert status == 200, answer
        assert json.loads(answer)["stopReason"] == "end_turn"


def test_an_arn_names_its_model(endpoint):
    arn = f"arn:aws:bedrock:us-east-1:123456789012:inference-profile/{SONNET}"
    assert converse(endpoint.client(), arn, "/long 3", 10).text == converse(endpoint.client(), SONNET, "/long 3", 10).text
