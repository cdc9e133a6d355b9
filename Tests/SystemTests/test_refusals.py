"""Whatever does not fit is refused by a real process with what to do.

| what | when | where it is shown |
|---|---|---|
| other version | joining, starting while others live | here |
| same key twice | joining in the same second | test_cluster |
| | starting with a free key in the same second; two copies of one node in the same second | here |
| | a key copied from another node; a copy of a running node | test_cluster |
| other time zone | joining | test_cluster |
| | `check` | here |
| clock off by more than 5 s | joining | test_clocks |
| missing right on a folder | joining, `check`, starting | here |
| a folder that is away | joining | test_cluster |
| | while the node runs | test_outages |
| overlapping folders, also through a symbolic link | changing a folder | here |
| wrong database password | joining, `check` | here |
| | starting | test_bad_input |
| server of a wrong version | joining | AdmissionTests (unit): only 3.0 is let in |
| file of another Firebird version | joining | here |
| no encryption on the wire, something else at the port | joining | here |
| database of another product | joining, `init` | here |
| a share that hangs on one node | joining, `check` | here |
"""

import os
import re
import shutil
import struct
import subprocess

import pytest

from kit import firebird_server, shares
from kit.cluster import Cluster
from kit.node import program, run_program
from kit.processes import GuardedProcess, wait_until

pytestmark = pytest.mark.skipif(not firebird_server.is_installed(), reason="the Firebird server is not installed")

# When to give up; what the program itself allows a folder is far less.
patience = 90


@pytest.fixture(scope="module")
def cluster(shared_workplace):
    cluster = Cluster(shared_workplace)
    cluster.first()
    return cluster


@pytest.fixture
def member(cluster):
    return joined(cluster)


def joined(cluster):
    """A further node that has not been started."""
    node = cluster.prepare()
    exit_code, said = cluster.join(node)
    assert exit_code == 0, said
    return node


def assert_refused(said, step, *words):
    """The line of that step fails, and it or its remedy holds the words."""
    lines = said.splitlines()
    at = next((number for number, line in enumerate(lines) if line.startswith(f"FAIL  {step}:")), None)
    assert at is not None, said
    told = " ".join(lines[at:at + 2])
    for word in words:
        assert word in told, f"“{word}” is missing in: {told}"


def assert_not_joined(cluster, node, code, said):
    assert code == 1 and not (node.home / "node.conf").exists(), said
    assert cluster.server.password not in said


def failing_check(node, **environment):
    result = subprocess.run(
        [program(), "check", "--home", node.home], capture_output=True, text=True, timeout=patience, stdin=subprocess.DEVNULL,
        env={**os.environ, "LC_ALL": "C.UTF-8", **environment})
    assert result.returncode == 1, result.stdout + result.stderr
    return result.stdout + result.stderr


# The version

@pytest.fixture
def other_version(cluster):
    """The running node is known as one of another version."""
    [[own]] = cluster.server.query("select version from node where name = 'mx1'")
    set_version(cluster, "9.9.9")
    yield
    set_version(cluster, own)


def set_version(cluster, version):
    # The node's own heartbeat writes the row too: waits for it and reads what it committed.
    cluster.server.run_sql(
        f"commit; set transaction read committed wait; update node set version = '{version}' where name = 'mx1'; commit;")


def test_another_version_does_not_join(cluster, other_version):
    node = cluster.prepare()
    code, said = cluster.join(node)
    assert_not_joined(cluster, node, code, said)
    assert_refused(said, "version", "mx1", "9.9.9", "Install the cluster's version")


def test_another_version_does_not_start_while_others_live(cluster, member, other_version):
    result = run_program("run", "--home", member.home, timeout=patience)
    assert result.returncode == 1 and "the node mx1 runs version 9.9.9" in result.stderr, result.stderr
    assert "Update one of them, or stop the others first" in result.stderr
    assert cluster.nodes[0].process.is_running and not cluster.nodes[0].broken_parts()


# The key

def start_at_once(*homes):
    """`run` on each of them in the same moment: the processes."""
    return [GuardedProcess([program(), "run", "--home", home], home.with_name(home.name + ".log")) for home in homes]


def wait_for_one(processes):
    """Until one of them is in service and the others have ended: (the one, the others)."""

    def is_decided():
        running = [process for process in processes if process.is_running]
        return len(running) == 1 and "the node is in service" in running[0].log_tail(500)

    wait_until(is_decided, patience, lambda: "\n---\n".join(process.log_tail() for process in processes))
    winner = next(process for process in processes if process.is_running)
    return winner, [process for process in processes if process is not winner]


def key_line(node):
    return next(line for line in (node.home / "node.conf").read_text().splitlines() if line.startswith("registration-key"))


