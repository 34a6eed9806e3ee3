"""The command line, with the arguments extensions add in their ``preload.py``."""

from __future__ import annotations

import argparse

from modules import script_loading
from modules.paths_internal import extensions_dir
from workbench import settings


def make_parser() -> argparse.ArgumentParser:
    """The host's own arguments; names and meanings are Forge's."""
    parser = argparse.ArgumentParser(prog="workbench", allow_abbrev=False)
    text = {"type": str, "default": None}
    flag = {"action": "store_true"}
    parser.add_argument("--data-dir", **text, help="folder of settings and pictures made")
    parser.add_argument("--models-dir", **text, help="folder of models")
    parser.add_argument("--port", type=int, default=None, help="port to serve on")
    parser.add_argument("--server-name", **text, help="name or address to listen on")
    parser.add_argument("--listen", **flag, help="listen on every network interface")
    parser.add_argument("--api", **flag, help="serve the API beside the page")
    parser.add_argument("--nowebui", **flag, help="serve the API alone")
    parser.add_argument("--api-auth", **text, help="user:password[,user:password] for the API")
    parser.add_argument("--gradio-auth", **text, help="user:password[,user:password] for the page")
    parser.add_argument("--api-log", **flag, help="print a line per API call")
    parser.add_argument("--theme", **text, help="light or dark")
    parser.add_argument("--skip-install", **flag, help="install nothing")
    parser.add_argument("--freeze-settings", **flag, help="refuse changes of settings")
    parser.add_argument("--freeze-settings-in-sections", **text, help="refuse changes in these sections")
    parser.add_argument("--freeze-specific-settings", **text, help="refuse changes of these settings")
    parser.add_argument("--hide-ui-dir-config", **flag, help="hide folders in the page")
    parser.add_argument("--no-prompt-history", **flag, help="do not write params.txt")
    parser.add_argument("--disable-all-extensions", **flag, help="load no extension")
    parser.add_argument("--disable-extra-extensions", **flag, help="load built-in extensions only")
    parser.add_argument("--use-textbox-seed", **flag, help="a text box for the seed")
    parser.add_argument("--ui-settings-file", **text, help="file of settings")
    return parser


parser = make_parser()
script_loading.preload_extensions(extensions_dir, parser)
for _folder in settings.current.extension_dirs:
    script_loading.preload_extensions(str(_folder.parent), parser, [_folder.name])
cmd_opts = parser.parse_args(list(settings.current.argv))
cmd_opts.ui_settings_file = cmd_opts.ui_settings_file or str(settings.current.data_dir / "config.json")
