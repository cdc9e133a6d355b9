"""Shared folders: every node tries them, a wrong one is refused, and they move while the cluster works."""

import json
import shutil
import time

import pytest

from kit import browser as browsers
from kit import firebird_server
from kit.cluster import Cluster
from kit.load import Ledger, Load, local_part, settle
from kit.node import CommandFailed, run_program
from kit.processes import wait_until

pytestmark = pytest.mark.skipif(not firebird_server.is_installed(), reason="the Firebird server is not installed")

folders = {"message-data", "transcripts", "attachments", "bayes-ham", "bayes-spam", "bayes-replication"}


@pytest.fixture(scope="module")
def cluster(shared_workplace):
    cluster = Cluster(shared_workplace)
    cluster.first()
    cluster.further()
    cluster.further()
    return cluster


def probe(node, *options):
    return node.run_command("directory", "probe", *options)


def newest_move(node, folder):
    return next(move for move in node.run_command("directory", "moves")["items"] if move["folder"] == folder)


def move(node, folder, place, *options):
    node.run_command("directory", "move", folder, place, "--yes", *options, json_output=False)


def wait_for_move(node, folder, state="done", seconds=60):
    wait_until(lambda: newest_move(node, folder)["state"] == state, seconds, lambda: f"the move is {state}: {newest_move(node, folder)}")


def primary(nodes, asked):
    name = asked.run_command("cluster", "status").get("primary")
    return next((node for number, node in enumerate(nodes, 1) if name == f"mx{number}"), None)


def present_path(node, folder):
    return next(item for item in node.run_command("directory", "list")["items"] if item["name"] == folder)["path"]


def test_every_node_tries_every_folder_and_reads_what_another_wrote(cluster):
    for _ in range(2):
        # What a node wrote in the first round is read by the others in the second at the latest.
        answer = probe(cluster.nodes[1])
    assert answer["isGood"] and len(answer["items"]) == 18
    assert {item["folder"] for item in answer["items"]} == folders
    data = [item for item in answer["items"] if item["folder"] == "message-data"]
    assert all(item["isShared"] and item["readFrom"] and item["account"] for item in data), data
    assert len({item["identity"] for item in data}) == 1
    own = [item for item in answer["items"] if item["folder"] == "bayes-replication"]
    assert not any(item["isShared"] for item in own) and len({item["identity"] for item in own}) == 3


def test_a_share_that_is_another_one_or_not_mounted_is_refused_at_the_join(cluster):
    empty = cluster.workplace.folder / "not-mounted"
    empty.mkdir()
    # Of another cluster: the same kind of folder, with another identity.
    other = cluster.workplace.folder / "another-share"
    other.mkdir()
    change_marker(cluster.message_data, other, "identity")
    for place, word in ((empty, "mount"), (other, "identity")):
        node = cluster.prepare()
        exit_code, said = cluster.join(node, "--message-data", place)
        assert exit_code == 1 and "FAIL  message-data:" in said and word in said and str(place) in said, said
        assert not (node.home / "node.conf").exists() and not [name for name in place.iterdir() if "probe" in name.name]


def change_marker(source, target, name):
    """Writes the marker of `source` into `target`, with another value of one of its lines."""
    lines = (source / ".securitygateway-folder").read_text().splitlines()
    lines = [line[:-8] + "00000000" if line.startswith(f"{name}: ") else line for line in lines]
    (target / ".securitygateway-folder").write_text("\n".join(lines) + "\n")


def test_a_folder_of_another_cluster_is_refused_as_the_target_of_a_move_and_as_a_path(cluster):
    other = cluster.workplace.folder / "another-clusters-folder"
    (other / "20260101" / "10").mkdir(parents=True)
    mail = other / "20260101" / "10" / f"{'0' * 32}.eml"
    mail.write_text("Subject: of another cluster\n\n")
    change_marker(cluster.message_data, other, "cluster")
    marker = (other / ".securitygateway-folder").read_text().replace("identity: 0", "identity: 1")
    (other / ".securitygateway-folder").write_text(marker)
    before = present_path(cluster.nodes[0], "message-data")
    for command in (("directory", "move", "message-data", str(other), "--yes"), ("settings", "set", "directories.message-data", str(other))):
        with pytest.raises(CommandFailed) as failure:
            cluster.nodes[0].run_command(*command)
        assert "another cluster" in str(failure.value) and str(other) in str(failure.value), failure.value
    assert present_path(cluster.nodes[0], "message-data") == before and mail.exists()
    assert (other / ".securitygateway-folder").read_text() == marker


def test_a_copy_of_the_share_is_refused_because_a_living_nodes_newest_file_is_not_in_it(cluster):
    copy = cluster.workplace.folder / "a-copy"
    shutil.copytree(cluster.message_data, copy)
    probe(cluster.nodes[0])
    node = cluster.prepare()
    exit_code, said = cluster.join(node, "--message-data", copy)
    assert exit_code == 1 and "read-others" in said and "same share" in said, said


