"""All kinds of pages in headless Chromium, with one start of it, and in lynx.

- No complaint of the console and nothing against the Content-Security-Policy; nothing is asked of another host.
- Contrast of every text at WCAG 2.2 AA (1.4.3), and of shapes and the focus (1.4.11), in light, dark and more contrast.
- All that can be used is reached by the Tab key, in the order of the page, and is seen when it has the focus (2.4.7).
- At 320 pixels nothing has to be scrolled from left to right (1.4.10).
"""

import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from feeds.web.answering import Answers
from feeds.web.asked import Site
from feeds.web.chosen import Chosen
from feeds.web.export import files
from tests.feeds.web.market import Market, fair, shown
from tests.feeds.web.showing import NOW
from tests.support.browser import Answer, Browser
from thimbl.home.webfolder import write_folder

HOST = "fields.example"
SITE = Site(HOST, "", HOST, (("/", "People"), ("/timeline", "Timeline"), ("/bonds", "Bonds")))

PAGES = (
    "/", "/timeline", "/tag/leeks", "/ana", "/bonds", "/commune/commune", "/commune/series", "/commune/register",
    "/commune/series/RUN-1", "/commune/series/OPEN-1", "/commune/ledger", "/commune/findings", "/commune/why/pool",
    "/commune/why/cash", "/commune/why/series/RUN-1/rate", "/nobody", "/mill@mill.example:7979",
)  # fmt: skip
"""One of each kind; what is not there, too."""

LOOKS: tuple[dict[str, Any], ...] = (
    {"width": 320, "dark": True},
    {"width": 1600},
    {"width": 320, "contrast": True},
)
"""Colours do not depend on the width, nor the layout on colours."""

# In the page: what is wrong with it, as sentences.
LOOK = """
(() => {
  const wrong = [], root = document.documentElement;
  if (root.scrollWidth > innerWidth) wrong.push(`it is ${root.scrollWidth} wide, of ${innerWidth}`);
  const canvas = new OffscreenCanvas(1, 1).getContext('2d', {willReadFrequently: true}), known = {};
  const rgb = colour => known[colour] ??= (() => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  })();
  const light = ([r, g, b]) => [r, g, b].map(v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ratio = (one, other) => {
    const [a, b] = [light(rgb(one)), light(rgb(other))];
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  };
  const ground = element => {
    for (let at = element; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (rgb(colour)[3] === 255) return colour;
    }
    return 'Canvas';
  };
  const seen = element => element.checkVisibility({opacityProperty: true, visibilityProperty: true});
  let texts = 0;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement, style = getComputedStyle(element);
    if (!walker.currentNode.data.trim() || element.closest('svg') || !seen(element)) continue;
    texts += 1;
    const size = parseFloat(style.fontSize), large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
    const found = ratio(style.color, ground(element));
    if (found < (large ? 3 : 4.5)) wrong.push(`contrast ${found.toFixed(2)}: ${walker.currentNode.data.slice(0, 40)}`);
  }
  if (texts < 5) wrong.push(`there are ${texts} texts`);
  for (const [shapes, property] of [['.plot .line', 'stroke'], ['.plot .column:not(.second)', 'fill'],
                                    ['.plot .second', 'stroke'], ['.bar .part', 'fill']])
    for (const shape of document.querySelectorAll(shapes)) {
      const found = ratio(getComputedStyle(shape)[property], ground(shape.parentElement));
      if (!(found >= 3)) wrong.push(`contrast ${found} of a shape ${shapes}`);
    }
  return wrong;
})()
"""

