"""An endpoint as on a network: keys, signatures, tokens, TLS. boto3 as a newcomer configures it."""

import pathlib
import re
import subprocess

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from concurrent.futures import ThreadPoolExecutor

from endpoint import SONNET, SONNET_5, Endpoint, binary, user

ONCE = Config(retries={"max_attempts": 1})


def mint(folder, name, *options):
    """What `tsuzuki key add` prints, by variable."""
    minted = subprocess.run(
        [binary(), "key", "add", name, "--data", folder, *options],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=True, timeout=20,
    )
    assert "shown this once" in minted.stderr
    return dict(re.findall(r"^export (\w+)=(\S+)$", minted.stdout, re.MULTILINE))


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    running = Endpoint("--data", str(folder), "--auth", "both", "--tls", "self-signed", "--mode", "extend")
    running.data = folder
    running.trust = str(folder / "tls" / "ca.pem")
    yield running
    running.close()


@pytest.fixture
def connect(network, monkeypatch):
    """A client with the settings that its user pasted."""

    def connected(variables, service="bedrock-runtime"):
        for name in ("AWS_BEARER_TOKEN_BEDROCK", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.delenv(name, raising=False)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("AWS_CA_BUNDLE", network.trust)
        session = boto3.Session(region_name="us-east-1")
        return session.client(service, endpoint_url=network.url, config=ONCE)

    return connected


def ask(client, model=SONNET):
    answer = client.converse(modelId=model, messages=user("/long 12"), inferenceConfig={"maxTokens": 10})
    assert answer["stopReason"] == "end_turn"
    return answer["output"]["message"]["content"][0]["text"]


def refused(client, *words, model=SONNET):
    with pytest.raises(ClientError) as error:
        ask(client, model)
    told = error.value.response["Error"]
    for word in words:
        assert word in told["Code"] + ": " + told["Message"]


@pytest.mark.parametrize("proof", ["sigv4", "bearer"])
def test_a_key_asks_over_tls(network, connect, proof):
    client = connect(mint(network.data, f"asks-{proof}", "--auth", proof))
    whole = ask(client)
    streamed = client.converse_stream(modelId=SONNET, messages=user("/long 12"), inferenceConfig={"maxTokens": 10})
    deltas = [event["contentBlockDelta"]["delta"]["text"] for event in streamed["stream"] if "contentBlockDelta" in event]
    assert "".join(deltas) == whole
    arn = f"arn:aws:bedrock:us-east-1:123456789012:inference-profile/{SONNET}"
    assert ask(client, arn) == whole


def test_equal_calls_of_one_second_are_calls_of_their_own(network, connect):
    client = connect(mint(network.data, "equal"))
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: ask(client), range(8)))
    assert len(set(answers)) == 1 and answers[0]


def test_a_wrong_key_gets_aws_words(network, connect):
    right = mint(network.data, "right")
    refused(connect(right | {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE"}), "UnrecognizedClientException")
    refused(connect(right | {"AWS_SECRET_ACCESS_KEY": "wrong"}), "InvalidSignatureException", "does not match")
    refused(connect({"AWS_BEARER_TOKEN_BEDROCK": "wrong"}), "AccessDeniedException", "API Key")


def test_a_key_reaches_what_it_grants(network, connect):
    client = connect(mint(network.data, "narrow", "--model", "us.anthropic.claude-sonnet-4-5-*"))
    assert ask(client)
    refused(client, "AccessDeniedException", "narrow", model=SONNET_5)
    with pytest.raises(ClientError, match="not open"):
        connect(mint(network.data, "lists"), "bedrock").list_foundation_models()


def test_a_spent_budget_is_told(network, connect):
    client = connect(mint(network.data, "poor", "--tokens-a-day", "4000"))
    ask(client)
    with pytest.raises(ClientError) as error:
        for _ in range(10):
            client.converse(modelId=SONNET, messages=user("/long 12"), inferenceConfig={"maxTokens": 2000})
    assert error.value.response["Error"]["Code"] == "ThrottlingException"
    assert "00:00 UTC" in error.value.response["Error"]["Message"]


def test_a_restart_forgets_nothing(tmp_path):
    key = mint(tmp_path, "lasting", "--tokens-a-day", "600")
    for codes in (["ok"], ["ThrottlingException"]):
        running = Endpoint("--data", str(tmp_path), "--auth", "sigv4", "--mode", "off")
        try:
            client = boto3.client(
                "bedrock-runtime", endpoint_url=running.url, region_name="us-east-1", config=ONCE,
                aws_access_key_id=key["AWS_ACCESS_KEY_ID"], aws_secret_access_key=key["AWS_SECRET_ACCESS_KEY"],
            )
            told = []
            try:
                client.converse(modelId=SONNET, messages=user("/long 14"), inferenceConfig={"maxTokens": 4000})
                told.append("ok")
            except ClientError as error:
                told.append(error.response["Error"]["Code"])
            assert told == codes
        finally:
            running.close()


def test_no_secret_of_a_token_is_kept(network):
    token = mint(network.data, "kept", "--auth", "bearer")["AWS_BEARER_TOKEN_BEDROCK"]
    for file in pathlib.Path(network.data).rglob("*"):
        if file.is_file():
            assert token.encode() not in file.read_bytes()
            assert file.stat().st_mode & 0o077 == 0, file.name
