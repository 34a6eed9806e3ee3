"""IC Light: clip, in the list of scripts of txt2img and img2img."""

from pathlib import Path

from modules import scripts

import lib_iclight

# If another extension's package was loaded in place of ours, the script beside this one says so.
if Path(lib_iclight.__file__).resolve().parents[1] == Path(__file__).resolve().parents[1]:
    from lib_iclight.hosts import clip_script

    class ICLightClipScript(clip_script.ClipScript, scripts.Script):
        """The script."""