# The same once for each page, whatever it looks like.
READ = """
(() => {
  const wrong = [], levels = [...document.querySelectorAll('h1, h2, h3, h4')].map(one => +one.tagName[1]);
  if (levels.filter(level => level === 1).length !== 1) wrong.push('it has not one h1');
  levels.forEach((level, i) => {
    if (i && level > levels[i - 1] + 1) wrong.push(`h${level} after h${levels[i - 1]}`);
  });
  for (const mark of ['header', 'main', 'footer'])
    if (document.querySelectorAll(`body > ${mark}`).length !== 1) wrong.push(`it has not one ${mark}`);
  for (const nav of document.querySelectorAll('nav'))
    if (!nav.ariaLabel) wrong.push('a nav has no name');
  for (const link of document.querySelectorAll('a'))
    if (!(link.ariaLabel || link.textContent).trim() || !link.href) wrong.push(`a link: ${link.outerHTML}`);
  for (const picture of document.querySelectorAll('svg')) {
    const named = (picture.getAttribute('aria-labelledby') || '').split(' ').map(id => document.getElementById(id));
    if (picture.getAttribute('role') !== 'img' || !named.length || !named.every(one => one && one.textContent))
      wrong.push('a picture has no name');
  }
  if (!document.styleSheets.length || !document.styleSheets[0].cssRules.length) wrong.push('it has no style');
  if (document.querySelector('[style], script, form, iframe')) wrong.push('it has what no page may have');
  return wrong;
})()
"""

FOCUSABLE = "[...document.querySelectorAll('a[href], summary, [tabindex=\"0\"]')].filter(one => one.checkVisibility())"

# With the focus where the keyboard put it: whether that is to be seen.
FOCUS = f"""
(() => {{
  const at = document.activeElement, style = getComputedStyle(at), box = at.getBoundingClientRect();
  const ring = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  return [{FOCUSABLE}.indexOf(at), ring && box.width > 0 && box.height > 0 && box.right > 0 && box.bottom > 0];
}})()
"""


# After a key was pressed, a browser shows where the focus is, however it comes there.
ALL_FOCUS = f"""
(() => {{
  const wrong = [];
  for (const one of {FOCUSABLE}) {{
    one.focus({{preventScroll: true}});
    const style = getComputedStyle(one);
    if (document.activeElement !== one || one.tabIndex !== 0) wrong.push(`not by the keyboard: ${{one.outerHTML}}`);
    if (style.outlineStyle === 'none' || parseFloat(style.outlineWidth) < 2) wrong.push(`no focus: ${{one.outerHTML}}`);
  }}
  return wrong;
}})()
"""


@pytest.fixture(scope="module")
def market() -> Market:
    return shown(fair())