def test_a_folder_that_goes_away_is_told_with_a_remedy_and_not_written_beneath(cluster):
    node = cluster.nodes[2]
    place = node.home / "bayes-spam"
    shutil.move(place, node.folder / "away")
    place.mkdir()
    with pytest.raises(CommandFailed):
        probe(node)
    row = next(item for item in probe_rows(node) if item["folder"] == "bayes-spam" and item["nodeName"] == "mx3")
    assert row["missing"] == "mount" and str(place) in row["remedy"]["en"] and "Mount" in row["remedy"]["en"], row
    assert not list(place.iterdir())
    place.rmdir()
    shutil.move(node.folder / "away", place)
    assert probe(node)["isGood"]


def probe_rows(node):
    return json.loads(run_program("directory", "probe", "--last", "--home", node.home, "--json").stdout)["items"]


def test_a_place_that_is_not_apart_from_the_others_is_refused_and_one_by_a_link_is_used(cluster):
    first = cluster.nodes[0]
    for wrong in ("relative", cluster.message_data, cluster.message_data / "x", first.home / "certificates" / "x"):
        with pytest.raises(CommandFailed):
            move(first, "message-data", wrong)
    # By a symbolic link, which hides nothing.
    hidden = first.folder / "hidden"
    hidden.mkdir()
    link = cluster.workplace.folder / "link"
    link.symlink_to(hidden)
    move(first, "bayes-ham", link / "samples")
    wait_for_move(first, "bayes-ham")
    for node in cluster.nodes[:3]:
        assert present_path(node, "bayes-ham") == str(link / "samples")
    with pytest.raises(CommandFailed):
        move(first, "bayes-spam", hidden / "samples" / "x")


def test_a_folder_is_switched_without_its_files_and_read_until_that_is_ended(cluster, shared_workplace):
    node = cluster.nodes[0]
    next_hop = shared_workplace.next_hop()
    next_hop.recipient_reply = lambda _: "451 4.3.0 later"
    node.add_domain("left.example", next_hop.address)
    ledger = Ledger()
    with Load(node.smtp_port, ledger, sessions=1, domain="left.example", name="left") as load:
        load.wait_for(5)
    place = shared_workplace.folder / "left"
    move(node, "message-data", place, "--leave-files")
    wait_for_move(node, "message-data", "reading")
    assert not list(place.rglob("*.eml"))
    next_hop.recipient_reply = lambda _: None
    wait_until(lambda: retry_all(node) and next_hop_has_all(next_hop, ledger), 60, "what was left is delivered", interval=1)
    with pytest.raises(CommandFailed):
        move(node, "message-data", shared_workplace.folder / "left-2")
    node.run_command("directory", "forget-old", "message-data", json_output=False)
    wait_for_move(node, "message-data")
    cluster.message_data = place


def retry_all(node):
    node.run_command("queue", "retry", "--all", "--yes", json_output=False)
    return True


def next_hop_has_all(next_hop, ledger):
    return all(next_hop.delivered(identifier) for identifier in ledger.accepted_now())


@pytest.mark.skipif(not browsers.is_installed(), reason="chromium and chromium-driver are not installed")
def test_folders_are_tried_and_moved_on_the_pages_in_both_languages(cluster, shared_workplace):
    node = cluster.nodes[0]
    browser = browsers.Browser(node, shared_workplace.folder / "screenshots")
    try:
        browser.open("/sign-in")
        browser.fill(name=node.administrator, password=node.password)
        browser.submit("main [name='password']")
        browser.open("/directories")
        browser.submit("form[action='/directories/probe']")
        assert browser.path == "/directories" and "Attachments" in browser.text and "Bayesian Replication" not in table_text(browser)
        press_move(browser, "attachments", cluster.message_data / "x")
        assert "lie within each other" in browser.text
        place = shared_workplace.folder / "attachments"
        press_move(browser, "attachments", place)
        assert browser.path == "/directories" and str(place) in browser.text
        browser.picture("directories-moving")
        wait_for_move(node, "attachments")
        browser.open("/cluster")
        assert "Bayesian Replication" in table_text(browser)
        browser.picture("cluster-folders")
        shutil.move(cluster.nodes[1].home / "bayes-spam", cluster.nodes[1].folder / "away")
        with pytest.raises(CommandFailed):
            probe(node)
        browser.open("/account")
        browser.fill(language="ja")
        browser.submit("main [name='language']")
        for path, picture in (("/directories", "directories"), ("/cluster", "cluster-folders"), ("/directories/transcripts/move", "move")):
            browser.open(path).picture(picture)
        browser.open("/directories")
        assert "共有をマウント" in browser.text and "以前のファイルは" in browser.text
        shutil.move(cluster.nodes[1].folder / "away", cluster.nodes[1].home / "bayes-spam")
    finally:
        browser.close()


