"""Scripts and style sheets of host and extensions in the page's head."""

from __future__ import annotations

import os

import gradio as gr

from modules import extensions, localization, patches, scripts, shared
from modules.paths import script_path


def webpath(fn: str) -> str:
    """The URL of a file, which changes when the file changes."""
    return f"file={fn}?{os.path.getmtime(fn)}"


def javascript_html() -> str:
    """The host's script, then all others by folder and name."""
    head = f'<script type="text/javascript">{localization.localization_js(shared.opts.localization)}</script>\n'
    files = [os.path.join(script_path, "script.js"), *(x.path for x in scripts.list_scripts("javascript", ".js"))]
    return head + "".join(f'<script type="text/javascript" src="{webpath(path)}"></script>\n' for path in files)


def css_html() -> str:
    """The style sheets."""
    folders = [script_path, *(ext.path for ext in extensions.active())]
    files = filter(os.path.isfile, (os.path.join(folder, "style.css") for folder in folders))
    return "".join(f'<link rel="stylesheet" property="stylesheet" href="{webpath(path)}">' for path in files)


def reload_javascript() -> None:
    """Rebuild the page's head with the current files."""
    js, css = javascript_html(), css_html()
    if patches.original(__name__, gr.routes.templates, "TemplateResponse") is None:
        patches.patch(__name__, gr.routes.templates, "TemplateResponse", None)
    make = patches.original(__name__, gr.routes.templates, "TemplateResponse")

    def template_response(*args, **kwargs):
        res = make(*args, **kwargs)
        head = f'{js}<meta name="referrer" content="no-referrer"/></head>'.encode()
        res.body = res.body.replace(b"</head>", head).replace(b"</body>", f"{css}</body>".encode())
        res.init_headers()
        return res

    gr.routes.templates.TemplateResponse = template_response
