"""What a page without a web UI needs for our scripts to run in it."""

from page_texts import ROOT, SCRIPTS

from lib_iclight.ui import page_limits

HOST = """
    window.gradioApp = () => document;
    window.onAfterUiUpdate = (callback) => (window.update = callback);
"""
# Counts what is listened to and observed, until it is let go of; timers and the signals that end things aside.
COUNT = """
    window.held = { listeners: 0, observers: 0 };
    const add = EventTarget.prototype.addEventListener;
    EventTarget.prototype.addEventListener = function (type, listener, options) {
        add.call(this, type, listener, options);
        if (this instanceof AbortSignal) return;
        held.listeners += 1;
        if (options?.signal) add.call(options.signal, "abort", () => (held.listeners -= 1), { once: true });
    };
    for (const name of ["MutationObserver", "ResizeObserver", "IntersectionObserver"]) {
        window[name] = class extends window[name] {
            observe(...target) {
                if (!this.isCounted) held.observers += 1;
                this.isCounted = true;
                super.observe(...target);
            }
            disconnect() {
                if (this.isCounted) held.observers -= 1;
                this.isCounted = false;
                super.disconnect();
            }
        };
    }
"""


def held(page):
    """How many listeners and observers there are on a page with :data:`COUNT`."""
    return page.evaluate("window.held")


def put_editor(page):
    """Put a light editor, and nothing else, into an empty page."""
    page.set_content(
        f'<div class="ic-light"><div id="txt2img_ic_light_editor">'
        f'<div class="ic-light-editor" {page_limits.attribute()}></div></div></div>'
    )
    page.add_style_tag(path=ROOT / "style.css")
    page.add_script_tag(content=HOST)
    for path in SCRIPTS:
        page.add_script_tag(path=path)
    page.evaluate("icLight.main.mount()")
    page.locator("canvas").wait_for()
