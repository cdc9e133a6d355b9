"""Headless Chromium on the node's pages."""

import os
import shutil
import tempfile
from pathlib import Path

from .processes import wait_until

phone, desktop = (390, 844), (1280, 900)


def is_installed():
    return shutil.which("chromium") is not None and shutil.which("chromedriver") is not None


class Browser:
    def __init__(self, node, screenshots):
        from selenium import webdriver
        from selenium.webdriver.chrome.service import Service

        self.node = node
        self.screenshots = Path(os.environ.get("SCREENSHOTS") or screenshots)
        self.screenshots.mkdir(parents=True, exist_ok=True)
        self._profile = tempfile.mkdtemp(prefix="sgtest-browser-")
        options = webdriver.ChromeOptions()
        options.binary_location = shutil.which("chromium")
        for argument in (
            "--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--ignore-certificate-errors", "--lang=en", "--disable-gpu",
            "--no-first-run", "--disable-background-networking", "--hide-scrollbars", f"--window-size={desktop[0]},{desktop[1]}",
            f"--user-data-dir={self._profile}",
        ):
            options.add_argument(argument)
        # The pages must work without scripts.
        options.add_experimental_option("prefs", {"profile.managed_default_content_settings.javascript": 2, "intl.accept_languages": "en"})
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(service=Service(shutil.which("chromedriver")), options=options)
        self.driver.set_page_load_timeout(60)

    def close(self):
        self.driver.quit()
        shutil.rmtree(self._profile, ignore_errors=True)

    def resize(self, size):
        # By the protocol: headless windows have a least width above a phone's.
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride", {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": size == phone})

    def open(self, path):
        self.driver.get(f"https://127.0.0.1:{self.node.web_port}{path}")
        return self

    @property
    def path(self):
        return self.driver.current_url.split(str(self.node.web_port), 1)[1].split("?")[0]

    @property
    def text(self):
        from selenium.webdriver.common.by import By

        return self.driver.find_element(By.TAG_NAME, "body").text

    @property
    def language(self):
        return self.find("html").get_attribute("lang")

    def find(self, selector):
        from selenium.webdriver.common.by import By

        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def find_all(self, selector):
        from selenium.webdriver.common.by import By

        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def fill(self, **fields):
        """Fills the first control of each name; underscores stand for hyphens."""
        for name, value in fields.items():
            self.fill_control(self.find(f"main [name='{name.replace('_', '-')}']"), value)

    @staticmethod
    def fill_control(control, value):
        if control.tag_name == "select":
            from selenium.webdriver.support.ui import Select

            Select(control).select_by_value(value)
        else:
            control.clear()
            control.send_keys(value)

    def submit(self, selector):
        """Sends the form that `selector` lies in, by its main button."""
        form = self.find(selector)
        if form.tag_name != "form":
            form = form.find_element("xpath", "./ancestor::form")
        self._press(form.find_elements("css selector", "button.btn-primary") + form.find_elements("css selector", "button"))

    def press(self, selector):
        """Presses the first visible of the elements and waits for the page it leads to."""
        self._press(self.find_all(selector))

    def _press(self, elements):
        before = self.find("html").id
        # By keyboard: a click may miss what scrolls into place only just now.
        next(element for element in elements if element.is_displayed()).send_keys("\n")
        wait_until(lambda: self._is_new_page(before), 30, "the next page")

    def _is_new_page(self, before):
        from selenium.common.exceptions import WebDriverException

        try:
            return self.find("html").id != before and self.driver.execute_script("return document.readyState") == "complete"
        except WebDriverException:
            return False  # between two pages

    def picture(self, name):
        """Pictures of the page at phone and desktop width; fails when it is wider than the phone."""
        too_wide = []
        for width_name, size in (("phone", phone), ("desktop", desktop)):
            self.resize(size)
            width = self.driver.execute_script("return document.documentElement.scrollWidth")
            height = self.driver.execute_script("return document.documentElement.scrollHeight")
            if width > size[0]:
                too_wide.append(f"{name}: {width} px at {width_name} width {size[0]}")
            self.driver.execute_cdp_cmd(
                "Emulation.setDeviceMetricsOverride",
                {"width": size[0], "height": min(4000, max(size[1], height)), "deviceScaleFactor": 1, "mobile": size == phone})
            self.driver.save_screenshot(str(self.screenshots / f"{name}-{self.language}-{width_name}.png"))
        self.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        assert not too_wide, too_wide

    def complaints(self):
        """What the browser itself found wrong: refused by the content security policy, missing files."""
        return [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")]
