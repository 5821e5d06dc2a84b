"""The page in a real browser: it loads without an error or a request, and every control works."""

from __future__ import annotations

import base64
import io
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import Select

from benchprof.report.figures.impact import draw_heatmap
from benchprof.report.matrix import matrix_of

from .conftest import OWN, Table
from .page_files import write

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
pytestmark = pytest.mark.skipif(
    not (CHROMIUM and DRIVER), reason="no chromium with its chromedriver (apt: chromium-driver)"
)
ONE, OTHER = "smollm2-135m-instruct", "gemma3-270m-instruct"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    home = tmp_path_factory.mktemp("chromium")
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", f"--user-data-dir={home}"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options, webdriver.ChromeService(str(DRIVER)))
    yield driver
    driver.quit()


@pytest.fixture
def page(browser: webdriver.Chrome, make_table: Table, card: Path, tmp_path: Path) -> Path:
    """A page of two models, two mask fractions and two metrics, opened in the browser."""
    one_mask_fraction = make_table(benchmarks=4, abilities=4, models=(ONE, OTHER), undefined=(2,))
    table = pd.concat(
        [
            one_mask_fraction,
            one_mask_fraction.assign(mask_fraction="0.01", mask_fraction_value="0.01"),
        ],
        ignore_index=True,
    )
    figure = tmp_path / ONE / "impact_contrastive_0.001.svg"
    draw_heatmap(matrix_of(table, ONE, "contrastive", "0.001", OWN), [figure])
    target = tmp_path / "report.html"
    write(target, table, card, figures=[figure])
    for log in ("browser", "performance"):
        browser.get_log(log)
    browser.set_window_size(1200, 900)
    browser.get(target.as_uri())
    return target


@pytest.fixture
def opened(browser: webdriver.Chrome, page: Path) -> webdriver.Chrome:
    """The browser with the page."""
    assert browser.current_url == page.as_uri()
    return browser


def shown(browser: webdriver.Chrome, selector: str) -> list[WebElement]:
    return [e for e in browser.find_elements(By.CSS_SELECTOR, selector) if e.is_displayed()]


def choose(browser: webdriver.Chrome, name: str, value: str) -> None:
    Select(browser.find_element(By.NAME, name)).select_by_value(value)


def test_it_loads_without_an_error_or_a_request(browser: webdriver.Chrome, page: Path) -> None:
    assert browser.get_log("browser") == []
    events = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    requests = [
        event["params"]["request"]["url"]
        for event in events
        if event["method"] == "Network.requestWillBeSent"
    ]
    assert page.as_uri() in requests
    assert all(url == page.as_uri() or url.startswith("data:") for url in requests)
    image = shown(browser, "#impact img")[0]
    assert int(image.get_property("naturalWidth")) > 0, "the embedded figure is drawn"


