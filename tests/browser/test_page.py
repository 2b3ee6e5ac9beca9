"""The report page in a real browser: it filters, sorts, prints, and does nothing else."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.browser.conftest import ATTACK, Page

ALL = [*range(2, 252), *range(9001, 9006)]
_TYPE = (
    "const e = document.getElementById(arguments[0]); e.value = arguments[1]; e.dispatchEvent(new Event(arguments[2]))"
)
_COLOURS = """const of = (css, name) => getComputedStyle(document.querySelector(css))[name];
return [of('body', 'backgroundColor'), of('body', 'color')]"""


def sort(page: Page, column: str) -> None:
    """Press the header of a column, from the keyboard."""
    page.find(f"#rows th[data-key={column}] button").send_keys("\n")


def brightness(colour: str) -> float:
    """How bright `rgb(r, g, b)` is, 0 to 255."""
    return sum(float(part) for part in colour[colour.index("(") + 1 : -1].split(",")[:3]) / 3


def visible(page: Page, css: str) -> bool:
    """Whether an element takes up any room."""
    return bool(page.run("return document.querySelector(arguments[0]).getClientRects().length > 0", css))


def test_the_page_asks_for_nothing_and_has_nothing_to_say(page: Page, report_page: Path) -> None:
    """One request, for itself; no error and no warning; nothing that came in has run."""
    page.open(report_page)

    assert page.requested() == [report_page.as_uri()]
    assert page.said() == []
    assert page.run("return performance.getEntriesByType('resource').length") == 0
    assert page.run("return document.title").endswith("20261123T141500Z-partners")


def test_a_hostile_cell_is_text(page: Page, report_page: Path) -> None:
    """In the table that the script draws as in the page as it was written."""
    page.open(report_page)
    page.run(_TYPE, "find", "9002", "input")

    cells = page.run("return [...document.querySelectorAll('#rows tbody tr:first-child b')].map(b => b.textContent)")
    assert cells[0] == ATTACK
    assert page.run("return document.querySelectorAll('img, script:not([type]):not(:last-of-type)').length") == 0
    assert page.run("return document.querySelectorAll('body script').length") == 2
    assert page.said() == []


def test_the_policy_stops_a_script_that_was_slipped_in(page: Page, report_page: Path, tmp_path: Path) -> None:
    """Even where escaping had failed."""
    broken = tmp_path / "broken.html"
    whole = report_page.read_text(encoding="utf-8")
    broken.write_text(
        whole.replace(
            "<main>", f"<main><script>document.title='run'</script>{ATTACK}<p style='color:red' id='p'>x</p>"
        ),
        encoding="utf-8",
    )
    page.open(broken)

    assert page.run("return document.title") != "run"
    assert page.run("return getComputedStyle(document.getElementById('p')).color") != "rgb(255, 0, 0)"
    assert sum("Content Security Policy" in line for line in page.said()) >= 3


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("feed-beef", ["9001"]),
        ("NO SUCH", ["9001"]),
        ("9004", ["9004"]),
        ("zebra", ["9003"]),
        ("unknown", ["9003"]),
        ("71ad-49c7-9ce8-00000000000b", ["11"]),
        ("there is none of it", []),
    ],
)
def test_the_text_box_finds_rows_by_any_of_their_words(
    words: str, found: list[str], page: Page, report_page: Path
) -> None:
    """Name, id, number, status, error, request id, in any case."""
    page.open(report_page)

    page.find("#find").send_keys(words)

    assert page.rows() == found
    assert page.find("#shown").text == f"{len(found)} of 255 rows"


@pytest.mark.parametrize(
    ("status", "count"), [("failed", 2), ("succeeded", 250), ("bad", 4), ("unchanged", 1), ("", 255)]
)
def test_the_status_filters(status: str, count: int, page: Page, report_page: Path) -> None:
    """One status, or all that is not as the sheet wants it."""
    page.open(report_page)

    page.run(_TYPE, "which", status, "change")

    assert page.find("#shown").text == (f"{count} of 255 rows" if count < 255 else "255 rows")
    assert len(page.rows()) == min(count, 200)


def test_both_filters_work_together(page: Page, report_page: Path) -> None:
    """A row passes both or is not shown."""
    page.open(report_page)
    page.run(_TYPE, "which", "failed", "change")
    page.run(_TYPE, "find", "no such", "input")

    assert page.rows() == ["9001"]


def test_the_rows_come_in_pages(page: Page, report_page: Path) -> None:
    """200 at a time, and the buttons know where they are."""
    page.open(report_page)
    first, place = page.rows(), page.find("#place").text
    disabled = page.find("#before").get_property("disabled")
    page.find("#after").send_keys("\n")

    assert [int(row) for row in first + page.rows()] == ALL
    assert (place, page.find("#place").text) == ("Rows 1 to 200 of 255", "Rows 201 to 255 of 255")
    assert disabled is True
    assert page.find("#after").get_property("disabled") is True


def test_a_filter_that_leaves_one_page_takes_the_buttons_away(page: Page, report_page: Path) -> None:
    """Nothing to turn."""
    page.open(report_page)
    page.run(_TYPE, "which", "failed", "change")

    assert not visible(page, "#pages")


@pytest.mark.parametrize(
    ("column", "first", "last"),
    [
        ("row", "2", "9005"),
        ("status", "9001", "9005"),
        ("attempts", "9003", "9002"),
        ("http", "9003", "9002"),
    ],
)
def test_a_header_sorts_up_and_then_down(column: str, first: str, last: str, page: Page, report_page: Path) -> None:
    """Over all rows, not only the page; the header says which way, and keeps the focus."""
    page.open(report_page)

    sort(page, column)
    up, told = page.rows(), page.find(f"th[data-key={column}]").get_attribute("aria-sort")
    focus = page.run("return document.activeElement.textContent")
    page.find("#after").send_keys("\n")
    end = page.rows()
    sort(page, column)

    assert (up[0], end[-1], told) == (first, last, "ascending")
    assert page.find(f"th[data-key={column}]").get_attribute("aria-sort") == "descending"
    assert focus == page.find(f"th[data-key={column}]").text.split(" ↓")[0]
    assert page.rows() != up


def test_names_sort_as_people_sort_them(page: Page, report_page: Path) -> None:
    """Numbers in names by their size, capitals like the others."""
    page.open(report_page)

    sort(page, "name")

    assert page.rows()[2:6] == ["9004", "2", "3", "4"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_follows_the_scheme_of_the_reader(scheme: str, page: Page, report_page: Path) -> None:
    """Dark on light or light on dark, with contrast."""
    page.command("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    page.open(report_page)

    paper, ink = map(brightness, page.run(_COLOURS))
    assert (paper > ink) is (scheme == "light")
    assert abs(paper - ink) > 180


_CONTRAST = """
const light = (text) => { const [r, g, b] = text.match(/[\\d.]+/g).map(Number).map(v => v / 255)
  .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b };
