"""IC Light: light set, in the list of scripts of txt2img and img2img."""

from pathlib import Path

from modules import scripts

import lib_iclight

# If another extension's package was loaded in place of ours, the script beside this one says so.
if Path(lib_iclight.__file__).resolve().parents[1] == Path(__file__).resolve().parents[1]:
    from lib_iclight.hosts import light_set_script

    class ICLightSetScript(light_set_script.LightSetScript, scripts.Script):
        """The script."""
