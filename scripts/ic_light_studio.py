"""The tab IC Light Studio."""

from pathlib import Path

from modules import script_callbacks

import lib_iclight

# If another extension's package was loaded in place of ours, the script for txt2img and img2img says so.
if Path(lib_iclight.__file__).resolve().parents[1] == Path(__file__).resolve().parents[1]:
    from lib_iclight.hosts import page_script

    script_callbacks.on_ui_tabs(page_script.add_studio_tab)
