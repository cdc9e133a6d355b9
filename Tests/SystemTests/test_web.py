"""The entrance in a real browser, without scripts: first start, a domain, a mail in the log, both languages, two widths."""

import shutil
import ssl
import subprocess
import urllib.request

import pytest

from kit import browser as browsers
from kit.processes import wait_until

pytestmark = pytest.mark.skipif(not browsers.is_installed(), reason="chromium and chromium-driver are not installed")


@pytest.fixture
def browser(workplace):
    node = workplace.node(administrator=False)
    browser = browsers.Browser(node, workplace.folder / "screenshots")
    workplace.at_end(browser.close)
    return browser


def sign_in(browser, language=""):
    browser.open("/sign-in" + (f"?lang={language}" if language else ""))
    browser.fill(name="alice", password=browser.node.password)
    browser.submit("main [name='password']")


def first_start(browser):
    code = (browser.node.home / "setup-code").read_text().strip()
    assert code in browser.node.log_tail(200), "the node does not print the set-up code"
    browser.open("/")
    assert browser.path == "/first-start"
    browser.picture("first-start")
    browser.fill(code="wrong-code", name="alice", password=browser.node.password, password_again=browser.node.password)
    browser.submit("main [name='code']")
    assert browser.path == "/first-start", "a wrong set-up code was taken"
    browser.fill(code=code, name="alice", password=browser.node.password, password_again="something else")
    browser.submit("main [name='code']")
    assert browser.path == "/first-start", "two different passwords were taken"
    browser.fill(code=code, name="alice", password=browser.node.password, password_again=browser.node.password)
    browser.submit("main [name='code']")
    assert browser.path == "/", browser.text
    browser.open("/first-start")
    assert browser.path != "/first-start", "a second administrator could be made"


def add_domain(browser, name, host, port):
    browser.open("/domains/add")
    browser.picture("domain-add")
    browser.fill(name=name)
    browser.fill_control(browser.find_all("main [name='host']")[0], host)
    browser.fill_control(browser.find_all("main [name='port']")[0], str(port))
    browser.submit("main [name='host']")
    assert browser.path == f"/domains/{name}", browser.text
    browser.node.wait_until_accepted(name)


