"""Wrong homes, files, databases, ports and words: each ends with a code and one clear sentence, never with a crash."""

import os
import re
import shutil
import socket
from pathlib import Path

import pytest

from kit import firebird_server
from kit.node import run_program
from kit.processes import free_port

crash_words = ("Fatal error", "*** Program crashed", "*** Signal", "Swift runtime", "Stack dump", "backtrace")


def assert_clear_refusal(result, words):
    """A positive exit code, a few lines that hold the words, nothing that looks like a crash or speaks of the program's inside."""
    text = result.stderr + result.stdout
    assert 0 < result.returncode < 126, f"ended with {result.returncode}: {text}"
    assert not any(word in text for word in crash_words), text
    assert re.search(words, text, re.IGNORECASE), f"“{words}” is missing in: {text}"
    lines = [line for line in text.splitlines() if line.strip()]
    assert 1 <= len(lines) <= 12, f"not a clear sentence: {text}"
    assert not re.search(r"\b(Optional\(|NSError|Domain=|errno|isc_|Swift\.)", text), f"the inside shows: {text}"


@pytest.fixture(scope="module")
def home(shared_workplace):
    """An initialised node that does not run; every test gets a copy."""
    return shared_workplace.node(start=False)


@pytest.fixture
def copy(home, workplace):
    target = workplace.folder / "home"
    shutil.copytree(home.home, target)
    return target


def run(home_folder, *words, timeout=90):
    return run_program("run", "--home", home_folder, *words, timeout=timeout)


def set_line(home_folder, name, value):
    """Replaces or, with `None`, removes a line of node.conf."""
    file = home_folder / "node.conf"
    lines = [line for line in file.read_text().splitlines() if not re.match(rf"{name}\s*=", line)]
    if value is not None:
        lines.append(f"{name} = {value}")
    file.write_text("\n".join(lines) + "\n")


def write(text, mode=0o600):
    def change(home_folder):
        file = home_folder / "node.conf"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        file.chmod(mode)

    return change


def replace_with_folder(name):
    def change(home_folder):
        path = home_folder / name
        path.unlink()
        path.mkdir()

    return change


def replace_with_file(name):
    def change(home_folder):
        path = home_folder / name
        if path.is_dir():
            shutil.rmtree(path)
        path.write_text("this is no folder")

    return change


def overwrite_database(content):
    def change(home_folder):
        file = next((home_folder / "database").iterdir())
        file.write_bytes(content)

    return change


node_files = [
    ("not name = value", write("hello\n"), r"line 1.*name = value"),
    ("an empty file", write(""), r"lacks.*node-id"),
    ("an unknown name", lambda home: set_line(home, "color", "blue"), r"unknown name.*color"),
    ("a name that stands twice", lambda home: (home / "node.conf").open("a").write("node-name = two\n"), r"node-name.*twice"),
    ("no node-id", lambda home: set_line(home, "node-id", None), r"lacks.*node-id"),
    ("a wrong node-id", lambda home: set_line(home, "node-id", "17"), r"node-id"),
    ("no web-listener", lambda home: set_line(home, "web-listener", None), r"lacks.*web-listener"),
    ("a wrong web-listener", lambda home: set_line(home, "web-listener", "everywhere"), r"web-listener"),
    ("no database", lambda home: set_line(home, "database", None), r"lacks.*database"),
    ("an unknown kind of database", lambda home: set_line(home, "database", "oracle"), r"database is .embedded. or .server."),
    ("a server without a host", lambda home: set_line(home, "database", "server"), r"lacks.*database-"),
    ("not UTF-8", write(b"node-id = \xff\xfe\n"), r"UTF-8"),
    ("readable by others", lambda home: (home / "node.conf").chmod(0o644), r"chmod 600"),
    ("a huge file", write("#" * 100_000), r"larger than"),
    ("a folder in its place", replace_with_folder("node.conf"), r"node\.conf"),
]


@pytest.mark.parametrize("change,words", [case[1:] for case in node_files], ids=[case[0] for case in node_files])
@pytest.mark.parametrize("command", ["run", "check"])
def test_a_wrong_node_file_is_refused(copy, change, words, command):
    change(copy)
    assert_clear_refusal(run_program(command, "--home", copy, timeout=90), words)


@pytest.mark.parametrize("command", [["run"], ["check"], ["status"], ["domain", "list"], ["queue", "list"], ["log", "list"]], ids=" ".join)
@pytest.mark.parametrize("kind", ["missing", "a file", "empty"])
def test_a_home_that_is_none_is_refused(workplace, command, kind):
    folder = workplace.folder / "no-home"
    if kind == "a file":
        folder.write_text("x")
    elif kind == "empty":
        folder.mkdir()
    result = run_program(*command, "--home", folder)
    assert_clear_refusal(result, r"no-home")
    assert kind == "a file" or not (folder / "node.conf").exists()


def test_without_a_home_the_option_is_asked_for():
    assert_clear_refusal(run_program("status"), r"--home|SECURITYGATEWAY_HOME")


