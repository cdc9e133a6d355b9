"""`make demo` as a person sees it: a whole cluster comes up, mail flows, and nothing is left behind."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from kit import firebird_server, haproxy
from kit.node import program

script = Path(__file__).resolve().parents[2] / "scripts" / "demo.py"
pytestmark = pytest.mark.skipif(
    not (firebird_server.is_installed() and haproxy.is_installed()), reason="the Firebird server and haproxy are not installed")


def test_a_cluster_comes_up_takes_mail_and_leaves_nothing_behind():
    run = subprocess.run(
        [sys.executable, "-B", script, "--program", program(), "--messages", "8", "--pause", "0"], capture_output=True, text=True,
        stdin=subprocess.DEVNULL, timeout=600)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "8 sample messages were answered, 6 of them 250." in run.stdout, run.stdout
    folder = re.search(r"removes (\S+)\.\n", run.stdout)[1]
    assert not Path(folder).exists()
    for process in re.findall(r"process (\d+)", run.stdout):
        assert not Path(f"/proc/{process}").exists(), "a node is still running"