def table_text(browser):
    return browser.find("section[aria-labelledby='folders']").text


def press_move(browser, folder, place):
    """The form and its confirmation."""
    browser.press(f"a[href='/directories/{folder}/move']") if browser.path == "/directories" else browser.open(f"/directories/{folder}/move")
    browser.fill(path=str(place))
    browser.submit("main [name='path']")
    assert str(place) in browser.text
    browser.submit("main form.panel")


def test_folders_move_under_load_while_the_primary_is_killed_and_nothing_is_lost(cluster, shared_workplace, figure):
    nodes = cluster.nodes[:3]
    next_hop = shared_workplace.next_hop(keeps_messages=False)
    nodes[0].add_domain("example.com", next_hop.address)
    for node in nodes[1:]:
        node.wait_until_accepted("example.com", seconds=30)
    # Every third message waits in the queue until the end, so that its content is needed from the new place.
    may_have_all = []
    next_hop.recipient_reply = lambda address: None if may_have_all or not address.partition("@")[0].endswith("3") else "451 4.3.0 later"
    fill(cluster.message_data / "20200101" / "00", 12000)
    places = {name: shared_workplace.folder / f"new-{name}" for name in ("message-data", "transcripts")}
    wait_until(lambda: primary(nodes, nodes[0]), 60, "there is a primary")
    leader = primary(nodes, nodes[0])
    others = [node for node in nodes if node is not leader]
    ledgers = [Ledger(), Ledger()]
    started = time.monotonic()
    with Load(others[0].smtp_port, ledgers[0], sessions=2, name="one") as one, \
            Load(others[1].smtp_port, ledgers[1], sessions=2, name="two") as two:
        one.wait_for(20)
        two.wait_for(20)
        # A session of theirs goes on, so transcripts of the old place end in the new one.
        move(leader, "transcripts", places["transcripts"])
        move(leader, "message-data", places["message-data"])
        wait_until(lambda: newest_move(others[0], "message-data")["files"] > 100, 60, "the copying is in the middle", interval=0.05)
        halfway = newest_move(others[0], "message-data")
        leader.kill()
        wait_until(lambda: primary(nodes, others[0]) in others, 60, "another node leads")
        leader.start()
        wait_for_move(others[0], "message-data", seconds=120)
        wait_for_move(others[0], "transcripts", seconds=120)
        accepted = [len(ledger.accepted) for ledger in ledgers]
        one.wait_for(accepted[0] + 10)
        two.wait_for(accepted[1] + 10)
    seconds = time.monotonic() - started
    assert halfway["state"] in ("copying", "finishing"), halfway
    for folder, place in places.items():
        assert all(present_path(node, folder) == str(place) for node in nodes)
    assert len(list(places["message-data"].glob("20200101/00/filler-*"))) == 12000
    assert not list(places["message-data"].rglob("*.moving"))
    # From now on nobody needs the old place.
    cluster.message_data.rename(cluster.message_data.with_name("old-message-data"))
    may_have_all.append(True)
    lost, doubled = set(), {}
    for ledger in ledgers:
        wait_until(lambda: retry_all(nodes[1]) and next_hop_has_all(next_hop, ledger), 120, "all is delivered", interval=1)
        found, again = settle(nodes[1], next_hop, ledger)
        lost |= found
        doubled.update(again)
    count = sum(len(ledger.accepted) for ledger in ledgers)
    figure(f"folders moved, the primary killed: {seconds:.0f} s, answered 250: {count}, lost: {len(lost)}, doubled: {len(doubled)}, refused: "
           f"{[ledger.codes() for ledger in ledgers]}")
    assert not lost
    assert not any(ledger.refused for ledger in ledgers), [ledger.refusals_now() for ledger in ledgers]
    check_transcripts(nodes, ledgers, figure)


def fill(folder, count):
    """Files of no message, so that the copying takes its time."""
    folder.mkdir(parents=True)
    for number in range(count):
        (folder / f"filler-{number}").write_bytes(b"x" * 4096)


def check_transcripts(nodes, ledgers, figure):
    """Each message's inbound dialogue is read on a node that did not take it; those of the killed node's are not its victims' fault."""
    rows = {row["messageID"].strip("<>").partition("@")[0]: row for row in all_messages(nodes[2])}
    checked = 0
    for ledger in ledgers:
        accepted = sorted(ledger.accepted_now())
        for identifier in accepted[:: max(1, len(accepted) // 8)]:
            row = rows.get(local_part(identifier))
            if row is None:
                continue
            name = nodes[2].message(row["message"])["transcript"]
            text = nodes[1].run_command("transcript", "show", name)["text"]
            assert row["message"] in text, text
            checked += 1
    figure(f"transcripts read after the move: {checked}")
    assert checked >= 8


def all_messages(node):
    pages = run_program("log", "list", "--all", "--home", node.home, "--json").stdout.splitlines()
    return [row for page in pages for row in json.loads(page)["items"]]
