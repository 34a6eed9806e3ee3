"""Scripts and style sheets of host and extensions in the page's head."""

from __future__ import annotations

import os

import gradio as gr

from modules import localization, patches, scripts, shared, util
from modules.paths import data_path, script_path


def webpath(fn: str) -> str:
    """The address of a file, different when the file has changed."""
    return f"file={util.truncate_path(fn)}?{os.path.getmtime(fn)}"


def javascript_html() -> str:
    """The host's script, then all others by folder and name."""
    head = f'<script type="text/javascript">{localization.localization_js(shared.opts.localization)}</script>\n'
    files = [os.path.join(script_path, "script.js"), *(x.path for x in scripts.list_scripts("javascript", ".js"))]
    head += "".join(f'<script type="text/javascript" src="{webpath(path)}"></script>\n' for path in files)
    for script in scripts.list_scripts("javascript", ".mjs"):
        head += f'<script type="module" src="{webpath(script.path)}"></script>\n'
    if shared.cmd_opts.theme:
        head += f'<script type="text/javascript">set_theme("{shared.cmd_opts.theme}");</script>\n'
    return head


def css_html() -> str:
    """The style sheets."""
    files = scripts.list_files_with_name("style.css")
    user_css = os.path.join(data_path, "user.css")
    files += [user_css] if os.path.exists(user_css) else []
    return "".join(f'<link rel="stylesheet" property="stylesheet" href="{webpath(path)}">' for path in files)


def reload_javascript() -> None:
    """Have the page made with what is there now."""
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
