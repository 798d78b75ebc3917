"""One call that proves a page usable: axe with nothing found, no sideways scrolling on a small phone, every
control reached by keyboard, in order, with a visible focus that nothing covers.

Automation finds less than half of all barriers; docs/ has the list that people walk through.
"""

from __future__ import annotations

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT

# Every WCAG 2.2 A and AA rule plus axe's good practice; no rule is switched off, no part of a page left out.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PHONE = {"width": 320, "height": 640}
LANGUAGES = ("en", "zh-Hans")

# Controls that the Tab key must reach. Of a group of radios it reaches one, the arrow keys the others.
CONTROLS = """
() => {
  const seen = new Set();
  const all = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]';
  return [...document.querySelectorAll(all)].filter(one => {
    if (one.disabled || one.closest('[aria-hidden="true"]') || !one.getClientRects().length) return false;
    if (!one.checkVisibility()) return false;  // what a closed details holds has rectangles all the same
    if (one.type !== 'radio') return true;
    const group = one.form && [...one.form.elements].filter(other => other.name === one.name);
    if (seen.has(one.name) || (group && group.some(other => other.checked) && !one.checked)) return false;
    return seen.add(one.name);
  });
}
"""

# What of a control and its label's drawn box changes when it has the focus.
LOOK = """
(one) => [one, ...(one.labels || [])].flatMap(element => [null, '::before', '::after'].map(part => {
  const style = getComputedStyle(element, part);
  const drawn = (...line) => line[0] === 'none' || line[1] === '0px' ? '' : line.join(' ');
  return [style.boxShadow, style.backgroundColor,
          drawn(style.outlineStyle, style.outlineWidth, style.outlineColor),
          drawn(style.borderTopStyle, style.borderTopWidth, style.borderTopColor)].join(' ');
})).join('|')
"""

COVERED = """
(one) => {
  const box = one.getBoundingClientRect();
  const x = Math.min(Math.max(box.left + Math.min(box.width, innerWidth) / 2, 1), innerWidth - 2);
  const inside = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  const y = Math.min(Math.max(box.top + box.height / 2, 1), innerHeight - 2);
  const rects = [...one.getClientRects()];
  const first = rects[0] || box;
  const points = [[x, y], [first.left + first.width / 2, first.top + first.height / 2]];
  const own = [one, ...(one.labels || [])];
  return !inside || !points.some(([px, py]) => {
    const top = document.elementFromPoint(px, py);
    return top && own.some(part => part.contains(top) || top.contains(part));
  });
}
"""


# The Tab key starts again at the first control.
TO_THE_TOP = """
() => {
  document.activeElement.blur();
  getSelection().removeAllRanges();
  document.body.tabIndex = -1;
  document.body.focus();
  document.body.removeAttribute('tabindex');
  scrollTo(0, 0);
}
"""


def assert_accessible(page: Any) -> None:
    """Fail with what is wrong on the open page; leaves it scrolled to its top, nothing focused."""
    check_title_and_language(page)
    check_axe(page)
    size = page.viewport_size
    page.set_viewport_size(PHONE)
    check_width(page)
    check_axe(page)
    check_keyboard(page)
    page.set_viewport_size(size)


def assert_accessible_on_a_phone(page: Any) -> None:
    """What a language or a city's look can spoil on a page that :func:`assert_accessible` saw in another:
    names, colours, width. The order of the controls and their focus are the template's."""
    check_title_and_language(page)
    size = page.viewport_size
    page.set_viewport_size(PHONE)
    check_width(page)
    check_axe(page)
    page.set_viewport_size(size)


def check_title_and_language(page: Any) -> None:
    """The page has a title that begins with its own name, and a language that we speak."""
    title = page.title()
    assert title.strip() and not title.startswith(("-", " ")), f"{page.url}: no title"
    assert page.evaluate("document.documentElement.lang") in LANGUAGES, f"{page.url}: no language"
    assert page.locator("h1").count() == 1, f"{page.url}: {page.locator('h1').count()} level 1 headings"


def check_axe(page: Any) -> None:
    """axe finds nothing."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    options = {"runOnly": RULES, "resultTypes": ["violations"]}
    violations = page.evaluate("options => axe.run(options).then(results => results.violations)", options)
    found = [
        f"{violation['id']} ({violation['help']}): {[node['target'] for node in violation['nodes']]}"
        for violation in violations
    ]
    assert not found, f"{page.url} at {page.viewport_size['width']} px:\n" + "\n".join(found)


def check_width(page: Any) -> None:
    """Nothing is wider than the window (WCAG 2.2, 1.4.10 Reflow)."""
    wide = page.evaluate(
        "() => document.documentElement.scrollWidth <= innerWidth ? [] :"
        " [...document.body.querySelectorAll('*')]"
        ".filter(e => e.getBoundingClientRect().right > innerWidth + 1).map(e => e.outerHTML.slice(0, 120))"
    )
    assert not wide, f"{page.url} scrolls sideways at {PHONE['width']} px: {wide[:5]}"


def check_keyboard(page: Any) -> None:
    """Tab reaches every control in the page's order; each shows its focus and is not covered
    (WCAG 2.2: 2.1.1, 2.4.3, 2.4.7, 2.4.11)."""
    page.evaluate(TO_THE_TOP)
    controls = page.evaluate_handle(CONTROLS)
    expected = page.evaluate("controls => controls.length", controls)
    plain = page.evaluate(f"controls => controls.map({LOOK})", controls)
    for at in range(expected):
        page.keyboard.press("Tab")
        there, name, look, covered = page.evaluate(
            "controls => { const one = document.activeElement; return [controls.indexOf(one),"
            f" one.outerHTML.slice(0, 160), ({LOOK})(one), ({COVERED})(one)]; }}",
            controls,
        )
        assert there == at, f"{page.url}: Tab number {at + 1} went to {name}"
        assert look != plain[at], f"{page.url}: no visible focus on {name}"
        assert not covered, f"{page.url}: the focus is covered or outside of the window on {name}"
    page.evaluate(TO_THE_TOP)
