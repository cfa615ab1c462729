"""Clients that wait."""

import pytest

import slow
from endpoint import converse, invoke

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("operation", [converse, invoke], ids=lambda operation: operation.__name__)
def test_a_unary_answer_of_ninety_seconds_reaches_a_default_client(long_answers, operation):
    timed = long_answers.ninety_seconds[operation].result(timeout=170)
    assert timed.answer.text == slow.LINES
    assert timed.answer.stop == "end_turn"
    assert timed.seconds >= 90, "the answer was to be slower than the client's 60 s of patience"


def test_a_retry_joins_and_the_model_is_asked_once(long_answers):
    timed = long_answers.retried.result(timeout=120)
    assert timed.answer.text == slow.LINES
    assert timed.seconds > 8, "the client was to give up at least once"
    assert len(timed.answer.report["legs"]) == 2
