"""What docs/running.md tells operators to write down fits the program, and the program ends as it tells."""

import contextlib
import http.client
import json
import pathlib
import re
import signal
import socket
import subprocess
import time
import tomllib

import botocore.session
import pytest
import yaml
from botocore.validate import ParamValidator

from endpoint import ROOT, SONNET, START_SECONDS, Endpoint, binary, user

PAGE = (ROOT / "docs" / "running.md").read_text(encoding="utf-8")
# What Fargate takes (API reference of ECS, ContainerDefinition, stopTimeout).
FARGATE_STOP_SECONDS = 120
# An answer in several calls that takes two or three seconds.
LONG = "/long 30"
PACED = 'schema = 1\n[stream]\nttft = "20ms"\ntps = 2500\n'
REFUSED_WITHIN_TRIES = 100


def block(language, beginning):
    """The text of the one block of the page that is written in this language and begins so."""
    blocks = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    (found,) = [text for text in blocks if text.startswith(beginning)]
    return found


@pytest.fixture(scope="module")
def defaults():
    """The configuration as the program explains it: every key at its default."""
    told = subprocess.run([binary(), "config", "example"], stdout=subprocess.PIPE, text=True, check=True, timeout=20)
    return tomllib.loads(told.stdout)


@pytest.fixture(scope="module")
def drain(defaults):
    return defaults["server"]["limits"]["drain_seconds"]


class Image:
    """What the page's container file says of the image it makes."""

    def __init__(self):
        self.stages = [stage.splitlines() for stage in re.split(r"^(?=FROM )", block("dockerfile", "FROM"), flags=re.MULTILINE)[1:]]
        self.environment = dict(pair.split("=", 1) for line in self.told("ENV") for pair in line.split())
        (self.volume,), (self.port,) = self.told("VOLUME"), map(int, self.told("EXPOSE"))
        (self.command,) = map(json.loads, self.told("CMD"))
        (self.entry,) = map(json.loads, self.told("ENTRYPOINT"))

    def told(self, instruction, stage=-1):
        return [line.removeprefix(instruction + " ") for line in self.stages[stage] if line.startswith(instruction + " ")]


@pytest.fixture(scope="module")
def image():
    return Image()


@pytest.fixture(scope="module")
def task():
    return json.loads(block("json", '{\n  "family"'))


@pytest.fixture(scope="module")
def manifests():
    return {one["kind"]: one for one in yaml.safe_load_all(block("yaml", "apiVersion"))}


@pytest.fixture(scope="module")
def pod(manifests):
    return manifests["StatefulSet"]["spec"]["template"]["spec"]


def serves(image, command):
    """An endpoint as this command starts it in the image, except that it is here and reaches nobody."""
    assert (image.entry, command[0]) == (["tsuzuki"], "serve")
    environment = image.environment | {
        "AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "offline", "AWS_SECRET_ACCESS_KEY": "offline",
    }
    return contextlib.closing(Endpoint(*command[1:], environment=environment))


def test_the_image_agrees_with_itself(image):
    address, port = image.environment["TSUZUKI_LISTEN"].rsplit(":", 1)
    assert (address, int(port)) == ("0.0.0.0", image.port)
    assert image.environment["TSUZUKI_DATA"] == image.volume
    (built,) = [line for line in image.told("RUN", stage=0) if line.startswith("cargo build")]
    assert built in (ROOT / "Makefile").read_text(encoding="utf-8")
    (wanted,) = re.findall(r'^rust-version = "([\d.]+)"$', (ROOT / "Cargo.toml").read_text(encoding="utf-8"), re.MULTILINE)
    assert image.stages[0][0].startswith(f"FROM rust:{wanted}-bookworm")


@pytest.mark.parametrize("place", ["docker", "ecs", "eks"])
def test_the_command_serves_and_tells_health_to_whoever_has_no_key(image, task, pod, place):
    ecs, eks = task["containerDefinitions"][0], pod["containers"][0]
    command = {"docker": image.command, "ecs": ecs["command"], "eks": eks["args"]}[place]
    with serves(image, command) as endpoint:
        # Load balancers and kubelets call the machine by its number.
        for path in ("/livez", "/readyz"):
            assert endpoint.raw("GET", path, headers={"Host": "10.0.0.7:7373"})[0] == 200
        # And the keys of the image's environment are asked for.
        assert endpoint.raw("GET", "/healthz")[0] == 403


def test_systemd_waits_for_the_drain(drain):
    unit = block("ini", "[Unit]")
    (patience,) = re.findall(r"^TimeoutStopSec=(\d+)$", unit, re.MULTILINE)
    assert int(patience) > drain


def test_docker_is_told_to_wait_for_the_drain(drain):
    (patience,) = re.findall(r"docker stop --time (\d+)", PAGE)
    assert int(patience) > drain


