"""Country screening: mail and sign-ins by the country of the client's address, in Debian's database and in one that is put in place."""

import base64
import http.client
import re
import socket
import ssl
import urllib.parse

import pytest

from kit import browser as browsers
from kit import mmdb
from kit.api import APIClient
from kit.processes import wait_until
from kit.smtp import ProxiedClient

JAPAN, FRANCE, UNITED_STATES = "133.11.0.1", "193.51.208.13", "8.8.8.8"
CONTENT = b"From: someone@example.net\r\nTo: you@example.com\r\nSubject: from abroad\r\n\r\nhello\r\n"


class Place:
    def __init__(self, workplace):
        self.node = workplace.node(next_hop=workplace.next_hop())
        # Clients from any address are named by a header, as behind a load balancer.
        self.node.set("reception.proxy-networks", "127.0.0.1")
        for name in ("sender-checks.reverse-lookup", "sender-checks.hello", "sender-authentication.spf", "sender-authentication.dkim",
                     "sender-authentication.arc"):
            self.node.set(name, "false")

    def set(self, **settings):
        for name, value in settings.items():
            self.node.set("country-screening." + name.replace("_", "-"), value)

    def client(self, address, port=None):
        kind = "TCP6 {} ::1" if ":" in address else "TCP4 {} 127.0.0.1"
        return ProxiedClient(port or self.node.smtp_port, f"PROXY {kind.format(address)} 40000 25\r\n".encode())

    def send(self, address, recipient="you@example.com"):
        """The code of the greeting's refusal, or of the message."""
        with self.client(address) as client:
            if client.greeting.code != 220:
                return client.greeting.code
            client.hello()
            return client.send_message("someone@example.net", [recipient], CONTENT)[0].code

    def findings(self):
        wait_until(lambda: self.node.messages(), 20, "a row in the log")
        details = self.node.message(self.node.messages()[0]["message"])
        return [finding for finding in details["judgement"]["findings"] if finding["check"] == "country"]

    def warnings(self):
        return {part["name"]: part for part in self.node.status()["health"]["parts"]}.get("countries")

    def look_up(self, address):
        return self.node.run_command("country", "lookup", address)


@pytest.fixture
def place(workplace):
    return Place(workplace)


def test_it_is_off_and_then_works_out_of_the_box(place):
    assert place.send(JAPAN) == 250 and place.findings() == []
    assert "country" not in place.look_up(JAPAN)
    place.set(countries="JP", enabled="true")
    wait_until(lambda: place.look_up(JAPAN).get("country") == "JP", 30, "the database is open")
    assert place.look_up(UNITED_STATES)["country"] == "US" and place.look_up("2001:200::1")["country"] == "JP"
    assert place.look_up("10.0.0.1")["finding"] == "not-screened"
    assert place.send(JAPAN) == 250
    [finding] = place.findings()
    assert (finding["outcome"], finding["score"]) == ("found", "3.0") and "Japan (JP)" in finding["text"]["en"] and "日本" in finding["text"]["ja"]
    assert place.send(FRANCE) == 250
    [finding] = place.findings()
    assert finding["outcome"] == "notFound" and finding["text"]["en"] == "France (FR)"


def test_recipients_or_connections_are_refused_and_exceptions_pass(place):
    place.set(countries="JP,FR", rule="allow-listed", action="reject", enabled="true")
    wait_until(lambda: place.look_up(JAPAN).get("country") == "JP", 30, "the database is open")
    assert [place.send(address) for address in (JAPAN, FRANCE, UNITED_STATES)] == [250, 250, 550]
    assert place.node.messages("--result", "refused")[0]["result"] == "refused"
    # A private or unknown address is nobody's country.
    assert place.send("192.168.7.7") == 250 and place.send("2001:db8::1") == 250
    place.set(action="disconnect")
    assert place.send(UNITED_STATES) == 554 and place.send(JAPAN) == 250
    place.set(excepted_networks="8.8.8.0/24")
    assert place.send(UNITED_STATES) == 250
    place.set(excepted_networks="")
    assert place.send(UNITED_STATES) == 554
    place.node.run_command("list", "add", "allow", "network", "8.8.8.0/24")
    assert place.send(UNITED_STATES) == 250


