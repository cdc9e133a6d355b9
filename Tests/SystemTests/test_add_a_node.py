"""“Add a node” on the Clustering page: the key it shows once is the one a further node joins with."""

import pytest

from kit import browser as browsers
from kit.cluster import Cluster
from kit.processes import wait_until

pytestmark = pytest.mark.skipif(not browsers.is_installed(), reason="chromium and chromium-driver are not installed")


def test_a_node_joins_with_the_key_of_the_page(workplace):
    cluster = Cluster(workplace)
    first = cluster.first()
    browser = browsers.Browser(first, workplace.folder / "screenshots")
    workplace.at_end(browser.close)
    browser.open("/sign-in")
    browser.fill(name=first.administrator, password=first.password)
    browser.submit("main [name='password']")
    browser.open("/cluster")
    browser.press("main a[href='/cluster/add']")
    browser.picture("cluster-add")
    browser.submit("main form[action='/cluster/add']")
    key, command = [code.text for code in browser.find_all("main code.secret")]
    browser.picture("cluster-key")
    assert "securitygateway join" in command and key not in command, "a key on a command line is seen by every user of the machine"
    node = cluster.prepare(key)
    exit_code, said = cluster.join(node)
    assert exit_code == 0, said
    node.start()

    def is_shown():
        browser.open("/cluster")
        return browser.text.count("In service") == 2 and node.name in browser.text

    wait_until(is_shown, 60, lambda: f"both nodes in service on the page: {browser.text}", interval=0.5)
    browser.picture("cluster")
    assert key not in browser.text
    assert not browser.complaints()