def test_ecs_takes_the_task_definition(task, image, drain):
    register = botocore.session.get_session().get_service_model("ecs").operation_model("RegisterTaskDefinition")
    wrong = ParamValidator().validate(task, register.input_shape)
    assert not wrong.has_errors(), wrong.generate_report()
    (container,) = task["containerDefinitions"]
    assert drain < container["stopTimeout"] <= FARGATE_STOP_SECONDS
    assert [port["containerPort"] for port in container["portMappings"]] == [image.port]
    (mount,) = container["mountPoints"]
    assert mount["containerPath"] == image.volume
    assert [mount["sourceVolume"]] == [volume["name"] for volume in task["volumes"]]


def test_the_pod_fits_the_image(pod, image, drain):
    (container,) = pod["containers"]
    assert pod["terminationGracePeriodSeconds"] > drain
    assert [port["containerPort"] for port in container["ports"]] == [image.port]
    for probe in ("readinessProbe", "livenessProbe"):
        assert container[probe]["httpGet"]["port"] == image.port
    assert {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}["data"] == image.volume
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert f"--uid {pod['securityContext']['runAsUser']} " in block("dockerfile", "FROM")


def test_one_pod_writes_its_own_volume_and_is_found_by_its_name(manifests, pod):
    spec = manifests["StatefulSet"]["spec"]
    assert spec["replicas"] == 1
    (claim,) = spec["volumeClaimTemplates"]
    assert claim["metadata"]["name"] in {mount["name"] for mount in pod["containers"][0]["volumeMounts"]}
    labels = spec["template"]["metadata"]["labels"]
    assert spec["selector"]["matchLabels"] == manifests["Service"]["spec"]["selector"] == labels
    assert pod["serviceAccountName"] == manifests["ServiceAccount"]["metadata"]["name"]
    name = manifests["Service"]["metadata"]["name"]
    assert spec["serviceName"] == name
    args = pod["containers"][0]["args"]
    # Clients sign the host they call.
    assert args[args.index("--host") + 1] == name


@pytest.fixture
def streaming(tmp_path):
    """Starts an endpoint with settings of its own; its first words were read, the rest comes."""
    running = []

    def begun(config):
        file = pathlib.Path(tmp_path, "tsuzuki.toml")
        file.write_text(config, encoding="utf-8")
        endpoint = Endpoint("--config", str(file), scenario=PACED)
        running.append(endpoint)
        client = endpoint.client(retries={"total_max_attempts": 1})
        response = client.converse_stream(modelId=SONNET, messages=user(LONG), inferenceConfig={"maxTokens": 400})
        events = iter(response["stream"])
        seen = []
        while "contentBlockDelta" not in (seen or [{}])[-1]:
            seen.append(next(events))
        return endpoint, seen, events

    yield begun
    for endpoint in running:
        endpoint.close()


def told_to_end(endpoint):
    """Sends the signal, and returns once the endpoint has heard it."""
    host, port = endpoint.url.removeprefix("http://").split(":")
    with contextlib.closing(http.client.HTTPConnection(host, int(port), timeout=START_SECONDS)) as resting:
        # Once it was answered it rests, and does not wait to be let in.
        resting.request("GET", "/readyz")
        response = resting.getresponse()
        assert (response.status, json.loads(response.read())["status"]) == (200, "ok")
        endpoint.process.send_signal(signal.SIGTERM)
        # It is closed by the endpoint, with nothing said.
        assert resting.sock.recv(1) == b""
    return host, port


def until_refused(address):
    """The listener goes in the same moment as connections that rest, but in no order."""
    for _ in range(REFUSED_WITHIN_TRIES):
        try:
            socket.create_connection(address, timeout=START_SECONDS).close()
        except ConnectionRefusedError:
            return
        except ConnectionResetError:
            pass  # it waited to be let in when the listener went
        time.sleep(0.01)
    raise AssertionError("it still takes connections")


def ended(events, seen):
    events = seen + list(events)
    text = "".join(event["contentBlockDelta"]["delta"].get("text", "") for event in events if "contentBlockDelta" in event)
    (stop,) = [event["messageStop"] for event in events if "messageStop" in event]
    return text, stop


def test_after_the_signal_nobody_comes_in_and_running_answers_end_whole(streaming):
    endpoint, seen, events = streaming("")
    address = told_to_end(endpoint)
    # A load balancer that asks for /readyz is refused like everybody.
    until_refused(address)
    assert endpoint.process.poll() is None, "the answer is still running"
    text, stop = ended(events, seen)
    assert stop["stopReason"] == "end_turn"
    assert stop["additionalModelResponseFields"]["tsuzuki"]["outcome"] == "complete"
    subprocess.run([binary(), "verify", "-"], input=text, text=True, check=True, timeout=20, stdout=subprocess.DEVNULL)
    assert endpoint.process.wait(timeout=START_SECONDS) == 0


def test_an_answer_that_outlives_the_drain_says_that_it_is_cut(streaming):
    endpoint, seen, events = streaming("[server.limits]\ndrain_seconds = 0\n")
    told_to_end(endpoint)
    text, stop = ended(events, seen)
    assert text and stop["stopReason"] == "max_tokens"
    assert stop["additionalModelResponseFields"]["tsuzuki"]["outcome"] != "complete"
    assert endpoint.process.wait(timeout=START_SECONDS) == 0