databases = [
    ("a path that does not exist", lambda home: set_line(home, "database-path", "/nonexistent/folder/x.fdb"), r"database"),
    ("a folder in its place", lambda home: set_line(home, "database-path", "/var"), r"database"),
    ("not a database", overwrite_database(b"this is no database\n" * 1000), r"database"),
    ("an empty file", overwrite_database(b""), r"database"),
    ("a server that nobody runs", lambda home: use_server(home, free_port()), r"database"),
    ("a host that does not exist", lambda home: use_server(home, 3050, host="nohost.invalid"), r"database"),
]


def use_server(home_folder, port, host="127.0.0.1", name="/nonexistent/x.fdb", password="wrong"):
    for field, value in {
        "database": "server", "database-path": None, "database-host": host, "database-port": port, "database-name": name,
        "database-user": "SYSDBA", "database-password": password,
    }.items():
        set_line(home_folder, field, value)


@pytest.mark.parametrize("change,words", [case[1:] for case in databases], ids=[case[0] for case in databases])
@pytest.mark.parametrize("command", ["run", "check"])
def test_a_wrong_database_is_refused(copy, change, words, command):
    change(copy)
    result = run_program(command, "--home", copy, timeout=120)
    assert_clear_refusal(result, words)
    assert "wrong" not in (result.stderr + result.stdout).split(), "the password shows"


@pytest.mark.skipif(not firebird_server.is_installed(), reason="the Firebird server is not installed")
def test_a_wrong_database_password_is_refused_and_not_told(copy, workplace):
    server = workplace.firebird_server()
    server.create_database()
    use_server(copy, server.port, name=server.database, password="very-wrong-indeed")
    result = run(copy)
    assert_clear_refusal(result, r"database")
    assert "very-wrong-indeed" not in result.stderr + result.stdout


def test_a_message_folder_that_is_a_file_is_refused(copy):
    replace_with_file("message-data")(copy)
    assert_clear_refusal(run(copy), r"message-data")


