"""`sgdbtool -setdbconnect`: a stopped node changes its database, by questions and by options, and refuses with advice."""

import os
import pty
import stat
import subprocess

import pytest

from kit import firebird_server
from kit.load import message
from kit.node import program
from kit.processes import wait_until
from kit.smtp import SMTPClient

pytestmark = pytest.mark.skipif(not firebird_server.is_installed(), reason="the Firebird server is not installed")

tool = program().with_name("sgdbtool")


def set_database(home, *answers, language="C.UTF-8"):
    """The tool as a script runs it: no terminal."""
    return subprocess.run(
        [str(tool), "-setdbconnect", "--home", str(home), *map(str, answers)], capture_output=True, text=True, timeout=120,
        stdin=subprocess.DEVNULL, env={**os.environ, "LC_ALL": language})


def set_database_at_a_terminal(home, typed_lines):
    """The tool as a person runs it: (exit code, everything the terminal showed)."""
    process, terminal = pty.fork()
    if process == 0:
        os.environ["LC_ALL"] = "C.UTF-8"
        os.execv(str(tool), [str(tool), "-setdbconnect", "--home", str(home)])
    shown = b""
    try:
        for typed in (*typed_lines, None):
            while not shown.endswith(b"): ") and not shown.endswith(b"alias: ") and not shown.endswith(b"server: "):
                part = os.read(terminal, 4096)
                shown += part
                if not part:
                    break
            if typed is not None:
                os.write(terminal, typed.encode() + b"\n")
                shown += b"\n"
    except OSError:
        pass  # the other end of the terminal is closed: the tool has ended
    _, status = os.waitpid(process, 0)
    os.close(terminal)
    return os.waitstatus_to_exitcode(status), shown.decode("utf-8", "replace")


def configuration(node):
    return (node.home / "node.conf").read_text()


def send(node, identifier):
    with SMTPClient(node.smtp_port) as client:
        client.hello()
        reply, _ = client.send_message("someone@example.net", ["you@example.com"], message(identifier, recipient="you@example.com"))
        assert reply.is_positive, str(reply)
        client.quit()


@pytest.fixture(scope="module")
def server(shared_workplace):
    return shared_workplace.firebird_server()


@pytest.fixture(scope="module")
def moved(shared_workplace, server):
    """A stopped node, made on the embedded database, whose database was backed up and restored on the server."""
    if os.environ.get("SYSTEM_TESTS_DATABASE") == "server":
        pytest.skip("this is about leaving the embedded database")
    next_hop = shared_workplace.next_hop()
    node = shared_workplace.node(next_hop=next_hop)
    send(node, "<before@load.example>")
    wait_until(lambda: next_hop.delivered("<before@load.example>"), 30, "the mail before the move")
    assert node.stop() == 0
    backup = node.folder / "securitygateway.fbk"
    subprocess.run(
        ["gbak", "-b", "-user", "SYSDBA", str(node.home / "database" / "SECURITYGATEWAY.FBD"), str(backup)], check=True,
        env={**os.environ, "FIREBIRD": str(node.home / "firebird"), "FIREBIRD_LOCK": str(node.home / "firebird")}, capture_output=True,
        timeout=120)
    server.gbak("-c", backup, f"127.0.0.1/{server.port}:{server.database}")
    return node, next_hop


def test_an_embedded_database_moves_to_a_server_with_its_domains_and_log(moved, server):
    node, next_hop = moved
    result = set_database(node.home, "--embedded", "no", *server.tool_options())
    assert result.returncode == 0, result.stderr
    assert server.password not in result.stdout + result.stderr
    assert stat.S_IMODE((node.home / "node.conf").stat().st_mode) == 0o600
    assert "database = server" in configuration(node)
    node.start()
    assert node.accepts("you@example.com")
    send(node, "<after@load.example>")
    wait_until(lambda: next_hop.delivered("<after@load.example>"), 30, "the mail after the move")
    identifiers = {row["messageID"] for row in node.messages()}
    assert {"<before@load.example>", "<after@load.example>"} <= {f"<{found.strip('<>')}>" for found in identifiers}
    refused = set_database(node.home, "--embedded", "yes")
    assert refused.returncode == 1 and "running" in refused.stderr
    assert node.stop() == 0


def test_a_person_answers_the_questions_and_the_password_is_not_shown(moved, server):
    node, _ = moved
    exit_code, shown = set_database_at_a_terminal(
        node.home, ["N", "127.0.0.1", str(server.port), str(server.database), "", server.password])
    assert exit_code == 0, shown
    assert server.password not in shown
    order = [
        "embedded Firebird database", "IP address", "Port of the Firebird server (3050)", "path or alias", "User name (SYSDBA)",
        "Password (masterkey)"]
    places = [shown.find(words) for words in order]
    assert -1 not in places and places == sorted(places), shown
    assert f"database-password = {server.password}" in configuration(node)


def wrong_password(server, folder):
    path = folder / "wrong-password"
    path.write_text("very-wrong-indeed\n")
    return ("--host", "127.0.0.1", "--port", server.port, "--database", server.database, "--password-file", path)


refusals = {
    "nobody listens": (lambda server, folder: (*server.tool_options()[:2], "--port", 1, *server.tool_options()[4:]), "RemoteBindAddress"),
    "wrong password": (wrong_password, "SYSDBA.password"),
    "no such database": (lambda server, folder: server.tool_options(server.database_path("nowhere")), "gbak"),
    "outside of what the server allows": (lambda server, folder: server.tool_options("/tmp/elsewhere.fdb"), "DatabaseAccess|rights|path"),
    "no embedded database": (lambda server, folder: ("--embedded", "yes", "--database", "database/NOWHERE.FBD"), "no database"),
    "no password": (lambda server, folder: server.tool_options()[:-2], "--password-file"),
}


@pytest.mark.parametrize("answers,advice", refusals.values(), ids=refusals)
def test_a_connection_that_does_not_work_is_not_saved(moved, server, answers, advice):
    node, _ = moved
    before = configuration(node)
    result = set_database(node.home, *answers(server, node.folder))
    assert result.returncode != 0
    assert any(word in result.stderr for word in advice.split("|")), result.stderr
    assert "very-wrong-indeed" not in result.stderr + result.stdout
    assert configuration(node) == before


def test_an_empty_database_is_refused_with_what_to_do(moved, workplace):
    node, _ = moved
    other = workplace.firebird_server()
    other.create_database()
    result = set_database(node.home, *other.tool_options())
    assert result.returncode == 1 and "empty" in result.stderr, result.stderr
    japanese = set_database(node.home, *other.tool_options(), language="ja_JP.UTF-8")
    assert "空" in japanese.stderr, japanese.stderr


def test_a_folder_without_a_node_is_refused(workplace):
    result = set_database(workplace.folder, "--embedded", "yes")
    assert result.returncode == 64 and "no node" in result.stderr
    assert not (workplace.folder / "lock").exists()