def test_of_two_nodes_that_start_with_one_free_key_in_the_same_second_one_is_refused(cluster, shared_workplace):
    nodes = [joined(cluster) for _ in range(2)]
    free = f"registration-key = {cluster.issue_key()}"
    for node in nodes:
        file = node.home / "node.conf"
        file.write_text(file.read_text().replace(key_line(node), free))
    processes = start_at_once(*(node.home for node in nodes))
    for process in processes:
        shared_workplace.at_end(process.kill)
    winner, (loser,) = wait_for_one(processes)
    holder = nodes[processes.index(winner)].name
    assert loser.exit_code == 1 and f"belongs to the node {holder}" in loser.log_tail(), loser.log_tail()
    assert "registration-key issue" in loser.log_tail(), "what to do is missing"
    assert winner.terminate(60) == 0


def test_of_two_copies_of_a_node_that_start_in_the_same_second_one_is_left(cluster, shared_workplace):
    node = joined(cluster)
    copy = node.folder / "copy"
    shutil.copytree(node.home, copy, symlinks=True, ignore=shutil.ignore_patterns("admin.sock", "lock"))
    text = (copy / "node.conf").read_text()
    # Two machines: their ports do not meet. Those for SMTP are in the database and the same for both: here that, too, may end the loser.
    (copy / "node.conf").write_text(re.sub(r"(?m)^(\S*listener\S*\s*=\s*)127\.0\.0\.1:", r"\g<1>127.0.0.3:", text))
    processes = start_at_once(node.home, copy)
    for process in processes:
        shared_workplace.at_end(process.kill)
    winner, (loser,) = wait_for_one(processes)
    assert loser.exit_code == 1, loser.log_tail()
    assert re.search("running already|put out of service by others|Address already in use", loser.log_tail()), loser.log_tail()
    # The one that is left is not disturbed by further starts of the other.
    again = run_program("run", "--home", copy if winner is processes[0] else node.home, timeout=patience)
    assert again.returncode == 1 and "running already" in again.stderr, again.stderr
    assert winner.terminate(60) == 0


# Zone

def test_check_tells_of_another_time_zone(cluster):
    said = failing_check(joined(cluster), TZ="Asia/Tokyo")
    assert re.search(r"clock.*time zone", said), said


# The database

def join_database(cluster, *options):
    node = cluster.prepare()
    code, said = cluster.join(node, *options)
    assert_not_joined(cluster, node, code, said)
    return said


def place(server, database=None, port=None, password_file=None):
    return (
        "--database-host", "127.0.0.1", "--database-port", port or server.port, "--database-name", database or server.database,
        "--database-user", "SYSDBA", "--database-password-file", password_file or server.password_file)


def test_a_wrong_database_password_is_refused_and_not_told(cluster):
    wrong = cluster.workplace.folder / "wrong-password"
    wrong.touch(mode=0o600)
    wrong.write_text("very-wrong-indeed\n")
    said = join_database(cluster, *place(cluster.server, password_file=wrong))
    assert_refused(said, "database", "refuses user name or password", "Check user and password")
    assert "very-wrong-indeed" not in said
    node = joined(cluster)
    file = node.home / "node.conf"
    file.write_text(re.sub(r"(?m)^database-password\s*=.*$", "database-password = very-wrong-indeed", file.read_text()))
    said = failing_check(node)
    assert "refuses user name or password" in said and "very-wrong-indeed" not in said, said


def test_a_database_of_another_product_is_refused_and_not_touched(cluster, workplace):
    server = workplace.firebird_server()
    server.create_database()
    server.run_sql("create table invoice (id integer not null primary key); commit;")
    said = join_database(cluster, *place(server))
    # Looked at as a newcomer would: it has no nodes, and no tables of ours are made in it.
    assert_refused(said, "database", "INVOICE", "--database-name")
    result = run_program("init", "--home", workplace.folder / "other", *server.node_options(), timeout=patience)
    assert result.returncode == 1 and "INVOICE" in result.stderr, result.stderr
    tables = server.query("select rdb$relation_name from rdb$relations where coalesce(rdb$system_flag, 0) = 0")
    assert tables == [["INVOICE"]]


def test_a_file_of_another_firebird_version_is_refused(cluster, workplace):
    server = workplace.firebird_server()
    server.create_database()
    server.kill()
    with open(server.database, "r+b") as file:
        # The on-disk structure in the header page: Firebird's flag and the major version; 12 is Firebird 3, 13 is Firebird 4.
        file.seek(18)
        assert struct.unpack("<H", file.read(2))[0] == 0x800C
        file.seek(18)
        file.write(struct.pack("<H", 0x800D))
    server.start()
    said = join_database(cluster, *place(server))
    assert_refused(said, "database", "another Firebird version", "--database-name")


def test_a_server_without_encryption_is_refused(cluster, workplace):
    server = workplace.firebird_server()
    server.create_database()
    server.kill()
    settings = server.folder / "root" / "firebird.conf"
    settings.write_text(settings.read_text().replace("WireCrypt = Required", "WireCrypt = Disabled"))
    server.start()
    said = join_database(cluster, *place(server))
    assert_refused(said, "database", "encrypt", "WireCrypt = Required")


