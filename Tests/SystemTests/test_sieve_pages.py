"""Sieve scripts, users' own rules, quarantine digests and DMARC reports in a browser, in both languages."""

import pytest

from kit import browser as browsers
from kit import clocks
from kit.smtp import SMTPClient
from test_dmarc_reports import gathered, publishes
from test_dmarc_reports import place as reporting_place  # noqa: F401 a fixture
from test_dmarc_reports import send as send_from
from test_judging_pages import browser, in_both_languages  # noqa: F401 a fixture
from test_own_quarantine import password

pytestmark = pytest.mark.skipif(not browsers.is_installed(), reason="chromium and chromium-driver are not installed")

SCRIPT = 'require ["fileinto"];\nif header :contains "subject" "請求書" {\n    fileinto "quarantine";\n}\n'


def press(browser, action):
    browser.press(f"main button[name='do'][value='{action}']")


def scripts(node):
    return {item["owner"]: item["active"] for item in node.run_command("sieve", "list")["items"]}


def test_a_script_is_written_checked_tried_saved_and_deleted(browser):  # noqa: F811
    browser.open("/sieve")
    browser.picture("sieve-empty")
    browser.fill(owner="example.com")
    browser.submit("main [name='owner']")
    browser.fill(name="invoices", script='if header :is "subject" { keep; }')
    press(browser, "check")
    assert browser.find_all("main .sieve-faults li") and "Line 1" in browser.text, browser.text
    browser.picture("sieve-faults")
    press(browser, "save")
    assert scripts(browser.node) == {}, "nothing wrong is saved"
    assert all("422" in line for line in browser.complaints())
    browser.fill(script=SCRIPT)
    press(browser, "check")
    assert not browser.find_all("main .sieve-faults")
    browser.fill(message="From: a@example.net\nTo: you@example.com\nSubject: 請求書 2026\n\nhello\n", recipient="you@example.com")
    press(browser, "try")
    assert "fileinto" in browser.find("main .rule-trial").text, browser.text
    browser.picture("sieve-trial")
    browser.find("main [name='active']").send_keys(" ")
    press(browser, "save")
    assert list(scripts(browser.node)) == ["example.com"]
    in_both_languages(browser, sieve="/sieve", sieve_script="/sieve/edit?owner=example.com", settings_sieve="/settings/sieve")
    browser.open("/sieve/edit?owner=example.com")
    press(browser, "delete")
    assert scripts(browser.node), "only asked"
    browser.press("main button.btn-danger")
    assert scripts(browser.node) == {}


def test_a_user_writes_his_own_rules(browser):  # noqa: F811
    node = browser.node
    secret = node.folder / "user-password"
    secret.write_text(password + "\n")
    node.run_command("user", "add", "taro@example.com", "--password-file", str(secret), json_output=False)
    browser.open("/my/sign-in?lang=en")
    browser.fill(address="taro@example.com", password=password)
    browser.submit("main [name='password']")
    assert not browser.find_all("a[href='/my/rules']"), "users have no scripts unless an administrator lets them"
    node.set("sieve.user-scripts", "true")
    browser.open("/my/account")
    browser.picture("own-account-with-rules")
    browser.press("main a[href='/my/rules']")
    browser.fill(name="mine", script=SCRIPT)
    browser.fill(message="Subject: 請求書\n\nhello\n")
    press(browser, "try")
    assert "fileinto" in browser.find("main .rule-trial").text, browser.text
    browser.picture("own-rules-trial")
    press(browser, "save")
    assert list(scripts(node)) == ["taro@example.com"]
    browser.open("/my/account")
    browser.fill(language="ja")
    browser.submit("main [name='language']")
    browser.open("/my/rules")
    browser.picture("own-rules")
    assert not browser.complaints()


def test_a_digest_run_is_asked_for_and_shown(browser):  # noqa: F811
    node = browser.node
    node.set("attachments.action", "score")
    with SMTPClient(node.smtp_port) as client:
        client.hello()
        content = b"Subject: hello\r\nMIME-Version: 1.0\r\nContent-Type: application/octet-stream; name=run.exe\r\n\r\nMZ"
        reply, _ = client.send_message("someone@example.net", ["you@example.com"], content)
        assert reply.code == 250
    browser.open("/digests")
    browser.submit("main form")
    assert browser.path == "/digests" and browser.find_all("main tbody tr"), browser.text
    in_both_languages(browser, digests="/digests", settings_digest="/settings/digest")


@pytest.mark.skipif(not clocks.can_be_shifted(), reason="no C compiler is installed")
def test_what_is_gathered_for_a_report_is_shown(reporting_place, workplace):  # noqa: F811
    node = reporting_place
    publishes(node, "asks.example", "mailto:reports@asks.example")
    send_from(node, "asks.example")
    gathered(node, 1)
    browser = browsers.Browser(node, workplace.folder / "screenshots")  # noqa: F811
    workplace.at_end(browser.close)
    browser.open("/sign-in")
    browser.fill(name=node.administrator, password=node.password)
    browser.submit("main [name='password']")
    browser.open("/dmarc-reports")
    assert "asks.example" in browser.text
    in_both_languages(browser, dmarc_reports="/dmarc-reports", settings_dmarc_reports="/settings/dmarc-reports")
    browser.open("/dmarc-reports")
    browser.press("td.row-title a")
    assert "asks.example" in browser.text and "127.0.0.1" in browser.text, browser.text
    browser.picture("dmarc-report")
