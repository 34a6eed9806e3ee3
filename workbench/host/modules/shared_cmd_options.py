"""The command line, with the arguments that extensions add in their ``preload.py``."""

from __future__ import annotations

import argparse

from modules import script_loading
from modules.paths import extensions_dir
from workbench import settings


def make_parser() -> argparse.ArgumentParser:
    """The host's own arguments; names and meanings are Forge's."""
    parser = argparse.ArgumentParser(prog="workbench", allow_abbrev=False)
    text = {"type": str, "default": None}
    flag = {"action": "store_true"}
    parser.add_argument("--port", type=int, default=None, help="port to serve on")
    parser.add_argument("--server-name", **text, help="name or address to listen on")
    parser.add_argument("--listen", **flag, help="listen on every network interface")
    parser.add_argument("--api", **flag, help="serve the API beside the page")
    parser.add_argument("--api-auth", **text, help="user:password[,user:password] for the API")
    parser.add_argument("--gradio-auth", **text, help="user:password[,user:password] for the page")
    parser.add_argument("--no-prompt-history", **flag, help="do not write params.txt")
    parser.add_argument("--ui-settings-file", **text, help="file of settings")
    return parser


parser = make_parser()
script_loading.preload_extensions(extensions_dir, parser)
for _folder in settings.current.extension_dirs:
    script_loading.preload_extensions(str(_folder.parent), parser, [_folder.name])
cmd_opts = parser.parse_args(list(settings.current.argv))
cmd_opts.ui_settings_file = cmd_opts.ui_settings_file or str(settings.current.data_dir / "config.json")