def test_something_else_at_the_port_is_refused(cluster):
    said = join_database(cluster, *place(cluster.server, port=cluster.nodes[0].smtp_port))
    assert_refused(said, "database", "does not answer", "Check host, port")


# Folders

def as_nobody(*words):
    """The program as a user who owns nothing."""
    words = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", program(), *words]
    return subprocess.run(list(map(str, words)), capture_output=True, text=True, timeout=patience, stdin=subprocess.DEVNULL)


@pytest.fixture
def nobodys_node(cluster):
    """A node to be made by the user nobody, who may read the names on the way to the shared folder and no more."""
    if os.geteuid() != 0 or as_nobody("--version").returncode != 0:
        pytest.skip("only root can become another user, and that one must be able to run the program")
    node = cluster.prepare()
    for folder in (cluster.workplace.folder, node.folder):
        folder.chmod(0o711)
    for path in (cluster.server.password_file, node.folder / "registration-key"):
        shutil.copy(path, node.folder / path.name) if path.parent != node.folder else None
        os.chown(node.folder / path.name, 65534, 65534)
    node.home.mkdir(mode=0o700)
    os.chown(node.home, 65534, 65534)
    cluster.message_data.chmod(0o755)
    yield node
    cluster.message_data.chmod(0o755)


def join_as_nobody(cluster, node):
    # What the other nodes have written there can be read; writing is another matter.
    for path in cluster.message_data.rglob("*"):
        path.chmod(path.stat().st_mode | (0o005 if path.is_dir() else 0o004))
    return as_nobody(
        *node.join_words, "--home", node.home, *place(cluster.server, password_file=node.folder / "password"), "--message-data",
        cluster.message_data)


def test_a_missing_right_on_the_shared_folder_is_refused(cluster, nobodys_node):
    result = join_as_nobody(cluster, nobodys_node)
    assert_not_joined(cluster, nobodys_node, result.returncode, result.stdout + result.stderr)
    assert_refused(result.stdout, "message-data", str(cluster.message_data), "ermission denied", "the right to create and delete")


def test_a_right_that_is_taken_away_later_is_told_by_check_and_stops_a_start(cluster, nobodys_node):
    cluster.message_data.chmod(0o777)
    result = join_as_nobody(cluster, nobodys_node)
    assert result.returncode == 0, result.stdout + result.stderr
    cluster.message_data.chmod(0o755)
    for command in ("check", "run"):
        result = as_nobody(command, "--home", nobodys_node.home)
        said = result.stdout + result.stderr
        assert result.returncode == 1 and "ermission denied" in said and "message-data" in said, said


@pytest.mark.parametrize("way", ["the same", "inside", "around", "through a link"])
def test_overlapping_folders_are_refused(cluster, way, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(cluster.message_data)
    path = {
        "the same": cluster.message_data, "inside": cluster.message_data / "transcripts", "around": cluster.message_data.parent,
        "through a link": link / "transcripts"}[way]
    node = cluster.nodes[0]

    def transcripts():
        return [folder["path"] for folder in node.run_command("directory", "list")["items"] if folder["name"] == "transcripts"]

    before = transcripts()
    result = run_program("directory", "change", "transcripts", path, "--home", node.home, timeout=patience)
    said = result.stderr + result.stdout
    assert result.returncode == 1 and "message-data" in said and re.search("choose .*folder", said), said
    assert len(before) == 1 and transcripts() == before, "it was changed all the same"


@pytest.fixture
def share(cluster, workplace):
    if not shares.can_be_mounted():
        pytest.skip("mounting a share needs root, /dev/fuse and fusepy")
    share = shares.Share(workplace.folder / "share", cluster.message_data)
    workplace.at_end(share.close)
    return share


def told_while_it_hangs(share, words, log, expected):
    """What the program says about a share that hangs; its process can only end once the kernel's request to the share has an answer."""
    share.set("hang")
    process = GuardedProcess([program(), *words], log, environment={**os.environ, "LC_ALL": "C.UTF-8"})
    wait_until(lambda: expected in process.log_tail(), patience, lambda: f"“{expected}” told of a hanging share: {process.log_tail()}")
    share.set("ok")
    assert process.wait(patience) == 1, process.log_tail()
    return process.log_tail()


def test_a_share_that_hangs_is_refused_in_time(cluster, share):
    node = cluster.prepare()
    words = (*node.join_words, "--home", node.home, *place(cluster.server), "--message-data", share.path)
    said = told_while_it_hangs(share, words, node.folder / "join.log", "FAIL  message-data:")
    assert_refused(said, "message-data", str(share.path), "in time", "mounted here")
    assert not (node.home / "node.conf").exists(), said
    code, said = cluster.join(node, "--message-data", share.path)
    assert code == 0, said
    # The same for a node that is a member already.
    said = told_while_it_hangs(share, ("check", "--home", node.home), node.folder / "check.log", "message-data")
    assert "FAIL" in said and "in time" in said, said
    assert not cluster.nodes[0].broken_parts(), "the other node's way to the folder was never disturbed"
