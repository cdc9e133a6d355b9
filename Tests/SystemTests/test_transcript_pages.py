"""Transcripts and folders in a real browser, without scripts, in both languages."""

import pytest

from kit import browser as browsers
from kit.load import message
from kit.processes import wait_until
from kit.smtp import SMTPClient

pytestmark = pytest.mark.skipif(not browsers.is_installed(), reason="chromium and chromium-driver are not installed")


@pytest.fixture
def browser(workplace):
    node = workplace.node(domain="example.com", next_hop=workplace.next_hop())
    browser = browsers.Browser(node, workplace.folder / "screenshots")
    workplace.at_end(browser.close)
    browser.open("/sign-in")
    browser.fill(name=node.administrator, password=node.password)
    browser.submit("main [name='password']")
    return browser


def in_japanese(browser):
    browser.open("/account")
    browser.fill(language="ja")
    browser.submit("main [name='language']")


def test_the_dialogue_stands_on_the_message_s_page(browser):
    node = browser.node
    with SMTPClient(node.smtp_port, hello="<b>client</b>") as client:
        client.hello()
        content = message("<shown@load.example>", recipient="you@example.com", subject="shown")
        reply, _ = client.send_message("sender@example.net", ["you@example.com"], content)
        client.quit()
    identifier = reply.text.split()[-1]
    name = node.message(identifier)["transcript"]
    listed = lambda: any(entry["transcript"] == name for entry in node.run_command("transcript", "list")["items"])
    wait_until(listed, 30, "the transcript")
    browser.open(f"/messages/{identifier}")
    assert f"Queued as {identifier}" in browser.text and "C: RCPT TO:<you@example.com>" in browser.text
    browser.picture("message-transcript")
    browser.press(f"a[href='/transcripts/{name}']")
    assert browser.path == f"/transcripts/{name}" and "C: QUIT" in browser.find("pre").text
    browser.picture("transcript")
    browser.open("/transcripts")
    browser.fill(address="127.0.0.1", way="inbound")
    browser.submit("form.filter")
    assert browser.find_all(f"a[href='/transcripts/{name}']")
    browser.picture("transcripts")
    browser.fill(address="nonsense")
    browser.submit("form.filter")
    assert "Enter an IP address." in browser.text
    in_japanese(browser)
    for path, picture in ((f"/messages/{identifier}", "message-transcript"), ("/transcripts", "transcripts")):
        browser.open(path).picture(picture)
        assert "通信記録" in browser.text
    assert not browser.complaints() or all("422" in complaint for complaint in browser.complaints())


def test_folders_are_shown_and_put_elsewhere(browser):
    node = browser.node
    browser.open("/directories")
    assert str(node.home / "message-data") in browser.text and "is there" in browser.text and "% used" in browser.text
    browser.picture("directories")
    browser.fill_control(browser.find("[name='setting.transcripts']"), str(node.home / "message-data" / "below"))
    browser.submit("[name='setting.transcripts']")
    assert "lie within each other" in browser.text
    browser.picture("directories-refused")
    browser.fill_control(browser.find("[name='setting.transcripts']"), str(node.folder / "elsewhere"))
    browser.submit("[name='setting.transcripts']")
    assert "when they are started again" in browser.text and str(node.folder / "elsewhere") in browser.text
    assert (node.folder / "elsewhere" / ".securitygateway-folder").exists()
    browser.open("/audit?text=directories")
    assert "settings.change" in browser.text
    in_japanese(browser)
    browser.open("/directories").picture("directories")
    assert "再起動後のパス" in browser.text
