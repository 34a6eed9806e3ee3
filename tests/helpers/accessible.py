"""What axe-core finds wrong on a part of a page."""

from __future__ import annotations

from typing import Any

from dev import SCRIPT_TOOLS

AXE = SCRIPT_TOOLS / "node_modules" / "axe-core" / "axe.min.js"
MISSING = "axe-core is not installed; `python dev.py lint` installs it"

_RUN = """async ([selector, exceptions]) => {
    const { violations } = await axe.run(selector, { resultTypes: ["violations"] });
    const isOurs = (id, target) => !(id in exceptions && document.querySelector(target).matches(exceptions[id]));
    const found = violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => [id, target.join(" ")]));
    return found.filter(([id, target]) => isOurs(id, target));
}"""
# gradio fades what it is about to replace.
_SETTLED = """(selector) => {
    const all = document.querySelector(selector);
    return all.querySelector(".pending") === null && all.getAnimations({ subtree: true }).length === 0;
}"""


def violations(page: Any, selector: str, exceptions: dict[str, str]) -> list[list[str]]:
    """Rules that are broken in a part of a page that :data:`AXE` was added to, and where.

    Args:
        page: the page.
        selector: of the part.
        exceptions: by rule, what it need not hold for.
    """
    while True:
        page.wait_for_function(_SETTLED, arg=selector)
        found = page.evaluate(_RUN, [selector, exceptions])
        # The page may have begun to fade while axe looked; to what it replaced meanwhile axe gives this address.
        if page.evaluate(_SETTLED, selector) and all(target != ":root" for _, target in found):
            return found