const paper = (e) => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor;
  if (!c.endsWith(', 0)')) return c } return 'rgb(255, 255, 255)' };
const found = [];
for (const e of document.querySelectorAll('body *')) {
  const own = [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
  if (!own || !e.getClientRects().length || e.closest('script, style')) continue;
  const style = getComputedStyle(e), a = light(e.closest('svg') ? style.fill : style.color), b = light(paper(e));
  const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  if (ratio < 4.5 && !e.disabled) found.push([e.tagName, e.className.baseVal ?? e.className, e.textContent.slice(0, 30), ratio.toFixed(2)]);
}
return found
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_has_the_contrast_that_wcag_asks_for(scheme: str, page: Page, report_page: Path) -> None:
    """4.5 to 1, in both schemes."""
    page.command("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    page.open(report_page)

    assert page.run(_CONTRAST) == []


def test_the_printed_page_has_no_controls_and_says_what_it_leaves_out(page: Page, report_page: Path) -> None:
    """Dark readers print on white paper too."""
    dark = [{"name": "prefers-color-scheme", "value": "dark"}]
    page.command("Emulation.setEmulatedMedia", media="print", features=dark)
    page.open(report_page)

    paper, ink = map(brightness, page.run(_COLOURS))
    assert not visible(page, "#filter")
    assert not visible(page, "#pages")
    assert not visible(page, "header nav")
    assert ink < 60
    assert paper in {0.0, 255.0}  # none at all, or white
    assert page.run("return document.documentElement.scrollWidth <= innerWidth")


def test_all_rows_are_printed_not_only_the_page_that_is_shown(page: Page, report_page: Path) -> None:
    """And the table is as before when the dialogue closes."""
    page.open(report_page)
    page.run("window.dispatchEvent(new Event('beforeprint'))")
    printed, note = page.rows(), visible(page, "#printed")
    page.run("window.dispatchEvent(new Event('afterprint'))")

    assert [int(row) for row in printed] == ALL
    assert not note
    assert len(page.rows()) == 200
    assert base64.b64decode(page.command("Page.printToPDF")["data"]).startswith(b"%PDF")


def test_a_print_of_very_many_rows_says_how_many_it_has(
    page: Page, write_run: Callable[[int], Path], tmp_path: Path
) -> None:
    """Nobody files half a report for a whole one."""
    page.open(write_run(2100))
    page.run("window.dispatchEvent(new Event('beforeprint'))")

    assert len(page.rows()) == 2000
    assert page.find("#printed").text == "Printed: 2,000 of 2,105 rows. All of them are in report.csv."


@pytest.mark.parametrize("width", [320, 400, 768, 1280, 1920])
def test_nothing_runs_off_the_side(width: int, page: Page, report_page: Path) -> None:
    """From a telephone to a wall."""
    page.command("Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=False)
    page.open(report_page)

    assert page.run("return document.documentElement.scrollWidth") <= width


def test_the_page_is_read_without_its_script(page: Page, report_page: Path) -> None:
    """Verdict, plots, what went wrong, the first rows; no control that would do nothing."""
    page.command("Emulation.setScriptExecutionDisabled", value=True)
    page.open(report_page)
    page.command("Emulation.setScriptExecutionDisabled", value=False)  # for the questions below; the page's ran not

    assert page.find("h1").text == "4 of 255 rows are not as the sheet wants them."
    assert len(page.rows()) == 255
    assert not visible(page, "#filter")
    assert not visible(page, "#pages")
    assert len(page.driver.find_elements("css selector", "th button")) == 0


def test_everything_can_be_reached_from_the_keyboard(page: Page, report_page: Path) -> None:
    """In the order in which it is read, beginning with the way past the navigation."""
    page.open(report_page)
    stops = []
    for _ in range(17):
        page.driver.switch_to.active_element.send_keys("\t")
        stops.append(page.run("const e = document.activeElement; return e.id || e.textContent.trim() || e.className"))

    assert stops[:5] == ["Skip to the verdict", "What to do", "How it went", "Every tenant", "How it was made"]
    assert stops.index("find") < stops.index("which") < stops.index("Tenant") < stops.index("after")
