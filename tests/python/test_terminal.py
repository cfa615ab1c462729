"""`tsuzuki chat`, driven in a real terminal."""

import re
import shutil
import subprocess

import pytest

from chatting import ChatServer
from endpoint import binary
from terminal import Terminal

# So slow that there is time to do something while an answer runs.
SLOW = "schema = 1\n[stream]\ntps = 150\n"
READY = "/help lists what can be typed"


@pytest.fixture
def terminal(tmp_path):
    if shutil.which("tmux") is None:
        pytest.fail("tmux is not installed: make test installs it")
    (tmp_path / "slow.toml").write_text(SLOW)
    opened = []

    def open_one(*words, **settings):
        settings.setdefault("home", tmp_path)
        opened.append(Terminal(*words, **settings))
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()


def bare(text):
    return re.sub(r"\s", "", text)


def answer_of(prompt):
    done = subprocess.run([str(binary()), "ask", prompt], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def each_once(text, number):
    """Every paragraph stands there once: nothing that was drawn anew scrolled away twice."""
    found = re.findall(r"^\[(\d{4})/", text, re.M)
    assert found == [f"{n:04}" for n in range(1, number + 1)]


def test_an_answer_in_parts(terminal):
    chat = terminal("chat")
    chat.wait(READY)
    chat.type("/set max_tokens 100")
    chat.prompt(2)
    chat.type("/long 40")
    text = chat.wait(r"\[end 0040\] ·\w{6}")
    each_once(text, 40)
    assert bare(answer_of("/long 40")) in bare(text), "the text on the screen is the answer's"
    chat.prompt(3)
    chat.type("/details")
    chat.wait(r"part 2: ")
    chat.type("/seams on")
    chat.type("/cost on")
    chat.type("/regenerate")
    text = chat.wait(r"parts · \d+ tokens in")
    again = text.split("/regenerate")[1]
    assert "┊2" in again
    assert bare(answer_of("/long 40")) in bare(re.sub(r"┊\d+", "", again))


def test_an_interrupt_keeps_the_answer(terminal):
    chat = terminal("chat", "--scenario", "slow.toml")
    chat.wait(READY)
    chat.type("/long 30")
    chat.wait(r"\[0003/0030\]")
    chat.press("C-c")
    text = chat.wait(r"\(stopped; /continue goes on from here\)")
    assert "[end 0030]" not in text
    chat.prompt(2)
    chat.type("/continue")
    text = chat.wait(r"\[end 0030\] ·\w{6}")
    beginnings = re.findall(r"^\[(\d{4})/", text, re.M)
    # What was being written is shown again, whole: a paragraph, and the one before it.
    assert sorted(set(beginnings)) == [f"{n:04}" for n in range(1, 31)] and len(beginnings) <= 32
    chat.prompt(3)
    chat.leave()
    assert "[ended 0]" in chat.text()
    again = terminal("chat", "--resume", "1")
    # Its last paragraphs stand on the screen again, in one piece.
    text = again.wait(r"\[end 0030\] ·\w{6}")
    assert bare(answer_of("/long 30")) in bare(text)


def test_what_is_typed_while_an_answer_runs_waits_for_the_prompt(terminal):
    chat = terminal("chat", "--scenario", "slow.toml")
    chat.wait(READY)
    chat.type("/long 12")
    chat.wait(r"\[0002/0012\]")
    chat.type("What was my firrst", enter=False)
    chat.wait("next › What was my firrst")
    chat.press("BSpace", "BSpace", "BSpace")
    chat.type("st question?", enter=False)
    text = chat.wait(r"(?s)\[end 0012\] ·\w{6}.*\n› What was my first question\?")
    each_once(text, 12)
    chat.press("Enter")
    chat.wait(r"(?s)first question\?.*/long 12")


def test_lines_that_were_typed_while_an_answer_ran_are_taken_after_it(terminal):
    chat = terminal("chat", "--scenario", "slow.toml")
    chat.wait(READY)
    chat.type("/long 12")
    chat.wait(r"\[0002/0012\]")
    chat.type("What is 6 * 7?")
    chat.type("/cost")
    chat.wait(r"(?s)\[end 0012\] ·\w{6}.*\n› What is 6 \* 7\?\n.*42\n.*\n› /cost\n.*answers? · ")


def test_finish_ends_with_the_part(terminal):
    chat = terminal("chat", "--scenario", "slow.toml")
    chat.wait(READY)
    chat.type("/set max_tokens 300")
    chat.prompt(2)
    chat.type("/long 200")
    chat.wait(r"\[0002/0200\]")
    chat.type("/finish")
    text = chat.wait(r"\((incomplete|stopped).*")
    assert "[0100/0200]" not in text


def test_an_old_conversation_is_found_again(terminal):
    chat = terminal("chat")
    chat.wait(READY)
    chat.type("/echo 蛙が続きを歌う。")
    chat.wait(r"(?m)^蛙が続きを歌う。")
    chat.prompt(2)
    chat.type("/new")
    chat.prompt(3)
    chat.type("What is 6 * 7?")
    chat.wait("42")
    chat.prompt(4)
    chat.type("/list")
    chat.wait(r"(?m)^  2  ")
    # Two characters of Japanese are enough.
    chat.type("/search 続き")
    chat.wait(r"(?m)^ +.*続き.*")
    chat.type("/open 1")
    chat.wait(r"(?m)^› /echo 蛙", 2)
    chat.leave()
    by_number = terminal("chat", "--resume", "2")
    by_number.wait(r"(?m)^蛙が続きを歌う。")
    by_number.type("冒頭で、私は何と質問しましたか？")
    by_number.wait(r"(?s)冒頭で.*蛙が続きを歌う")
    by_number.leave()
    by_words = terminal("chat", "--resume", "6 * 7")
    by_words.wait("42")


def test_japanese_input_and_lines(terminal):
    chat = terminal("chat")
    chat.wait(READY)
    chat.type("/echo 続きを書くく", enter=False)
    chat.press("BSpace", "Left", "Left")
    chat.type("早く", enter=False)
    chat.press("Enter")
    chat.wait(r"(?m)^続きを早く書く")
    chat.prompt(2)
    # Goes on in the next line, by a backslash and by Alt+Enter.
    chat.type("/echo one\\")
    chat.type("two", enter=False)
    chat.press("M-Enter")
    chat.type("three")
    chat.wait(r"(?m)^one\ntwo\nthree\n\n›")
    chat.paste("/echo 蛙\n\nが\nいる")
    chat.press("Enter")
    chat.wait(r"(?m)^蛙\n\nが\nいる\n\n›")
    chat.type("/paste")
    chat.type("/echo first")
    chat.type("second")
    chat.type(".")
    chat.wait(r"(?m)^first\nsecond\n\n›")


def test_orders(terminal, tmp_path):
    chat = terminal("chat")
    chat.wait(READY)
    chat.type("/mo", enter=False)
    chat.press("Tab")
    chat.type("us.anthropic.claude-opus-4-6-v1")
    chat.prompt(2)
    chat.type("/system Be brief.")
    chat.type("/set temperature 0.3")
    chat.type("/set")
    chat.wait("temperature = 0.3")
    chat.type("/echo | a | b |\\")
    chat.type("|---|--:|\\")
    chat.type("| 続き | 1 |")
    text = chat.wait(r"続き │ 1")
    assert "─┼─" in text
    chat.type("/export talk.md")
    chat.wait("written to talk.md")
    assert "| 続き | 1 |" in (tmp_path / "talk.md").read_text()
    chat.type("/title A frog")
    chat.type("/list")
    chat.wait(r"1  A frog")
    chat.type("/nonsense")
    chat.wait(r"offline simulator")
    chat.type("/delete")
    chat.wait(r'delete "A frog" for good\?')
    chat.type("yes")
    chat.wait(r"\(deleted\)")
    chat.type("/list")
    chat.wait("there are no conversations yet")
    chat.type("/quit")
    chat.wait(r"\[ended 0\]")
    history = tmp_path / ".local/share/tsuzuki/history"
    assert "/title A frog" in history.read_text()
    assert history.stat().st_mode & 0o777 == 0o600


def test_a_full_window_goes_on_in_a_new_conversation(terminal):
    chat = terminal("chat", "--model", "meta.llama2-13b-chat-v1")
    chat.wait(READY)
    chat.type("/set max_tokens 400")
    chat.type("/echo The river is long.")
    chat.wait(r"(?m)^The river is long\.")
    chat.type("/long 200")
    chat.wait(r"incomplete: .*; /onward")
    chat.type("/onward /echo And deep.")
    chat.wait("the model sums up the old one first")
    chat.wait(r"(?m)^And deep\.")
    chat.type("/title Rivers")
    chat.type("/open Rivers")
    text = chat.wait(r"summed up:\](?s:.)*And deep\.")
    assert "- /echo The river is long." in text


def test_a_narrower_window_loses_nothing(terminal):
    chat = terminal("chat", "--scenario", "slow.toml", columns=100)
    chat.wait(READY)
    chat.type("/long 20")
    chat.wait(r"\[0004/0020\]")
    chat.resize(60, 20)
    chat.wait(r"\[0009/0020\]")
    chat.resize(90, 30)
    text = chat.wait(r"\[end 0020\] ·\w{6}")
    assert bare(answer_of("/long 20").split("[0012/")[1]) in bare(text), "what came after is in one piece"


def test_the_server_is_killed_and_comes_back(terminal):
    server = ChatServer(SLOW)
    try:
        chat = terminal("chat", home=server.home)
        chat.wait(READY)
        chat.type("/long 20")
        chat.wait(r"\[0003/0020\]")
        server.kill()
        chat.wait("the connection is lost; trying again")
        server.start()
        text = chat.wait(r"\[end 0020\] ·\w{6}")
        each_once(text, 20)
        chat.wait("the connection was lost and came back; nothing is missing")
        chat.prompt(2)
        chat.type("/details")
        chat.wait("after a restart of the server")
        # At the prompt nothing is asked of the server. The next question waits for it, wherever it is.
        server.kill()
        server.port = 0
        chat.type("What is 6 * 7?")
        chat.wait("the server cannot be reached; trying again")
        server.start()
        chat.wait("42")
    finally:
        server.close()


def test_a_second_one_uses_the_server_of_the_first(terminal, tmp_path):
    first = terminal("chat")
    first.wait(READY)
    first.type("/echo from the first")
    first.wait(r"(?m)^from the first")
    second = terminal("chat", "--resume", "1")
    second.wait(r"(?m)^from the first")
    second.prompt(2)
    second.type("/title Of both")
    second.prompt(3)
    first.type("/list")
    first.wait("1  Of both")
    second.leave()
    first.leave()
    assert not (tmp_path / ".local/share/tsuzuki/serving.json").exists()


def test_without_colour_nothing_but_text_is_written(terminal):
    chat = terminal("chat", NO_COLOR="1")
    chat.wait(READY)
    chat.type("/echo # Title **bold** `code`")
    chat.wait(r"(?m)^# Title bold `code`")
    shown = chat._tmux("capture-pane", "-p", "-e", "-S", "-")
    assert "\x1b[" not in shown


def test_a_password_is_not_shown(terminal):
    ask = terminal("password")
    ask.wait("Password:")
    ask.type("correct horse")
    ask.wait("Again:")
    ask.type("correct horse")
    text = ask.wait(r"password_hash = ")
    assert "horse" not in text
    other = terminal("password")
    other.wait("Password:")
    other.type("one")
    other.wait("Again:")
    other.type("another")
    other.wait(r"the two are not alike")
    other.wait(r"\[ended 2\]")
