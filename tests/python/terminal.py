"""A real terminal, tmux's, and a program that runs in it."""

import os
import pathlib
import re
import shlex
import subprocess
import tempfile
import time
import uuid

from endpoint import binary

PATIENCE_SECONDS = float(os.environ.get("TSUZUKI_TEST_PATIENCE", "60"))


class Terminal:
    """`tsuzuki` with these words in a terminal of its own; its home is a folder of its own."""

    def __init__(self, *words, home=None, columns=80, rows=24, **variables):
        self.folder = tempfile.TemporaryDirectory(prefix="tsuzuki-terminal-") if home is None else None
        self.home = pathlib.Path(home or self.folder.name)
        self.socket = f"tsuzuki-test-{uuid.uuid4()}"
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("TSUZUKI_", "AWS_", "XDG_", "TMUX"))}
        self.environment = clean | {"HOME": str(self.home), "LC_ALL": "C.UTF-8", "NO_PROXY": "127.0.0.1"} | variables
        command = shlex.join([str(binary()), *words])
        # What it printed last stays to be read, with how it ended.
        shell = f"{command}; echo \"[ended $?]\"; exec sleep 600"
        size = ["-x", str(columns), "-y", str(rows)]
        self._tmux("-f", os.devnull, "new-session", "-d", *size, "-c", str(self.home), "sh", "-c", shell)

    def _tmux(self, *words, text=None):
        command = ["tmux", "-u", "-L", self.socket, *words]
        done = subprocess.run(command, env=self.environment, input=text, capture_output=True, text=True, timeout=30)
        assert done.returncode == 0, f"tmux {words[0]}: {done.stderr}"
        return done.stdout

    def type(self, text, enter=True):
        self._tmux("send-keys", "-l", "--", text)
        if enter:
            self.press("Enter")

    def press(self, *keys):
        self._tmux("send-keys", *keys)

    def paste(self, text):
        """As a person pastes: in one go, in brackets where the program wants them."""
        self._tmux("load-buffer", "-", text=text)
        self._tmux("paste-buffer", "-p")

    def resize(self, columns, rows):
        self._tmux("resize-window", "-x", str(columns), "-y", str(rows))

    def text(self):
        """All that was printed, scrolled away or not."""
        return self._tmux("capture-pane", "-p", "-S", "-", "-E", "-")

    def wait(self, wanted, times=1):
        """Waits until something stands there, so many times."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            text = self.text()
            if len(re.findall(wanted, text)) >= times:
                return text
            assert time.monotonic() < deadline, f"{wanted!r} never came; there is:\n{text}"
            time.sleep(0.03)

    def prompt(self, times):
        """Waits until there is a prompt to type at for the so-manieth time."""
        return self.wait(r"(?m)^›(?: |$)", times)

    def leave(self):
        self.press("C-d")
        self.wait(r"\[ended \d+\]")

    def close(self):
        subprocess.run(["tmux", "-L", self.socket, "kill-server"], env=self.environment, capture_output=True, timeout=30)
        if self.folder is not None:
            self.folder.cleanup()
