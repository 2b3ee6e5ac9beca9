"""A headless Chromium that keeps to itself, and a run of every status to show in it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

from bulkpatch.model import Difference, GraphError, Outcome, Report, ReportRow, Row, Status, Traffic
from bulkpatch.report.page import write_page
from bulkpatch.report.timeline import timeline
from tests.report.test_timeline import exchange

CHROMIUM, DRIVER = (shutil.which(name) for name in ("chromium", "chromedriver"))
ATTACK = "<img src=x onerror=\"document.title='run'\">"
BREAKOUT = "</script><script>document.title='run'</script><!--"
QUIET = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
)  # fmt: skip


class Page:
    """The report page, open in the browser."""

    def __init__(self, driver: webdriver.Chrome) -> None:
        self.driver = driver

    def open(self, path: Path) -> None:
        """Open *path*; what the browser said before is forgotten."""
        self.said()
        self.requested()
        self.driver.get(path.as_uri())

    def run(self, script: str, *values: Any) -> Any:
        """Evaluate *script* in the page."""
        return self.driver.execute_script(script, *values)

    def command(self, name: str, **values: Any) -> Any:
        """Send a command of the DevTools protocol."""
        return self.driver.execute_cdp_cmd(name, values)

    def find(self, css: str) -> Any:
        """The first element that *css* selects."""
        return self.driver.find_element("css selector", css)

    def rows(self) -> list[str]:
        """The numbers of the rows that the table shows, in its order."""
        return list(
            self.run("return [...document.querySelectorAll('#rows tbody tr')].map(r => r.cells[0].textContent)")
        )

    def said(self) -> list[str]:
        """What the console said since last asked."""
        return [entry["message"] for entry in self.driver.get_log("browser")]  # type: ignore[no-untyped-call]

    def requested(self) -> list[str]:
        """Every address that was asked for since last asked."""
        log = self.driver.get_log("performance")  # type: ignore[no-untyped-call]
        events = [json.loads(entry["message"])["message"] for entry in log]
        return [e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"]


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    """One browser for a file of tests, with a profile of its own."""
    if not CHROMIUM or not DRIVER:
        pytest.skip("chromium and chromedriver are not installed (Debian: apt-get install chromium chromium-driver)")
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for word in (*QUIET, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(word)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    # Naming the driver keeps selenium from looking for one on the network.
    browser = webdriver.Chrome(options=options, service=Service(executable_path=DRIVER))
    yield browser
    browser.quit()


@pytest.fixture
def page(driver: webdriver.Chrome) -> Iterator[Page]:
    """The browser, as it came: light, on screen, 1280 wide, with script."""
    open_page = Page(driver)
    open_page.command("Emulation.setDeviceMetricsOverride", width=1280, height=900, deviceScaleFactor=1, mobile=False)
    yield open_page
    open_page.command("Emulation.setEmulatedMedia", media="", features=[])
    open_page.command("Emulation.setScriptExecutionDisabled", value=False)


def _row(number: int, status: Status, **fields: Any) -> ReportRow:
    name = fields.pop("name", f"Partner {number}")
    tenant = f"90e29127-71ad-49c7-9ce8-{number:012x}"
    return ReportRow(
        row=Row(number=number, cells=(tenant,)), tenant=tenant, name=name, outcome=Outcome(status=status, **fields)
    )


def _failed(number: int, code: str, message: str, **fields: Any) -> ReportRow:
    error = GraphError(code=code, message=message, http_status=400)
    return _row(number, Status.FAILED, error=error, http_status=400, attempts=number % 5, **fields)


@pytest.fixture(scope="module")
def write_run(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Write the page of a run of *good* rows that ended well, and a few of every other kind, hostile ones too."""

    def write(good: int) -> Path:
        applied = (Difference(path="inboundTrust.isMfaAccepted", before=False, after=True),)
        rows = (
            *(_row(n, Status.SUCCEEDED, applied=applied, http_status=204, attempts=1) for n in range(2, good + 2)),
            _failed(9001, "Request_BadRequest", "No such property.", request_id="feed-beef"),
            _failed(9002, BREAKOUT, ATTACK, note=BREAKOUT, name=ATTACK),
            _row(9003, Status.UNKNOWN, name="zebra"),
            _row(9004, Status.NOT_SENT, name="Aardvark"),
            _row(9005, Status.UNCHANGED, name=BREAKOUT),
        )
        report = Report(
            run="20261123T141500Z-partners", started="2026-11-23T14:15:00.000Z", sheet_file=ATTACK, sheet_name=BREAKOUT,
            sheet_digest="ab" * 32, header=("tenantId",), rows=rows, traffic=Traffic(reads=4, writes=3, seconds=83.2),
            options={"waves": ATTACK}, exit_code=1,
        )  # fmt: skip
        told = timeline([*exchange("a", 0, 0.1), *exchange("b", 1, 1.2, 429, retryAfter="3"), *exchange("b", 4.5, 5)])
        path = tmp_path_factory.mktemp("run") / "report.html"
        write_page(report, told, {"command": "apply", "homeTenant": ATTACK}, path)
        return path

    return write


@pytest.fixture(scope="module")
def report_page(write_run: Callable[..., Path]) -> Path:
    """A run of 255 rows."""
    return write_run(250)
