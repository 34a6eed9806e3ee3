"""One of the web UI's tabs, as a user sees it in Chromium."""

from __future__ import annotations

import re

from samples import file_bytes

from lib_iclight.fields import Section
from lib_iclight.request import FIELDS

GENERATION_MS = 300_000

ROOMS = {
    **dict.fromkeys((Section.CUT_OUT, Section.EDGE), "subject"),
    **dict.fromkeys((Section.KEPT, Section.DETAILS, Section.RESULTS), "result"),
}
"""The accordion's tabs by section of the fields in them."""
OTHERS = {"model": "models", "models": "models", "refresh": "models", "ideas": "ideas", "prompts": "ideas"}
OTHERS |= {"preview": "subject", "cutout": "subject", "edge": "subject"}
OTHERS |= {name: "result" for name, field in FIELDS.items() if field.section is Section.RESULT and name != "result"}


class Tab:
    """One of the two tabs, as a user sees it."""

    def __init__(self, page, name):
        self.page, self.name = page, name

    def open(self):
        """Click on the tab."""
        label = {"txt2img": "Txt2img", "img2img": "Img2img", "pnginfo": "PNG Info"}[self.name]
        self.page.locator("#tabs > .tab-nav button", has_text=label).click()
        return self

    def control(self, name):
        """One of IC Light's controls; if it is in one of the accordion's tabs, that one is shown."""
        room = OTHERS.get(name) or (ROOMS.get(FIELDS[name].section) if name in FIELDS else None)
        if room:
            # gradio 3 gives a tab's button no id.
            around = self.page.locator(f".ic-light-room:has(#{self.name}_ic_light_tab_{room}) > .tab-nav")
            button = around.locator("button", has_text=room.capitalize())
            if button.is_visible():
                button.click()
        # gradio 3 gives an HTML's id to what is inside it as well.
        return self.page.locator(f"#{self.name}_ic_light_{name}").first

    def own(self, name):
        """One of the web UI's controls."""
        return self.page.locator(f"#{self.name}_{name}")

    @property
    def info(self):
        """The generation parameters below the results."""
        return self.page.locator(f"#html_info_{self.name}").first

    @property
    def sampler(self):
        """Sampler and schedule; older web UIs have one control for both."""
        boxes = [self.own(name).locator("input") for name in ("sampling", "scheduler")]
        return " ".join(box.first.input_value() for box in boxes if box.count())

    def set(self, name, value):
        """Type a number into one of the web UI's sliders."""
        field = self.own(name).locator("input[type=number]").first
        field.fill(str(value))
        field.blur()

    def number(self, name):
        """The value of one of the web UI's sliders."""
        return float(self.own(name).locator("input[type=number]").first.input_value())

    def make_small(self):
        """Two steps at 64 x 64."""
        for name, value in (("width", 64), ("height", 64), ("steps", 2), ("cfg_scale", 2)):
            self.set(name, value)
        self.own("prompt").locator("textarea").fill("a cup, sunshine from window")

    def enable(self):
        """Open IC Light's accordion."""
        self.control("enabled").locator("> .label-wrap").click()
        self.control("summary").wait_for(state="visible")

    def drop(self, name, image, file_name="picture.png"):
        """Give a picture to one of IC Light's slots."""
        content = image if isinstance(image, bytes) else file_bytes(image)
        slot = self.control(name).locator("input[type=file]")
        slot.set_input_files({"name": file_name, "mimeType": "image/png", "buffer": content})
        self.control(name).locator("img").wait_for(state="visible")

    def clear(self, name):
        """Remove the picture from one of IC Light's slots."""
        # gradio 3 and 4 call the button differently.
        self.control(name).get_by_role("button", name=re.compile("Clear|Remove Image")).click()

    def pick(self, name, label):
        """Choose a radio button by the start of its label."""
        self.choice(name, label).check()

    def choice(self, name, label):
        """One of a radio's buttons."""
        return self.control(name).get_by_role("radio", name=re.compile(f"^{label}"))

    def generate(self):
        """Click Generate and wait for the end; returns the page's text below the results."""
        self.own("generate").click()
        log = self.page.locator(f"#html_log_{self.name}").first
        log.locator(".performance").wait_for(state="attached", timeout=GENERATION_MS)
        return log.inner_text()

    @property
    def result(self):
        """The first of the results' pictures. The run's last preview may lie over it for a moment."""
        return self.own("gallery").locator("img:not([src^='data:'])").first

    def results(self):
        """Addresses of the results' pictures."""
        shown = self.own("gallery").locator("img")
        return {shown.nth(i).get_attribute("src") for i in range(shown.count())}


def give_picture_to_img2img(tab, image):
    content = file_bytes(image)
    slot = tab.page.locator("#img2img_image input[type=file]").first
    slot.set_input_files({"name": "picture.png", "mimeType": "image/png", "buffer": content})
    tab.page.locator("#img2img_image img").first.wait_for(state="visible")
