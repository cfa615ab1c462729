"""The other operations: counting, listing, health."""

import json

import pytest

from endpoint import COUNTED, HAIKU, OPUS, SONNET, converse, native_body, user


def test_counting_agrees_with_usage(endpoint):
    client = endpoint.client()
    counted = client.count_tokens(modelId=COUNTED, input={"converse": {"messages": user("/long 2")}})
    assert counted["inputTokens"] == converse(client, SONNET, "/long 2", 4096).usage["inputTokens"] > 0


def test_counting_a_native_body(endpoint):
    body = native_body("/long 2", 10).encode()
    counted = endpoint.client().count_tokens(modelId=COUNTED, input={"invokeModel": {"body": body}})
    assert counted["inputTokens"] > 0


def test_models_are_listed(endpoint):
    client = endpoint.client("bedrock")
    listed = {model["modelId"]: model for model in client.list_foundation_models()["modelSummaries"]}
    assert listed[HAIKU]["responseStreamingSupported"] is True
    assert client.get_foundation_model(modelIdentifier=HAIKU)["modelDetails"]["modelId"] == HAIKU


def test_profiles_are_listed(endpoint):
    client = endpoint.client("bedrock")
    listed = {profile["inferenceProfileId"] for profile in client.list_inference_profiles()["inferenceProfileSummaries"]}
    assert {SONNET, OPUS} <= listed
    assert client.get_inference_profile(inferenceProfileIdentifier=OPUS)["inferenceProfileId"] == OPUS


def test_a_model_that_is_not_there(endpoint):
    client = endpoint.client("bedrock")
    with pytest.raises((client.exceptions.ResourceNotFoundException, client.exceptions.ValidationException)):
        client.get_foundation_model(modelIdentifier="anthropic.claude-nope-v1:0")


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/healthz"])
def test_health(endpoint, path):
    assert endpoint.raw("GET", path)[0] == 200


def test_the_simulator_says_that_it_is_one(endpoint):
    status, headers, _ = endpoint.raw("POST", f"/model/{HAIKU}/converse", body=json.dumps({"messages": user("/long 1")}))
    headers = {name.lower(): value for name, value in headers.items()}
    assert (status, headers["x-tsuzuki-backend"]) == (200, "simulator")
