"""A real Chromium, as a user at the keyboard has it."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait
from tests.conftest import ROOT

#: Kept after the run.
SCREENSHOTS = ROOT / ".artifacts" / "dashboard"
_WIDE, _PHONE = (1200, 900), (360, 740)


@dataclass
class Browser:
    """Elements are found by what a user sees: the text of a link or button, the label of a field."""

    driver: webdriver.Chrome
    base: str = ""

    def open(self, path: str) -> None:
        """A page by its path."""
        self.driver.get(f"{self.base}{path}")

    @property
    def path(self) -> str:
        """Where it is now, query included."""
        return self.driver.current_url.removeprefix(self.base)

    @property
    def heading(self) -> str:
        return self.driver.find_element(By.TAG_NAME, "h1").text

    @property
    def text(self) -> str:
        """All that is to be read."""
        return self.driver.find_element(By.TAG_NAME, "body").text

    @property
    def refusal(self) -> str:
        """What the page says went wrong."""
        return self.driver.find_element(By.CSS_SELECTOR, "[role=alert]").text

    def one(self, css: str) -> WebElement:
        return self.driver.find_element(By.CSS_SELECTOR, css)

    def field(self, label: str) -> WebElement:
        """The field of a label: what is said in small letters behind it may be left out."""
        found = self.driver.find_element(By.XPATH, f"//label[normalize-space(text()[1])='{label}']")
        return self.driver.find_element(By.ID, str(found.get_attribute("for")))

    def type(self, label: str, text: str) -> None:
        entry = self.field(label)
        entry.clear()
        entry.send_keys(text)

    def press(self, name: str) -> None:
        """A button; comes back on the page that it leads to."""
        self._leave(self.driver.find_element(By.XPATH, f"//button[normalize-space()='{name}']"))

    def follow(self, name: str) -> None:
        """A link."""
        self._leave(self.driver.find_element(By.LINK_TEXT, name))

    def agree(self, css: str, question: str) -> None:
        """Press a button that asks first, and say yes."""
        button = self.one(css)
        page = self.driver.find_element(By.TAG_NAME, "html").id
        button.click()
        asked = self.driver.switch_to.alert
        assert asked.text == question
        asked.accept()
        self.until(lambda: self.driver.find_element(By.TAG_NAME, "html").id != page)

    def until(self, condition: Any) -> Any:
        """Wait for something that happens without a click."""
        # What is looked at may be replaced at the same moment.
        wait = WebDriverWait(self.driver, 20, 0.05, ignored_exceptions=[WebDriverException])
        return wait.until(lambda _: condition())

    def forget(self) -> None:
        """Sign out the hard way."""
        self.driver.delete_all_cookies()

    def complaints(self) -> list[str]:
        """What the browser's console said since: refused scripts and styles among it."""
        entries: list[dict[str, Any]] = self.driver.get_log("browser")  # type: ignore[no-untyped-call]
        return [str(entry["message"]) for entry in entries if entry["level"] in ("WARNING", "SEVERE")]

    def photograph(self, name: str) -> None:
        """Light, dark, and on a phone, where nothing may stick out to the right."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        for scheme in ("light", "dark"):
            media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
            self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
            self.driver.save_screenshot(str(SCREENSHOTS / f"{name}-{scheme}.png"))
        with self.phone():
            self.driver.save_screenshot(str(SCREENSHOTS / f"{name}-phone.png"))
            wide = self.driver.execute_script("return document.documentElement.scrollWidth")
            assert wide <= _PHONE[0], f"{name} is {wide} px wide on a phone"

    @contextlib.contextmanager
    def phone(self) -> Iterator[None]:
        """A narrow screen."""
        size = {"width": _PHONE[0], "height": _PHONE[1], "deviceScaleFactor": 2, "mobile": True}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        try:
            yield
        finally:
            self.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})

    def _leave(self, element: WebElement) -> None:
        page = self.driver.find_element(By.TAG_NAME, "html").id
        element.click()
        self.until(lambda: self.driver.find_element(By.TAG_NAME, "html").id != page)


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """Start one without a screen."""
    program, driver = shutil.which("chromium") or shutil.which("chromium-browser"), shutil.which("chromedriver")
    assert program and driver, "the dashboard is tested in Chromium: apt-get install chromium chromium-driver"
    options = webdriver.ChromeOptions()
    options.binary_location = program
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    for argument in (
        "--headless=new",
        "--no-sandbox",  # for root, in a container
        "--disable-dev-shm-usage",
        "--disable-gpu",
        "--no-proxy-server",
        "--disable-background-networking",
        "--disable-component-update",
        f"--window-size={_WIDE[0]},{_WIDE[1]}",
    ):
        options.add_argument(argument)
    service = webdriver.ChromeService(executable_path=str(Path(driver)))
    running = webdriver.Chrome(options=options, service=service)
    try:
        yield Browser(running)
    finally:
        running.quit()
