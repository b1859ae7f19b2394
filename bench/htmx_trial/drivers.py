"""Three engines behind one small vocabulary: go, js, type, press, click, double_click."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class PlaywrightBrowser:
    def __init__(self, page: Any) -> None:
        self._page = page
        self.js = page.evaluate

    def go(self, url: str) -> None:
        self._page.goto(url)

    def type(self, css: str, text: str) -> None:
        self._page.locator(css).press_sequentially(text)

    def press(self, key: str) -> None:
        self._page.keyboard.press(key)

    def click(self, css: str) -> None:
        self._page.locator(css).click()

    def double_click(self, css: str) -> None:
        self._page.locator(css).dblclick()


@contextmanager
def chromium(javascript: bool = True) -> Iterator[PlaywrightBrowser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium")
        yield PlaywrightBrowser(browser.new_context(java_script_enabled=javascript).new_page())
        browser.close()


@contextmanager
def firefox() -> Iterator[PlaywrightBrowser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.firefox.launch(
            channel="moz-firefox",
            executable_path="/usr/bin/firefox-esr",
            firefox_user_prefs={"browser.sessionhistory.max_total_viewers": 0},
        )
        yield PlaywrightBrowser(browser.new_context().new_page())
        browser.close()


class WebKitBrowser:
    def __init__(self, driver: Any) -> None:
        self._driver = driver

    def _find(self, css: str) -> Any:
        return self._driver.find_element("css selector", css)

    def go(self, url: str) -> None:
        self._driver.get(url)

    def js(self, expression: str) -> Any:
        return self._driver.execute_script("return " + expression)

    def type(self, css: str, text: str) -> None:
        self._find(css).send_keys(text)

    def press(self, key: str) -> None:
        from selenium.webdriver import ActionChains, Keys

        ActionChains(self._driver, duration=0).send_keys(getattr(Keys, key.upper())).perform()

    def click(self, css: str) -> None:
        self._find(css).click()

    def double_click(self, css: str) -> None:
        from selenium.webdriver import ActionChains

        ActionChains(self._driver, duration=0).double_click(self._find(css)).perform()


@contextmanager
def webkit() -> Iterator[WebKitBrowser]:
    from selenium import webdriver
    from selenium.webdriver.webkitgtk.options import Options
    from selenium.webdriver.webkitgtk.service import Service

    read, write = os.pipe()
    command = [
        "Xvfb",
        "-displayfd",
        str(write),
        "-screen",
        "0",
        "1280x1024x24",
        "-nolisten",
        "tcp",
    ]
    display = subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL)
    os.close(write)
    try:
        number = os.read(read, 16).decode().strip()
        options = Options()
        options.binary_location = "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser"
        options.add_argument("--automation")
        options.add_argument("--full-screen")
        env = os.environ | {
            "DISPLAY": f":{number}",
            "GDK_BACKEND": "x11",
            "NO_AT_BRIDGE": "1",
        }
        service = Service("/usr/bin/WebKitWebDriver", env=env)
        driver = webdriver.WebKitGTK(options=options, service=service)
        yield WebKitBrowser(driver)
        driver.quit()
    finally:
        os.close(read)
        display.terminate()
        display.wait()


ENGINES = {"chromium": chromium, "firefox": firefox, "webkitgtk": webkit}
