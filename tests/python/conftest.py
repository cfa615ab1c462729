"""Endpoints that tests share, and the order they run in."""

import os

import pytest

import slow
from endpoint import Endpoint

# The developer's own AWS settings and proxy have no say here.
for setting in [name for name in os.environ if name.startswith("AWS_")]:
    del os.environ[setting]
os.environ["AWS_CONFIG_FILE"] = os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
os.environ["NO_PROXY"] = "127.0.0.1"


@pytest.fixture(scope="session")
def endpoint():
    """The default: answers are continued past their limit."""
    running = Endpoint()
    yield running
    running.close()


@pytest.fixture(scope="session")
def untouched():
    """Started with --mode off: one call, passed through."""
    running = Endpoint("--mode", "off")
    yield running
    running.close()


@pytest.fixture
def scripted():
    """Endpoints with a scenario of the test's own."""
    running = []

    def start(scenario, *options):
        running.append(Endpoint(*options, scenario=scenario))
        return running[-1]

    yield start
    for one in running:
        one.close()


@pytest.fixture(scope="session")
def long_answers():
    """The answers that take more than a minute, asked for when the session began."""
    return slow.ANSWERS


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: item.get_closest_marker("slow") is not None)


def pytest_collection_finish(session):
    if session.config.option.collectonly:
        return
    if any(item.get_closest_marker("slow") for item in session.items):
        slow.ANSWERS.begin()


def pytest_sessionfinish():
    slow.ANSWERS.close()