def test_the_first_screen_has_the_answer(opened: webdriver.Chrome) -> None:
    """The sentence, the map and the warnings; below them a table with a row for each benchmark."""
    metrics = {"width": 1280, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    opened.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    try:
        for selector in (".finding", "table.map", "#summary .warnings"):
            (part,) = shown(opened, selector)
            assert part.rect["y"] + part.rect["height"] < 900, selector
        assert len(shown(opened, "#summary .warnings li")) <= 3
        rows = shown(opened, "#summary .overview tbody tr")
        assert len(rows) == 4
        link = rows[0].find_element(By.TAG_NAME, "a")
        assert str(link.get_attribute("href")).endswith("#benchmark-analogical_reasoning_test")
        link.click()
        top = shown(opened, "#benchmark-analogical_reasoning_test")[0]
        assert opened.execute_script("return arguments[0].getBoundingClientRect().top", top) < 900
    finally:
        opened.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_the_switch_shows_one_view(opened: webdriver.Chrome) -> None:
    def titles() -> list[str]:
        return [e.text for e in shown(opened, "#impact > div > h3") if "On-target" not in e.text]

    assert titles() == ["SmolLM2-135M-Instruct, contrastive masks, mask fraction 0.001"]
    choose(opened, "model", OTHER)
    choose(opened, "mask_fraction", "0.01")
    assert titles() == [f"{OTHER}, contrastive masks, mask fraction 0.01"]
    assert [e.text for e in shown(opened, "#similarity h3")] == [
        "Similarity of models: contrastive masks, mask fraction 0.01",
        f"Similarity of benchmarks: {OTHER}, contrastive masks, mask fraction 0.01",
    ]
    assert len(shown(opened, "#summary .warnings")) == 1

    def metrics() -> list[str]:
        return [e.text for e in shown(opened, "table.impact th:first-child") if "AIS" in e.text]

    assert metrics() == ["AIS (probability)"]
    choose(opened, "metric", "acc")
    assert metrics() == ["AIS (acc)"]


def open_details(opened: webdriver.Chrome) -> WebElement:
    details = shown(opened, "#impact details")[0]
    details.find_element(By.TAG_NAME, "summary").click()
    return details


def test_the_table_sorts_by_a_click_and_by_the_keyboard(opened: webdriver.Chrome) -> None:
    details = open_details(opened)
    header = details.find_elements(By.CSS_SELECTOR, "thead th")[6]
    button = header.find_element(By.TAG_NAME, "button")

    def column() -> list[float]:
        cells = details.find_elements(By.CSS_SELECTOR, "tbody tr td:nth-child(7)")
        return [float(cell.text.split()[0]) for cell in cells if cell.text != "--"]

    button.click()
    assert column() == sorted(column())
    assert header.get_attribute("aria-sort") == "ascending"
    button.send_keys(Keys.ENTER)
    assert column() == sorted(column(), reverse=True)
    assert header.get_attribute("aria-sort") == "descending"
    # What has no AIS comes last either way.
    assert details.find_elements(By.CSS_SELECTOR, "tbody tr")[-1].text.startswith("Contextual")


def test_the_table_filters(opened: webdriver.Chrome) -> None:
    details = open_details(opened)
    text, marked = details.find_elements(By.TAG_NAME, "input")
    text.send_keys("deductive reasoning test")
    rows = [r for r in details.find_elements(By.CSS_SELECTOR, "tbody tr") if r.is_displayed()]
    assert len(rows) == 4
    assert details.find_element(By.CLASS_NAME, "shown").text == "4 of 16 rows"
    marked.click()
    rows = [r for r in details.find_elements(By.CSS_SELECTOR, "tbody tr") if r.is_displayed()]
    assert 0 < len(rows) < 4
    assert all(float(r.find_elements(By.TAG_NAME, "td")[8].text.split()[-1]) < 0.05 for r in rows)


def test_a_cell_says_its_numbers_by_pointer_and_keyboard(opened: webdriver.Chrome) -> None:
    cells = shown(opened, "table.impact td[title]")
    says = shown(opened, ".says")[0]
    # At the edge of the window, a focus scrolls the page below the pointer.
    opened.execute_script("arguments[0].scrollIntoView({block: 'center'})", cells[0])
    webdriver.ActionChains(opened).move_to_element(cells[1]).perform()
    assert says.text.startswith("Commonsense causal reasoning on analogical reasoning test: ")
    # Away from the table, which may scroll below the pointer.
    webdriver.ActionChains(opened).move_to_element(shown(opened, "#impact h2")[0]).perform()
    opened.execute_script("arguments[0].focus()", cells[0])
    assert says.text.startswith("Analogical reasoning on analogical reasoning test: ")
    cells[0].send_keys(Keys.ARROW_DOWN)
    below = opened.switch_to.active_element
    assert says.text == below.get_attribute("title")
    assert says.text.startswith("Analogical reasoning on commonsense causal reasoning test: ")
    below.send_keys(Keys.ARROW_RIGHT)
    assert says.text.startswith("Commonsense causal reasoning on commonsense causal")


def said(opened: webdriver.Chrome, word: WebElement) -> str:
    """What stands at the foot of the window for a word; "none" where nothing does."""
    return str(
        opened.execute_script("return getComputedStyle(arguments[0], '::before').content", word)
    )


def test_a_word_is_explained_by_pointer_and_keyboard(opened: webdriver.Chrome) -> None:
    word, other = shown(opened, "#summary .word")[:2]
    line = word.get_attribute("data-says")
    assert said(opened, word) == "none"
    webdriver.ActionChains(opened).move_to_element(word).perform()
    assert said(opened, word) == f'"{line}"'
    webdriver.ActionChains(opened).move_to_element(other).perform()
    assert said(opened, word) == "none"
    opened.execute_script("arguments[0].focus()", word)
    assert said(opened, word) == f'"{line}"'
    webdriver.ActionChains(opened).send_keys(Keys.TAB).perform()
    assert said(opened, word) == "none"


@pytest.mark.parametrize("width", [360, 1200])
def test_nothing_is_wider_than_the_window(opened: webdriver.Chrome, width: int) -> None:
    metrics = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 500}
    opened.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    try:
        opened.execute_script("arguments[0].focus()", shown(opened, "#summary .word")[0])
        wide = opened.execute_script("return document.documentElement.scrollWidth")
        assert wide <= width
    finally:
        opened.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_the_tables_can_be_saved(opened: webdriver.Chrome) -> None:
    links = {e.text: e.get_attribute("href") for e in shown(opened, "#tables a")}
    names = ["impact", "similarity", "benchmark_similarity", "reliability", "power", "software"]
    names += ["findings", "flips", "model_differences"]
    assert list(links) == [f"{name}.csv" for name in names]
    kind, content = str(links["impact.csv"]).split(",")
    assert kind == "data:text/csv;base64"
    table = pd.read_csv(io.BytesIO(base64.b64decode(content)))
    assert len(table) == 2 * 2 * 4 * 2 * (4 + 2)
    assert not [name for name in table.columns if "digest" in name]


def test_without_a_script_everything_is_shown(page: Path) -> None:
    assert " hidden" not in page.read_text().partition("<main>")[2].replace('"tools" hidden', "")
