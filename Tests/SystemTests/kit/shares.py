"""A share as one node sees it: it can hang or fail while the other nodes go on with the same folder."""

import importlib.util
import os
import subprocess
from pathlib import Path

from .processes import GuardedProcess, wait_until

_program = Path(__file__).with_name("share_mount.py")


def can_be_mounted():
    return os.geteuid() == 0 and os.access("/dev/fuse", os.R_OK | os.W_OK) and importlib.util.find_spec("fusepy") is not None


class Share:
    """`path` shows what is in `root`."""

    def __init__(self, folder, root):
        self.path = Path(folder)
        self.path.mkdir()
        self._control = self.path.with_name(self.path.name + "-control")
        self.set("ok")
        self._process = GuardedProcess(
            ["/usr/bin/python3", "-B", _program, root, self.path, self._control], self.path.with_name(self.path.name + ".log"))
        wait_until(lambda: os.path.ismount(self.path), 20, lambda: f"the share is mounted: {self._process.log_tail()}")

    def set(self, state):
        """`ok`, `hang` or the name of an error."""
        new = self._control.with_suffix(".new")
        new.write_text(state)
        new.rename(self._control)

    def close(self):
        self.set("ok")
        subprocess.run(["umount", "-l", self.path], check=False, timeout=20)
        self._process.kill()
