"""The rooms of judging in a browser: bans, greylist, learning and why a score is what it is, in both languages."""

import pytest

from kit import browser as browsers
from kit.processes import wait_until
from test_greylisting import send as send_greylisted
from test_greylisting import switch_on as switch_greylisting_on
from test_learning import learn, mail, put, remember_folders, state, wait_for_generation, wait_for_nights_run
from test_learning import send as send_to_classifier

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


def in_both_languages(browser, **pages):
    for language in ("ja", "en"):
        browser.open("/account")
        browser.fill(language=language)
        browser.submit("main [name='language']")
        for name, path in pages.items():
            browser.open(path.replace("+", "/"))
            assert browser.language == language
            browser.picture(name.replace("_", "-"))
    assert not browser.complaints()


def test_a_ban_is_set_found_and_lifted(browser):
    for subject in ("198.51.100.0/24", "2001:db8::1"):
        browser.open("/bans")
        browser.fill(subject=subject, minutes="90", note="迷惑メールの送信元")
        browser.submit("main [name='subject']")
        assert subject in browser.text, browser.text
    assert {ban["subject"] for ban in browser.node.run_command("bans", "list")["items"]} == {"198.51.100.0/24", "2001:db8::1"}
    in_both_languages(browser, bans="/bans", ban_refusals="/bans/sign-ins", settings_screening="/settings/screening")
    browser.open("/bans?text=2001")
    assert "198.51.100.0/24" not in browser.text
    browser.find("main [name='entry']").send_keys(" ")
    browser.submit("main [name='entry']")
    assert [ban["subject"] for ban in browser.node.run_command("bans", "list")["items"]] == ["198.51.100.0/24"]
    browser.open("/bans")
    browser.fill(subject="192.0.2.7 and more")
    browser.submit("main [name='subject']")
    assert browser.find_all("main .is-invalid"), "an error at the field"


def test_who_waits_is_on_the_greylist_page(browser):
    switch_greylisting_on(browser.node, wait=3600)
    assert send_greylisted(browser.node).code == 451
    browser.open("/greylist")
    assert "192.0.2.0/24" in browser.text and "you@example.com" in browser.text, browser.text
    in_both_languages(browser, greylist="/greylist", settings_greylisting="/settings/greylisting")


def test_what_was_learned_explains_a_score(browser):
    node = browser.node
    browser.open("/bayes")
    browser.picture("learning-empty")
    node.set("bayes.minimum-samples", "20")
    # What is kept back can be explained; delivered content is gone.
    node.set("bayes.scores", "0=-1.0,50=6.0")
    remember_folders(node)
    wait_for_nights_run(node)
    put(node, 40)
    learn(node)
    wait_for_generation([node], state(node)["generation"]["number"])
    send_to_classifier(node, mail(9999, True))
    entry = wait_until(lambda: node.messages(), 20, "the message in the log")[0]
    browser.open(f"/quarantine/{entry['message']}")
    assert browser.find_all("main a[href$='/why']"), browser.text
    browser.press("main a[href$='/why']")
    assert "prize" in browser.text and "%" in browser.text, browser.text
    why = browser.path
    in_both_languages(
        browser, learning="/bayes", learning_why=why, learning_ledger="/bayes/ledger", message_judged=f"/messages/{entry['message']}",
        settings_bayes="/settings/bayes")
    browser.open("/bayes/ledger")
    browser.find("main [name='entry']").send_keys(" ")
    browser.submit("main [name='entry']")
    browser.submit("main [name='entry']")
    assert browser.find_all("main .alert") and browser.path == "/bayes/ledger", browser.text
