"""Settings: what there are, what they are set to, and the file they are kept in."""

from __future__ import annotations

import json
import sys

from modules import errors
from modules.shared_cmd_options import cmd_opts


class OptionInfo:
    """A setting's default, label, component and remarks. The methods return the setting, to be chained."""

    do_not_save = False

    def __init__(
        self,
        default=None,
        label="",
        component=None,
        component_args=None,
        onchange=None,
        section=None,
        refresh=None,
        comment_before="",
        comment_after="",
        infotext=None,
        restrict_api=False,
        category_id=None,
    ):
        self.default = default
        self.label = label
        self.component = component
        self.component_args = component_args
        self.onchange = onchange
        self.section = section
        self.refresh = refresh
        self.comment_before = comment_before
        self.comment_after = comment_after
        self.infotext = infotext
        self.restrict_api = restrict_api
        self.category_id = category_id

    def link(self, label: str, url: str) -> OptionInfo:
        """Put a link before the label."""
        self.comment_before += f"[<a href='{url}' target='_blank'>{label}</a>]"
        return self

    def js(self, label: str, js_func: str) -> OptionInfo:
        """Put a link that runs a function before the label."""
        self.comment_before += f"[<a onclick='{js_func}(); return false'>{label}</a>]"
        return self

    def info(self, info: str) -> OptionInfo:
        """Put a remark after the label."""
        self.comment_after += f"<span class='info'>({info})</span>"
        return self

    def html(self, html: str) -> OptionInfo:
        """Put HTML after the label."""
        self.comment_after += html
        return self

    def needs_restart(self) -> OptionInfo:
        """Say that a restart is needed."""
        self.comment_after += " <span class='info'>(requires restart)</span>"
        return self

    def needs_reload_ui(self) -> OptionInfo:
        """Say that the page must be made anew."""
        self.comment_after += " <span class='info'>(requires Reload UI)</span>"
        return self


class OptionHTML(OptionInfo):
    """A text among the settings."""

    do_not_save = True

    def __init__(self, text: str):
        import gradio as gr

        super().__init__(str(text).strip(), component=lambda **kwargs: gr.HTML(elem_classes="settings-info", **kwargs))


def options_section(section_identifier: tuple, options_dict: dict[str, OptionInfo]) -> dict[str, OptionInfo]:
    """Give settings their section ``(id, title)`` or ``(id, title, category)``."""
    for info in options_dict.values():
        info.section = section_identifier[:2]
        info.category_id = section_identifier[2] if len(section_identifier) > 2 else info.category_id
    return options_dict


class Options:
    """Settings as attributes. Reading one that was never set gives its default."""

    typemap = {int: float}
    _own = {"data_labels", "data", "restricted_opts"}

    def __init__(self, data_labels: dict[str, OptionInfo], restricted_opts=()):
        self.data_labels = data_labels
        self.data = {k: v.default for k, v in data_labels.items() if not v.do_not_save}
        self.restricted_opts = restricted_opts

    def __setattr__(self, key, value):
        if key in self._own or (key not in self.data and key not in self.data_labels):
            super().__setattr__(key, value)
            return
        assert not cmd_opts.freeze_settings, "changing settings is disabled"
        info = self.data_labels.get(key)
        if info is None or not info.do_not_save:
            self.data[key] = value

    def __getattr__(self, item):
        if item in self._own:
            raise AttributeError(item)
        if item in self.data:
            return self.data[item]
        if item in self.data_labels:
            return self.data_labels[item].default
        raise AttributeError(item)

    def set(self, key: str, value, is_api: bool = False, run_callbacks: bool = True) -> bool:
        """Change a setting and call its ``onchange``; returns whether it changed. KeyError when there is none."""
        old = self.data.get(key)
        if old == value:
            return False
        option = self.data_labels[key]
        if option.do_not_save or (is_api and option.restrict_api):
            return False
        try:
            setattr(self, key, value)
        except RuntimeError:
            return False
        if run_callbacks and option.onchange is not None:
            try:
                option.onchange()
            except Exception as e:
                errors.display(e, f"changing setting {key} to {value}")
                setattr(self, key, old)
                return False
        return True

    def get_default(self, key: str):
        """A setting's default; None when there is no such setting."""
        info = self.data_labels.get(key)
        return None if info is None else info.default

    def same_type(self, x, y) -> bool:
        """Whether a value could stand for another; whole and broken numbers are one type."""
        kinds = [self.typemap.get(type(value), type(value)) for value in (x, y)]
        return x is None or y is None or kinds[0] == kinds[1]

    def save(self, filename: str) -> None:
        """Write all settings to a file."""
        assert not cmd_opts.freeze_settings, "saving settings is disabled"
        with open(filename, "w", encoding="utf8") as file:
            json.dump(self.data, file, indent=4, ensure_ascii=False)

    def load(self, filename: str) -> None:
        """Replace all settings by a file's; without the file by none."""
        try:
            with open(filename, encoding="utf8") as file:
                self.data = json.load(file)
        except FileNotFoundError:
            self.data = {}
        for k, v in self.data.items():
            info = self.data_labels.get(k)
            if info is not None and not self.same_type(info.default, v):
                print(f"Warning: bad setting value: {k}: {v}", file=sys.stderr)

    def onchange(self, key: str, func, call: bool = True) -> None:
        """Have a function called when a setting changes, and at once unless told not to."""
        self.data_labels[key].onchange = func
        if call:
            func()

    def dumpjson(self) -> str:
        """All settings for the page."""
        return json.dumps({k: self.data.get(k, v.default) for k, v in self.data_labels.items()})

    def add_option(self, key: str, info: OptionInfo) -> None:
        """Add a setting."""
        self.data_labels[key] = info
        if key not in self.data and not info.do_not_save:
            self.data[key] = info.default

    def reorder(self) -> None:
        """Bring settings of one section together."""
        order: dict[tuple, int] = {}
        for info in self.data_labels.values():
            order.setdefault(info.section, len(order))
        self.data_labels = dict(sorted(self.data_labels.items(), key=lambda item: order[item[1].section]))

    def cast_value(self, key: str, value):
        """``value`` as the type of the setting's default."""
        default = self.data_labels[key].default
        default = getattr(self, key, None) if default is None else default
        if value is None or default is None:
            return None
        return False if isinstance(default, bool) and value == "False" else type(default)(value)