broken_certificates = {"empty": "", "text": "no certificate", "broken": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"}


@pytest.mark.parametrize("content", broken_certificates.values(), ids=broken_certificates)
@pytest.mark.parametrize("file", ["certificate.pem", "private-key.pem"])
def test_a_broken_certificate_is_refused(workplace, content, file):
    node = workplace.node()  # a certificate is made at the first start
    assert node.stop() == 0
    path = node.home / "certificates" / file
    assert path.exists()
    path.write_text(content)
    assert_clear_refusal(run(node.home), r"certificate|private.key")


@pytest.mark.parametrize("port", ["smtp_port", "smtps_port", "submission_port", "web_port"])
def test_a_taken_port_is_refused(home, copy, port):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", getattr(home, port)))
        listener.listen(1)
        assert_clear_refusal(run(copy), rf"{getattr(home, port)}")


def test_a_second_run_on_the_same_home_is_refused_and_harms_nobody(workplace):
    node = workplace.node()
    assert_clear_refusal(run(node.home), r"another process")
    assert node.process.is_running
    assert node.status()["health"]["isWorking"]
    assert node.run_command("check", json_output=False)


wrong_inits = [
    ("no password file", ["--admin", "bob"], r"password-file"),
    ("a password file that is missing", ["--admin", "bob", "--password-file", "/nonexistent"], r"nonexistent"),
    ("a password file that is a folder", ["--admin", "bob", "--password-file", "/var"], r"/var"),
    ("a short password", ["--admin", "bob", "--password-file", "SHORT"], r"password"),
    ("an empty password", ["--admin", "bob", "--password-file", "/dev/null"], r"password|null"),
    ("a wrong name", ["--admin", "bob smith;", "--password-file", "GOOD"], r"name|administrator"),
    ("no address to listen on", ["--listen-address", "everywhere"], r"listen-address"),
    ("a port that is none", ["--smtp-port", "70000"], r"port"),
    ("a port that is no number", ["--smtp-port", "smtp"], r"smtp-port"),
    ("two ports alike", ["--smtp-port", "2525", "--smtps-port", "2525"], r"2525"),
    ("no web port", ["--web-port", "0"], r"port"),
    ("a HELO name that is none", ["--helo-name", "two words"], r"helo"),
    ("half a database server", ["--database-host", "127.0.0.1"], r"database-name"),
    ("an unknown option", ["--colour", "blue"], r"colour"),
]


@pytest.mark.parametrize("options,words", [case[1:] for case in wrong_inits], ids=[case[0] for case in wrong_inits])
def test_a_wrong_init_is_refused_and_leaves_no_node(workplace, options, words):
    for name, password in (("SHORT", "abc"), ("GOOD", "a long enough password")):
        (workplace.folder / name).write_text(password + "\n")
    options = [str(workplace.folder / word) if word in ("SHORT", "GOOD") else word for word in options]
    folder = workplace.folder / "fresh"
    assert_clear_refusal(run_program("init", "--home", folder, *options), words)
    assert not (folder / "node.conf").exists(), "half a node was left"


def test_init_twice_is_refused_and_changes_nothing(copy):
    before = (copy / "node.conf").read_bytes()
    assert_clear_refusal(run_program("init", "--home", copy), r"already")
    assert (copy / "node.conf").read_bytes() == before


def test_a_home_whose_socket_path_is_too_long_is_refused(workplace):
    folder = workplace.folder / ("long" * 30)
    result = run_program("init", "--home", folder, "--smtp-port", free_port(), "--web-port", free_port(), "--listen-address", "127.0.0.1")
    if result.returncode == 0:
        result = run(folder)
    assert_clear_refusal(result, r"path|long|socket")


def test_commands_say_that_the_node_does_not_run(copy):
    for words in (["status"], ["domain", "list"], ["queue", "list"], ["log", "list"], ["settings", "show"]):
        assert_clear_refusal(run_program(*words, "--home", copy), r"run")


@pytest.fixture(scope="module")
def running(shared_workplace):
    node = shared_workplace.node()
    node.add_domain("example.com", "127.0.0.1:2600")
    return node


wrong_words = [
    (["domain", "add", "not a domain", "--mail-server", "127.0.0.1:25"], r"domain|name"),
    (["domain", "add", "example..com", "--mail-server", "127.0.0.1:25"], r"domain|name"),
    (["domain", "add", "example.com", "--mail-server", "127.0.0.1:25"], r"already|exists"),
    (["domain", "add", "other.example", "--mail-server", "127.0.0.1:99999"], r"mail.server|port|host"),
    (["domain", "add", "other.example", "--mail-server", "::::"], r"mail.server|host"),
    (["domain", "add", "other.example", "--mail-server", ""], r"mail.server|host"),
    (["domain", "delete", "unknown.example"], r"unknown\.example"),
    (["settings", "set", "reception.maximum-sessions", "many"], r"maximum-sessions"),
    (["settings", "set", "reception.maximum-sessions", "0"], r"maximum-sessions"),
    (["settings", "set", "reception.maximum-sessions", "100001"], r"maximum-sessions"),
    (["settings", "set", "--", "reception.maximum-sessions", "-1"], r"maximum-sessions"),
    (["settings", "set", "reception.maximum-sessions"], r"value"),
    (["settings", "set", "reception.unknown", "1"], r"reception\.unknown"),
    (["settings", "set", "unknown.field", "1"], r"unknown"),
    (["settings", "set", "nodot", "1"], r"nodot|section"),
    (["settings", "get", "reception.unknown"], r"reception\.unknown"),
    (["settings", "set", "reception.greeting", "two\nlines"], r"greeting"),
    (["settings", "set", "node.smtp-listeners", "everywhere:25"], r"smtp-listeners|everywhere"),
    (["settings", "set", "delivery.smart-host", "two words"], r"smart-host"),
    (["settings", "set", "delivery.delay-notice-after", "700"], r"delay-notice-after|shorter"),
    (["settings", "set", "relay.trusted-networks", "10.0.0.0/33"], r"trusted-networks|10\.0\.0\.0/33"),
    (["settings", "set", "dns.servers", "nameserver"], r"name server"),
    (["settings", "reset", "unknown.field"], r"unknown"),
    (["log", "show", "17"], r"17"),
    (["log", "show", "0" * 32], r"message"),
    (["log", "show", "../../etc/passwd"], r"message"),
    (["queue", "retry", "0" * 32], r"."),
    (["queue", "delete", "nothing"], r"nothing|32"),
    (["no-such-command"], r"no-such-command|--home"),
    (["status", "--colour"], r"colour"),
]


@pytest.mark.parametrize("words,expected", wrong_words, ids=[" ".join(case[0])[:60] for case in wrong_words])
def test_wrong_words_to_a_running_node_are_refused(running, words, expected):
    assert_clear_refusal(run_program(words[0], *words[1:2], "--home", running.home, *words[2:]), expected)
    assert running.process.is_running


def test_a_refusal_as_json_is_a_problem_document(running):
    result = run_program("settings", "set", "reception.maximum-sessions", "0", "--home", running.home, "--json")
    assert result.returncode > 0
    assert "maximum-sessions" in result.stderr + result.stdout


def test_the_command_line_says_its_version_and_help():
    for words in (["--version"], ["--help"], ["help"], ["help", "run"]):
        result = run_program(*words)
        assert result.returncode == 0 and result.stdout.strip(), result.stderr


def test_a_socket_left_by_a_crash_is_no_obstacle(workplace):
    node = workplace.node()
    node.kill()
    assert (node.home / "admin.sock").exists()
    assert_clear_refusal(run_program("status", "--home", node.home), r"run")
    node.start()
    assert node.status()["health"]["isWorking"]


def test_node_files_are_for_their_owner_only(running):
    wrong = []
    for path in [running.home, *running.home.rglob("*")]:
        mode = os.lstat(path).st_mode & 0o777
        if Path(path).name in ("node.conf", "admin.sock", "setup-code") or "key" in Path(path).name.lower():
            if mode & 0o077:
                wrong.append(f"{path}: {mode:o}")
    assert not wrong
