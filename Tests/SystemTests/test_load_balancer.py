"""Behind a real HAProxy with the configuration the product ships: mail and pages reach a node, which knows the real client."""

import http.client
import socket
import ssl

import pytest

from kit import haproxy
from kit.processes import wait_until
from kit.smtp import SMTPClient, SMTPConnectionLost

pytestmark = pytest.mark.skipif(not haproxy.is_installed(), reason="haproxy is not installed")


@pytest.fixture(scope="module")
def place(shared_workplace):
    """A node behind a load balancer that it trusts."""
    node = shared_workplace.node(domain="example.com", next_hop=shared_workplace.next_hop())
    node.set("reception.proxy-networks", haproxy.LoadBalancer.source)
    balancer = haproxy.LoadBalancer(shared_workplace.folder / "haproxy", [node])
    shared_workplace.at_end(balancer.kill)
    balancer.start()
    node.balancer = balancer
    wait_until(lambda: ask(node, "/health", "127.0.0.1") == 200, 30, "HAProxy found the node healthy")
    # It looks after each of the services by itself.
    for kind in ("smtp", "smtps", "submission"):
        wait_until(lambda: is_greeted(node, kind), 30, f"HAProxy gives the node sessions of {kind}")
    return node


def without_verification():
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def ask(node, path, source, port=None, key=None):
    """The status of a GET, sent from `source`; None when there is no answer."""
    connection = http.client.HTTPSConnection(
        "127.0.0.1", port or node.balancer.web_port, timeout=30, context=without_verification(), source_address=(source, 0))
    try:
        connection.request("GET", path, headers={"Authorization": f"Bearer {key}"} if key else {})
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def send(node, kind, source):
    with SMTPClient(node.balancer.ports[kind], tls=kind == "smtps", source=source) as client:
        client.hello()
        if kind == "submission":
            client.start_tls()
            client.hello()
        reply, _ = client.send_message("someone@example.net", ["you@example.com"], b"Subject: balanced\r\n\r\nx\r\n")
        assert reply.code == 250, str(reply)
        return node.message(reply.text.split()[-1])


def is_greeted(node, kind="smtp"):
    try:
        with SMTPClient(node.balancer.ports[kind], tls=kind == "smtps") as client:
            return client.greeting.code == 220
    except (OSError, SMTPConnectionLost):
        return False


@pytest.mark.parametrize("kind", ["smtp", "smtps", "submission"])
def test_mail_through_the_balancer_is_logged_with_the_real_client(place, kind):
    assert send(place, kind, "127.0.0.9")["clientAddress"] == "127.0.0.9"


wrong_key = f"sgk_{'0' * 32}_{'A' * 43}"


def test_wrong_keys_are_counted_for_the_real_client_and_not_for_the_balancer(place):
    def is_refused():
        return ask(place, "/api/v1/status", "127.0.0.8", key=wrong_key) == 429

    wait_until(is_refused, 60, "an address with many wrong keys is refused", interval=0)
    assert ask(place, "/api/v1/status", "127.0.0.9", key=wrong_key) == 401


def test_the_pages_are_also_served_without_the_balancer(place):
    assert ask(place, "/sign-in", "127.0.0.1", port=place.web_port) == 200
    assert ask(place, "/sign-in", place.balancer.source, port=place.web_port) == 200


@pytest.mark.parametrize("header", [b"PROXY NONSENSE\r\n", b"GET / HTTP/1.1\r\n\r\n"], ids=["damaged", "none, and no TLS"])
def test_a_trusted_proxy_that_sends_neither_a_header_nor_tls_is_closed(place, header):
    with socket.create_connection(("127.0.0.1", place.web_port), timeout=30, source_address=(place.balancer.source, 0)) as connection:
        connection.sendall(header)
        try:
            assert connection.recv(100) == b""
        except ConnectionResetError:
            pass  # the same, with octets unread


def test_a_header_from_anybody_else_is_not_believed(place):
    with socket.create_connection(("127.0.0.1", place.web_port), timeout=30, source_address=("127.0.0.7", 0)) as connection:
        connection.sendall(b"PROXY TCP4 203.0.113.7 127.0.0.1 40000 443\r\n")
        with pytest.raises((ssl.SSLError, ConnectionError)):
            without_verification().wrap_socket(connection, server_hostname="localhost")


def test_a_stopped_node_gets_no_connections_and_they_come_back_with_it(place):
    place.stop()
    wait_until(lambda: ask(place, "/health", "127.0.0.1") is None, 30, "nobody serves the pages")
    place.start()
    wait_until(lambda: ask(place, "/health", "127.0.0.1") == 200, 30, "the node is found again")
    # Each service is found by itself, a moment later perhaps.
    wait_until(lambda: is_greeted(place), 30, "HAProxy gives the node SMTP sessions again")
    assert send(place, "smtp", "127.0.0.9")["clientAddress"] == "127.0.0.9"