def test_users_sign_in_from_wanted_countries_only_and_send_from_there(place):
    node = place.node
    password = "correct horse battery"
    (node.folder / "user-password").write_text(password + "\n")
    node.run_command("user", "add", "user@example.com", "--password-file", node.folder / "user-password")
    place.set(countries="JP", rule="allow-listed", action="reject", sign_ins="true", enabled="true")
    wait_until(lambda: place.look_up(JAPAN).get("country") == "JP", 30, "the database is open")

    def sign_in(address):
        with place.client(address, node.submission_port) as client:
            client.hello()
            assert client.start_tls().code == 220
            client.hello()
            plain = base64.b64encode(f"\0user@example.com\0{password}".encode()).decode()
            code = client.command(f"AUTH PLAIN {plain}").code
            if code == 235:
                assert client.send_message("user@example.com", ["you@example.com"], CONTENT)[0].code == 250
            return code

    assert sign_in(JAPAN) == 235 and sign_in("192.168.7.7") == 235
    assert sign_in(UNITED_STATES) == 535
    place.set(sign_ins="false")
    # Who has signed in is not screened, wherever he is.
    assert sign_in(UNITED_STATES) == 235


def web_sign_in(node, address):
    """Where the browser of an administrator at `address` is after he typed the right password: the status and the path."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE

    def ask(method, body=None, cookie=""):
        connection = http.client.HTTPConnection("127.0.0.1", node.web_port, timeout=30)
        plain = socket.create_connection(("127.0.0.1", node.web_port), timeout=30)
        plain.sendall(f"PROXY TCP4 {address} 127.0.0.1 40000 443\r\n".encode())
        connection.sock = context.wrap_socket(plain, server_hostname="localhost")
        headers = {"Cookie": cookie, "Origin": f"https://127.0.0.1:{node.web_port}", "Content-Type": "application/x-www-form-urlencoded"}
        connection.request(method, "/sign-in", body, headers)
        answer = connection.getresponse()
        return answer, answer.read().decode()

    answer, page = ask("GET")
    cookies = "; ".join(value.split(";")[0] for name, value in answer.getheaders() if name.lower() == "set-cookie")
    token = re.search(r'name="form-token" value="([^"]*)"', page).group(1)
    form = urllib.parse.urlencode({"form-token": token, "next": "", "name": node.administrator, "password": node.password})
    answer, page = ask("POST", form, cookies)
    return answer.status, page


def test_administrators_sign_in_to_the_pages_from_wanted_countries_only(place):
    node = place.node
    place.set(countries="JP", rule="allow-listed", mail="false", web_sign_ins="true", enabled="true")
    wait_until(lambda: place.look_up(JAPAN).get("country") == "JP", 30, "the database is open")
    assert web_sign_in(node, JAPAN)[0] == 303 and web_sign_in(node, "192.168.7.7")[0] == 303
    status, page = web_sign_in(node, UNITED_STATES)
    assert status != 303 and "password is wrong" in page
    wait_until(lambda: UNITED_STATES in [row["address"] for row in node.run_command("bans", "sign-ins")["items"]], 30, "a trace of it")
    place.set(web_sign_ins="false")
    assert web_sign_in(node, UNITED_STATES)[0] == 303


def test_a_database_is_put_in_place_replaced_and_damaged_while_mail_flows(place, workplace):
    path = workplace.folder / "countries.mmdb"
    place.set(database=str(path), countries="JP", action="reject", enabled="true")
    wait_until(lambda: place.warnings() and place.warnings().get("isWarning"), 30, "a warning")
    assert str(path) in place.warnings()["detail"]["en"] and "geoip-database" in place.warnings()["detail"]["en"]
    assert place.send(JAPAN) == 250, "without a database mail flows"
    mmdb.write(path, {"133.11.0.0/16": "JP", "2001:200::/32": "JP"})
    wait_until(lambda: place.look_up(JAPAN).get("database", "").startswith("Test-Country"), 30, "the database is open")
    wait_until(lambda: not place.warnings().get("isWarning"), 30, "the warning is gone")
    assert [place.send(address) for address in (JAPAN, UNITED_STATES, "2001:200::1")] == [550, 250, 550]
    mmdb.write(path, {"133.11.0.0/16": "FR", "8.8.8.0/24": "JP"})
    wait_until(lambda: place.look_up(JAPAN).get("country") == "FR", 30, "the new database is open")
    assert [place.send(address) for address in (JAPAN, UNITED_STATES)] == [250, 550]
    # Overwritten in place with rubbish: the last good one stays, and nothing falls.
    path.write_bytes(b"rubbish" * 1000)
    wait_until(lambda: place.warnings().get("isWarning"), 30, "a warning")
    assert "stays in use" in place.warnings()["detail"]["en"]
    assert [place.send(address) for address in (JAPAN, UNITED_STATES)] == [250, 550]
    place.set(database="")
    wait_until(lambda: place.look_up(JAPAN).get("country") == "JP", 30, "Debian's database is open")
    wait_until(lambda: not place.warnings().get("isWarning"), 30, "the warning is gone")


def test_the_api_tells_the_country_and_refuses_what_is_no_address(place):
    place.set(countries="JP", enabled="true")
    key = place.node.run_command("api-key", "create", "country", "--access", "full", json_output=False).strip()
    api = APIClient(place.node, key)
    wait_until(lambda: api.send("GET", f"/countries/{JAPAN}").document.get("country") == "JP", 30, "the database is open")
    found = api.send("GET", f"/countries/{JAPAN}").document
    assert found["name"] == {"en": "Japan", "ja": "日本"} and found["finding"] == "unwanted"
    assert api.send("GET", "/countries/nonsense").status == 422


@pytest.mark.skipif(not browsers.is_installed(), reason="chromium and chromium-driver are not installed")
def test_countries_are_picked_and_an_address_is_looked_up_in_the_browser(place, workplace):
    node = place.node
    browser = browsers.Browser(node, workplace.folder / "screenshots")
    workplace.at_end(browser.close)
    browser.open("/sign-in")
    browser.fill(name=node.administrator, password=node.password)
    browser.submit("main [name='password']")
    for language, name in (("en", "Japan"), ("ja", "日本")):
        browser.open("/account")
        browser.fill(language=language)
        browser.submit("main [name='language']")
        browser.open("/settings/country-screening")
        assert browser.language == language and name in browser.text
        box = browser.find("[name='setting.countries'][value='JP']")
        if language == "en":
            box.send_keys(" ")
            browser.find("[name='setting.countries'][value='FR']").send_keys(" ")
            browser.fill_control(browser.find("[name='setting.enabled']"), "true")
            browser.submit("[name='setting.enabled']")
        else:
            assert box.is_selected()
            box.send_keys(" ")
            browser.submit("[name='setting.enabled']")
            assert not browser.find("[name='setting.countries'][value='JP']").is_selected()
            box = browser.find("[name='setting.countries'][value='JP']")
            box.send_keys(" ")
            browser.submit("[name='setting.enabled']")
        wait_until(lambda: place.look_up(JAPAN).get("country") == "JP", 30, "the database is open")
        browser.fill(address=JAPAN)
        browser.submit("main [name='address']")
        assert f"{name} (JP)" in browser.find("#trial dl").text and "GEO-106" in browser.find("#trial dl").text
        browser.picture("country-screening")
    assert place.send(JAPAN) == 250
    wait_until(lambda: node.messages(), 20, "a message in the log")
    browser.open("/messages")
    browser.press("table.message-rows a")
    assert "日本" in browser.text
    browser.picture("country-message")
    browser.open("/settings/country-screening")
    browser.fill(address="no address")
    browser.submit("main [name='address']")
    assert browser.find(".is-invalid")
    assert not [complaint for complaint in browser.complaints() if "422" not in complaint]