@pytest.fixture(scope="module")
def folder(market: Market, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same as a site of files."""
    made = tmp_path_factory.mktemp("site") / "www"
    write_folder(made, files(Answers(SITE, Chosen(market, copies=False), lambda: NOW)))
    return made


@pytest.fixture(scope="module")
def browser(market: Market, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Asks the pages of `market` at their host, and files of this machine as files."""
    answers = Answers(SITE, market, lambda: NOW)

    def app(url: str, headers: Mapping[str, str]) -> Answer | None:
        parts = urlsplit(url)
        if parts.scheme == "file":
            kind = "text/css" if parts.path.endswith(".css") else "text/html"
            kind = "image/svg+xml" if parts.path.endswith(".svg") else kind
            return Answer(200, (("Content-Type", kind),), Path(unquote(parts.path)).read_bytes())
        if parts.netloc != HOST:
            return None
        response = answers("GET", parts.path + (f"?{parts.query}" if parts.query else ""), headers)
        return Answer(response.status, response.headers, response.body)

    with Browser(tmp_path_factory.mktemp("chromium"), app) as made:
        yield made


def test_pages_are_sound_in_every_look(browser: Browser) -> None:
    wrong: dict[str, list[str]] = {}
    for path in PAGES:
        browser.open(f"http://{HOST}{path}")
        found = list(browser.ask(READ))
        browser.ask("document.querySelectorAll('details').forEach(one => one.open = true)")
        browser.press("Tab", 9)
        found += browser.ask(ALL_FOCUS)
        for look in LOOKS:
            browser.look(**look)
            found += [f"{look}: {told}" for told in browser.ask(LOOK)]
        if found:
            wrong[path] = found
    assert not wrong, json.dumps(wrong, indent=1)
    # One page that is not there was asked for, and the console says so.
    assert [told for told in browser.complaints if "404" not in told] == []
    assert browser.strange == []


def test_all_is_reached_by_the_keyboard_and_seen(browser: Browser) -> None:
    for path in ("/bonds", "/commune/series/OPEN-1"):
        browser.open(f"http://{HOST}{path}")
        browser.look(width=320)
        count = browser.ask(f"{FOCUSABLE}.length")
        assert count > 10
        for number in range(count):
            browser.press("Tab", 9)
            assert browser.ask(FOCUS) == [number, True], (path, number)
    browser.open(f"http://{HOST}/bonds")
    browser.press("Tab", 9)
    browser.press("Enter", 13)
    browser.press("Tab", 9)
    assert browser.ask("document.querySelector('main').contains(document.activeElement)"), "the skip link skips"


def test_the_check_of_contrast_can_fail(browser: Browser) -> None:
    """And so can that of the width, of the focus, and of what is asked of others."""
    browser.open(f"http://{HOST}/bonds")
    browser.look(width=320)
    browser.ask("document.adoptedStyleSheets = [new CSSStyleSheet()]")
    rules = (
        "main { color: #999 } h1 { width: 400px } .part { fill: #eee !important } a:focus { outline: none !important }"
    )
    browser.ask(f"document.adoptedStyleSheets[0].replaceSync({json.dumps(rules)})")
    found = "; ".join(browser.ask(LOOK))
    assert "contrast 2." in found
    assert "wide, of 320" in found
    assert "of a shape .bar .part" in found
    browser.press("Tab", 9)
    assert browser.ask(FOCUS)[1] is False
    assert len(browser.ask(ALL_FOCUS)) > 5
    browser.ask("document.body.append(Object.assign(new Image(), {src: 'http://elsewhere.example/x.png'}))")
    browser.until(lambda: any("Content Security Policy" in told for told in browser.complaints))
    browser.complaints.clear()


def test_a_site_of_files_is_the_same_without_a_server(browser: Browser, folder: Path) -> None:
    browser.look(width=320)
    browser.open(f"file://{folder}/index.html")
    for link in ("Bonds", "OPEN-1", "Commune"):
        assert browser.ask(READ) == []
        loaded = browser.loaded
        browser.ask(f"[...document.querySelectorAll('a')].find(one => one.textContent === {json.dumps(link)}).click()")
        browser.wait(loaded)
    assert browser.ask("document.querySelector('h1').textContent") == "The Fields"
    assert browser.ask("decodeURI(location.pathname)").endswith("/commune/commune/index.html")
    assert browser.ask(LOOK) == []
    assert browser.complaints == []


def test_it_reads_well_in_lynx(folder: Path) -> None:
    lynx = shutil.which("lynx")
    assert lynx is not None, "apt-get install lynx"

    def dump(page: str) -> list[str]:
        command = [lynx, "-dump", "-nolist", "-width=80", "-assume_charset=utf-8", "-display_charset=utf-8"]
        done = subprocess.run([*command, str(folder / page / "index.html")], capture_output=True, text=True, check=True)
        return [" ".join(line.split()) for line in done.stdout.splitlines() if line.strip()]

    board = dump("bonds")
    assert board[board.index("For sale") + 1] == "OPEN-1 A tractor"
    assert "41 % of the face is subscribed" in board
    assert board[board.index("Subscribed") + 1] == "1000.00 EUR"
    assert any("| State: running | Rate: 4 %" in line for line in board)
    overview = dump("commune/commune")
    assert "Pool 0.00 EUR" in overview
    assert any(line.startswith("The pool at the end of each month: from") for line in overview)
    why = dump("commune/why/pool")
    assert why[why.index("It comes from these records") + 1].startswith("CAPTION:")
    assert max(map(len, board + overview + why)) <= 80
