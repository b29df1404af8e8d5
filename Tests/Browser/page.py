"""A browser with a person at it, who sees texts and presses buttons."""

import json
import pathlib

import axe_core_python
from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException, TimeoutException, WebDriverException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait

from deployment import PASSWORD

AXE = (pathlib.Path(axe_core_python.__file__).parent / "axe.min.js").read_text()
SHOWN = "return arguments[0].checkVisibility({visibilityProperty: true})"


def chrome():
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1280,1000"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    return webdriver.Chrome(options, webdriver.ChromeService("/usr/bin/chromedriver"))


class Page:
    def __init__(self, driver, url):
        self.driver, self.url = driver, url

    def forget(self):
        """Forgets every cookie."""
        self.driver.execute_cdp_cmd("Network.clearBrowserCookies", {})

    def show_on(self, width, height, scheme):
        """Shows what comes on a screen of that size and in that scheme, until ``show_as_usual``; a narrow one is a telephone's."""
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)

    def show_as_usual(self):
        self.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})

    def open(self, path="/"):
        self.driver.get(self.url + path)
        return self

    def until(self, condition, what, seconds=20):
        """Waits for what a person would wait for; the page may be replaced meanwhile."""
        def met(_):
            try:
                return condition()
            except StaleElementReferenceException:
                return False
            except WebDriverException as error:
                # The driver's other word for it.
                if "does not belong to the document" not in (error.msg or ""):
                    raise
                return False

        try:
            return WebDriverWait(self.driver, seconds, 0.05).until(met)
        except TimeoutException:
            raise TimeoutException(f"{what}; the page says:\n{self.text}") from None

    @property
    def text(self):
        return self.driver.find_element(By.TAG_NAME, "body").text

    def find(self, selector):
        return self.until(lambda: next((it for it in self.all(selector) if it.is_displayed()), None), f"no {selector}")

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def sees(self, text, seconds=20):
        return self.until(lambda: text in self.text, f"not seen: {text}", seconds)

    def press(self, name, within="body"):
        """Presses what is called so, as a person finds it."""
        def found():
            places = [self.driver.find_element(By.CSS_SELECTOR, within)]
            candidates = [it for place in places for it in place.find_elements(By.CSS_SELECTOR, "button, a")]
            return next((it for it in candidates if it.is_displayed() and it.is_enabled() and it.text == name), None)

        self.until(found, f"no button {name}").click()

    def is_painted(self):
        """Waits for the next frame to be shown."""
        self.driver.execute_async_script("const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done()))")

    def type(self, selector, text):
        field = self.find(selector)
        field.clear()
        field.send_keys(text)
        return field

    def sign_in(self, user, path="/"):
        self.forget()
        self.open(path)
        self.type("[name=email]", user.email)
        self.type("[name=password]", PASSWORD).send_keys(Keys.ENTER)
        self.sees("Sign out")
        return self

    def step_up(self, user):
        self.type("#step-up [name=totp]", user.codes.next())
        self.press("Confirm", within="#step-up")
        self.until(lambda: not self.driver.find_element(By.ID, "step-up").is_displayed(), "still asked for a code")

    def is_live(self):
        return self.until(lambda: self.driver.find_element(By.ID, "live").text == "Live", "not live")

    def violations(self):
        """What axe-core finds against WCAG 2.1 A and AA."""
        self.driver.execute_script(AXE)
        options = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}
        found = self.driver.execute_async_script(
            "axe.run(document, arguments[0]).then(arguments[arguments.length - 1])", options)
        return [f"{it['id']}: {it['help']}: " + ", ".join(node["html"][:120] for node in it["nodes"]) for it in found["violations"]]

    def complaints(self):
        """What stands in the console: errors, violations of the content security policy."""
        return [it["message"] for it in self.driver.get_log("browser") if it["level"] in ("SEVERE", "WARNING")]

    def requests(self):
        """The requests since the last call, with their sizes on the wire in bytes."""
        sizes = {}
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent" and message["params"]["request"]["url"].startswith("http"):
                sizes[message["params"]["requestId"]] = 0
            if message["method"] == "Network.loadingFinished" and message["params"]["requestId"] in sizes:
                sizes[message["params"]["requestId"]] = message["params"]["encodedDataLength"]
        return list(sizes.values())