def send_mail(node, subject):
    result = subprocess.run(
        ["swaks", "--server", f"127.0.0.1:{node.smtp_port}", "--from", "someone@example.net", "--to", "you@example.com", "--header",
         f"Subject: {subject}"], capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result.stdout


def use_language(browser, language):
    browser.open("/account")
    browser.fill(language=language)
    browser.submit("main [name='language']")


@pytest.mark.skipif(not shutil.which("swaks"), reason="swaks is not installed")
def test_from_the_first_start_to_a_mail_in_the_log(browser, workplace):
    node = browser.node
    next_hop = workplace.next_hop()
    first_start(browser)
    assert browser.language == "en"
    add_domain(browser, "example.com", "127.0.0.1", next_hop.port)
    subject = "=?UTF-8?B?44GT44KT44Gr44Gh44Gv?= <script>alert(1)</script>"
    send_mail(node, subject)
    next_hop.wait_for(1)

    def row():
        browser.open("/messages")
        return "someone@example.net" in browser.text and [
            link for link in browser.find_all("main a[href*='/messages/']") if len(link.get_attribute("href").rsplit("/", 1)[1]) == 32]

    link = wait_until(row, 20, lambda: f"the mail in the message log: {browser.text}", interval=0.2)[0]
    assert "こんにちは <script>alert(1)</script>" in browser.text, browser.text
    details = link.get_attribute("href").split(str(node.web_port))[1]

    def delivery():
        browser.open(details)
        return "2.0.0 taken" in browser.text

    wait_until(delivery, 20, lambda: f"the delivery in the message's page: {browser.text}", interval=0.2)
    for expected in ("you@example.com", "someone@example.net", f":{next_hop.port}"):
        assert expected in browser.text, f"{expected} is missing: {browser.text}"

    pages = {
        "dashboard": "/", "message-log": "/messages", "message": details, "queue": "/queue", "domains": "/domains",
        "domain": "/domains/example.com", "recipients": "/domains/example.com/recipients",
        "domain-settings": "/domains/example.com/settings", "settings": "/settings", "settings-reception": "/settings/reception",
        "audit": "/audit", "administrators": "/administrators", "account": "/account",
    }
    problems = []
    for language in ("en", "ja"):
        use_language(browser, language)
        for name, path in pages.items():
            browser.open(path)
            try:
                assert browser.language == language, f"{path} speaks {browser.language} instead of {language}"
                assert browser.path == path, f"{path} leads to {browser.path}"
                browser.picture(name)
            except AssertionError as error:
                problems.append(str(error))
    assert not problems
    use_language(browser, "en")

    browser.open("/")
    browser.press("form[action='/sign-out'] button")
    assert browser.path == "/sign-in"
    browser.open("/messages")
    assert browser.path == "/sign-in", "a page is open after signing out"
    for language in ("en", "ja"):
        browser.open(f"/sign-in?lang={language}")
        assert browser.language == language
        browser.picture("sign-in")
    browser.fill(name="alice", password="not the password")
    browser.submit("main [name='password']")
    assert browser.path == "/sign-in"
    sign_in(browser)
    assert browser.path == "/"
    complaints = [text for text in browser.complaints() if "/first-start" not in text and "/sign-in" not in text]
    assert not complaints, "the browser complains"


@pytest.mark.skipif(not shutil.which("swaks"), reason="swaks is not installed")
def test_a_deferred_mail_is_retried_from_the_queue_page(browser, workplace):
    node = browser.node
    next_hop = workplace.next_hop()
    next_hop.mail_reply = "451 4.3.0 come back later"
    first_start(browser)
    add_domain(browser, "example.com", "127.0.0.1", next_hop.port)
    send_mail(node, "deferred")

    def reason():
        browser.open("/queue")
        return "come back later" in browser.text

    wait_until(reason, 30, lambda: f"the reply on the queue page: {browser.text}", interval=0.2)
    browser.picture("queue-deferred")
    next_hop.mail_reply = None
    browser.find("main input[name='entry']").send_keys(" ")
    browser.press("main button[value='retry']")
    wait_until(lambda: next_hop.messages, 30, lambda: f"the mail at the next hop: {browser.text}")


def test_the_set_up_code_is_gone_once_there_is_an_administrator(browser):
    first_start(browser)
    wait_until(lambda: not (browser.node.home / "setup-code").exists(), 10, "the set-up code's file is removed")


def test_settings_are_changed_and_wrong_ones_are_marked(browser):
    first_start(browser)
    browser.open("/settings/reception")
    browser.fill(**{"setting.maximum-sessions": "0"})
    browser.submit("main [name='setting.maximum-sessions']")
    assert browser.find_all(".is-invalid"), browser.text
    browser.picture("settings-wrong")
    browser.fill(**{"setting.maximum-sessions": "321"})
    browser.submit("main [name='setting.maximum-sessions']")
    assert browser.node.run_command("settings", "get", "reception.maximum-sessions")["value"] == 321
    browser.open("/audit")
    assert "maximum-sessions" in browser.text and "alice" in browser.text


def test_headers_keep_strangers_out(workplace):
    node = workplace.node()
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with urllib.request.urlopen(f"https://127.0.0.1:{node.web_port}/sign-in", context=context, timeout=30) as answer:
        headers = {name.lower(): value for name, value in answer.headers.items()}
    policy = headers["content-security-policy"]
    assert "unsafe-inline" not in policy and "unsafe-eval" not in policy and "default-src" in policy, policy
    assert headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'none'" in policy or headers.get("x-frame-options") == "DENY"
    for path in ("/", "/messages", "/queue", "/domains", "/settings", "/audit", "/administrators", "/account"):
        status, text = node.web(path)
        assert "password" in text, f"{path} is open to strangers: {status}"
    assert node.web("/api/v1/status")[0] in (401, 403, 404)
    assert node.web("/health")[0] == 200
