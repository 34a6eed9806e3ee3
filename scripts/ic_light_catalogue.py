"""IC Light: catalogue, in the list of scripts of txt2img and img2img."""

from pathlib import Path

from modules import scripts

import lib_iclight

# If another extension's package was loaded in place of ours, the script of the accordion says so.
if Path(lib_iclight.__file__).resolve().parents[1] == Path(__file__).resolve().parents[1]:
    from lib_iclight.hosts import catalogue_script

    class ICLightCatalogueScript(catalogue_script.CatalogueScript, scripts.Script):
        """The script."""
