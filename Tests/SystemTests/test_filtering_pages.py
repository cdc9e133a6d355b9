"""Lists, a DNS block list and the quarantine in a real browser, without scripts, in both languages."""

import pytest

from kit import browser as browsers
from kit.name_server import NameServer
from kit.processes import wait_until
from kit.smtp import SMTPClient

pytestmark = pytest.mark.skipif(not browsers.is_installed(), reason="chromium and chromium-driver are not installed")


@pytest.fixture
def browser(workplace):
    node = workplace.node(next_hop=workplace.next_hop())
    browser = browsers.Browser(node, workplace.folder / "screenshots")
    workplace.at_end(browser.close)
    browser.open("/sign-in")
    browser.fill(name=node.administrator, password=node.password)
    browser.submit("main [name='password']")
    return browser


def send(node, content, sender="someone@example.net"):
    with SMTPClient(node.smtp_port) as client:
        if client.greeting.code != 220:
            return client.greeting
        client.hello()
        reply, _ = client.send_message(sender, ["you@example.com"], content)
        return reply


def plain(subject):
    return f"From: someone@example.net\r\nSubject: {subject}\r\nMessage-ID: <{subject}@example.net>\r\n\r\nhello\r\n".encode()


def dangerous(subject):
    return (
        f"From: someone@example.net\r\nSubject: {subject}\r\nMessage-ID: <{subject}@example.net>\r\nMIME-Version: 1.0\r\n"
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n"
        "<p>See <a href='https://tracker.example/x'>this</a></p><script>document.title='owned'</script>\r\n"
        "--b\r\nContent-Type: application/octet-stream; name=run.exe\r\n\r\nMZ\r\n--b--\r\n").encode()


def add_entry(browser, **fields):
    browser.open("/lists")
    for name, value in fields.items():
        browser.fill_control(browser.find(f"form.form-panel [name='{name}']"), value)
    browser.submit("form.form-panel [name='value']")


def open_refused(browser):
    """The newest refused message, once its row is written."""
    refused = lambda: browser.node.messages("--result", "refused")
    wait_until(refused, 20, "a refused message in the log")
    browser.open("/messages?result=refused")
    browser.press("table.message-rows a")


def test_entries_of_the_lists(browser):
    node = browser.node
    browser.open("/lists")
    browser.picture("lists-empty")
    add_entry(browser, list="block", kind="sender-domain", value="example.net", note="sends junk")
    assert "example.net" in browser.text and "sends junk" in browser.text
    assert send(node, plain("blocked")).code == 550
    open_refused(browser)
    assert "is on the block list" in browser.text
    browser.picture("message-refused")
    add_entry(browser, list="allow", kind="sender", value="someone@example.net")
    assert send(node, plain("allowed")).code == 250
    add_entry(browser, list="block", kind="network", value="0.0.0.0/0")
    assert "large part of the Internet" in browser.text
    browser.picture("lists-problem")
    browser.open("/lists?list=block")
    browser.find("input[name='entry']").click()
    browser.press("form.list-panel button.btn-outline-danger")
    browser.press("main button.btn-danger")
    assert browser.path == "/lists" and "sends junk" not in browser.text
    # The browser remarks on the page of the refused entry, which is answered 422.
    assert not [complaint for complaint in browser.complaints() if "422" not in complaint]


def test_a_dns_block_list_set_up_in_the_browser(browser, workplace):
    node = browser.node
    name_server = NameServer().start()
    workplace.at_end(name_server.stop)
    name_server.list_address("127.0.0.1", "bl.example")
    for section, fields in (
            ("dns", {"servers": name_server.address}), ("filtering", {"check-private-addresses": "true"}),
            ("dns-block-lists", {"lists": "bl.example reject"})):
        browser.open(f"/settings/{section}")
        for name, value in fields.items():
            browser.fill_control(browser.find(f"main [name='setting.{name}']"), value)
        browser.submit(f"main [name='setting.{next(iter(fields))}']")
        assert "saved" in browser.text, browser.text
    wait_until(lambda: send(node, plain("listed")).code == 550, 20, "the list is asked")
    open_refused(browser)
    assert "127.0.0.1 is on bl.example" in browser.text
    browser.picture("message-listed")
    assert not browser.complaints()


def test_the_quarantine(browser, workplace):
    node = browser.node
    for subject in ("first", "second"):
        assert send(node, dangerous(subject)).code == 250
    browser.open("/quarantine")
    assert "first" in browser.text and "run.exe" in browser.text
    browser.picture("quarantine")
    browser.press("td.row-title a")
    assert "See this" in browser.text and "tracker.example" not in browser.text
    browser.picture("quarantined-message")
    browser.press("main button[value='release']")
    assert "Release the selected messages (1)?" in browser.text and browser.node.run_command("quarantine", "list")["items"]
    browser.picture("quarantine-release")
    browser.press("main button.btn-danger")
    assert browser.path == "/quarantine" and "Messages released: 1" in browser.text
    [delivered] = workplace.next_hops[0].wait_for(1)
    assert delivered.message_id == "<second@example.net>", "the newest stands first"
    browser.find("input[name='entry']").click()
    browser.press("form.list-panel button[value='delete']")
    browser.picture("quarantine-delete")
    browser.press("main button.btn-danger")
    assert "Messages deleted: 1" in browser.text
    wait_until(lambda: node.stored_files() == [], 30, "no content is left")
    browser.open("/account")
    browser.fill(language="ja")
    browser.submit("main [name='language']")
    assert send(node, dangerous("third")).code == 250
    for path, name in (("/quarantine", "quarantine"), ("/lists", "lists-empty")):
        browser.open(path)
        browser.picture(name)
    browser.open("/quarantine")
    browser.press("td.row-title a")
    assert "解放" in browser.text
    browser.picture("quarantined-message")
    assert not browser.complaints()


PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4z8DwHwAFAAH/iZk9HQAAAABJRU5ErkJggg=="


def test_pictures_within_a_message_are_shown_when_asked_for(browser):
    content = dangerous("pictures").replace(
        b"--b--", f"--b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\nContent-ID: <logo>\r\n\r\n{PIXEL}\r\n"
        "--b\r\nContent-Type: image/svg+xml\r\n\r\n<svg onload='alert(1)'/>\r\n--b--".encode())
    assert send(browser.node, content).code == 250
    browser.open("/quarantine")
    browser.press("td.row-title a")
    assert not browser.find_all("main img"), "nothing is shown unasked"
    browser.press("section[aria-labelledby='images'] a")
    [image] = browser.find_all("main img")
    assert int(image.get_property("naturalWidth")) == 1, "the picture was loaded"
    browser.picture("quarantined-message-pictures")
    address = image.get_attribute("src")
    for missing in (address[:-1] + "1", address[:-1] + "x", address[:-1] + "-1"):
        browser.open(missing[missing.index("/quarantine/"):])
        assert "There is nothing here" in browser.text, browser.text
    [kept] = browser.node.run_command("quarantine", "list")["items"]
    shown = browser.node.run_command("quarantine", "show", kept["message"])["content"]
    assert [(image["mediaType"], image["base64"]) for image in shown["images"]] == [("image/png", PIXEL)]
