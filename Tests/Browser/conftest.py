import os
import pathlib
import re

import pytest

from deployment import Deployment
from page import Page, chrome


FIGURES = pytest.StashKey[list]()


@pytest.fixture
def figures(request):
    """Lines of `name value unit`, shown when all is over: what depends on the machine's mood is told, not judged."""
    return request.config.stash.setdefault(FIGURES, [])


def pytest_terminal_summary(terminalreporter, config):
    for line in config.stash.get(FIGURES, []):
        terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def deployment():
    return Deployment()


@pytest.fixture(scope="session")
def driver():
    driver = chrome()
    yield driver
    driver.quit()


@pytest.fixture
def tenant(deployment):
    return deployment.tenant()


@pytest.fixture
def page(driver, deployment, request):
    """The browser, and afterwards a picture of where it ended: nothing may have complained unless a test expects it."""
    driver.get_log("browser")
    page = Page(driver, deployment.url)
    page.forget()
    yield page
    folder = pathlib.Path(os.environ["SCREENSHOTS"])
    name = re.sub(r"\W+", "-", request.node.name).strip("-")
    try:
        driver.save_screenshot(str(folder / f"{name}.png"))
    finally:
        page.show_as_usual()
    expected = [mark.args[0] for mark in request.node.iter_markers("complains")]
    unexpected = [it for it in page.complaints() if not any(re.search(pattern, it) for pattern in expected)]
    driver.get("about:blank")
    assert not unexpected
