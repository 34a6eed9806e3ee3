"""Calling the hooks of all scripts: what one raises is reported, and the generation goes on."""

from __future__ import annotations

from modules import errors, script_callbacks

from forge_workbench.script_base import OnComponent, Script


class ScriptHooks:
    """The calling half of ``modules.scripts.ScriptRunner``."""

    def list_scripts_for_method(self, method_name: str) -> list[Script]:
        """Whose hooks of this name may be called."""
        return self.scripts if method_name in ("before_component", "after_component") else self.alwayson_scripts

    def ordered_callbacks(self, method_name: str, *, enable_user_sort: bool = True) -> list:
        """The scripts that define a hook; remembered while their number is the same."""
        scripts = self.list_scripts_for_method(method_name)
        category = f"script_{method_name}"
        count, callbacks = self.callback_map.get(category, (-1, None))
        if callbacks is None or count != len(scripts):
            callbacks = []
            for script in scripts:
                if getattr(type(script), method_name, None) != getattr(Script, method_name, None):
                    name, path = type(script).__name__, script.filename
                    script_callbacks.add_callback(callbacks, script, category=category, name=name, filename=path)
            self.callback_map[category] = len(scripts), callbacks
        return callbacks

    def ordered_scripts(self, method_name: str) -> list[Script]:
        """The scripts that define a hook."""
        return [x.callback for x in self.ordered_callbacks(method_name)]

    def _call(self, method_name: str, p, *given, **kwargs) -> None:
        for script in self.ordered_scripts(method_name):
            self._call_one(script, method_name, p, *given, **kwargs)

    @staticmethod
    def _call_one(script: Script, method_name: str, p, *given, **kwargs) -> None:
        try:
            args = p.script_args[script.args_from : script.args_to]
            getattr(script, method_name)(p, *given, *args, **kwargs)
        except Exception:
            errors.report(f"Error running {method_name}: {script.filename}", exc_info=True)

    def before_process(self, p) -> None:
        """See :meth:`Script.before_process`."""
        self._call("before_process", p)

    def process(self, p) -> None:
        """See :meth:`Script.process`."""
        self._call("process", p)

    def before_process_batch(self, p, **kwargs) -> None:
        """See :meth:`Script.before_process_batch`."""
        self._call("before_process_batch", p, **kwargs)

    def before_process_init_images(self, p, pp, **kwargs) -> None:
        """The mask of an img2img is known; a hook no base class defines."""
        self._call("before_process_init_images", p, pp, **kwargs)

    def after_extra_networks_activate(self, p, **kwargs) -> None:
        """See :meth:`Script.after_extra_networks_activate`."""
        self._call("after_extra_networks_activate", p, **kwargs)

    def process_batch(self, p, **kwargs) -> None:
        """See :meth:`Script.process_batch`."""
        self._call("process_batch", p, **kwargs)

    def process_before_every_sampling(self, p, **kwargs) -> None:
        """See :meth:`Script.process_before_every_sampling`. Called on every script, by no other order."""
        for script in self.alwayson_scripts:
            self._call_one(script, "process_before_every_sampling", p, **kwargs)

    def before_hr(self, p) -> None:
        """See :meth:`Script.before_hr`."""
        self._call("before_hr", p)

    def post_sample(self, p, ps) -> None:
        """See :meth:`Script.post_sample`."""
        self._call("post_sample", p, ps)

    def on_mask_blend(self, p, mba) -> None:
        """See :meth:`Script.on_mask_blend`."""
        self._call("on_mask_blend", p, mba)

    def postprocess_batch(self, p, images, **kwargs) -> None:
        """See :meth:`Script.postprocess_batch`."""
        self._call("postprocess_batch", p, images=images, **kwargs)

    def postprocess_batch_list(self, p, pp, **kwargs) -> None:
        """See :meth:`Script.postprocess_batch_list`."""
        self._call("postprocess_batch_list", p, pp, **kwargs)

    def postprocess_image(self, p, pp) -> None:
        """See :meth:`Script.postprocess_image`."""
        self._call("postprocess_image", p, pp)

    def postprocess_maskoverlay(self, p, ppmo) -> None:
        """See :meth:`Script.postprocess_maskoverlay`."""
        self._call("postprocess_maskoverlay", p, ppmo)

    def postprocess_image_after_composite(self, p, pp) -> None:
        """See :meth:`Script.postprocess_image_after_composite`."""
        self._call("postprocess_image_after_composite", p, pp)

    def postprocess(self, p, processed) -> None:
        """See :meth:`Script.postprocess`."""
        self._call("postprocess", p, processed)

    def setup_scrips(self, p, *, is_ui: bool = True) -> None:
        """See :meth:`Script.setup`. What belongs to the page is left out for the API."""
        for script in self.ordered_scripts("setup"):
            if is_ui or not script.setup_for_ui_only:
                self._call_one(script, "setup", p)

    def before_component(self, component, **kwargs) -> None:
        """See :meth:`Script.before_component`."""
        callbacks = self.on_before_component_elem_id.get(kwargs.get("elem_id"), [])
        self._about_component("before_component", component, callbacks, **kwargs)

    def after_component(self, component, **kwargs) -> None:
        """See :meth:`Script.after_component`."""
        callbacks = self.on_after_component_elem_id.get(component.elem_id, [])
        self._about_component("after_component", component, callbacks, **kwargs)

    def _about_component(self, method_name: str, component, callbacks: list, **kwargs) -> None:
        calls = [(lambda c=callback: c(OnComponent(component)), script) for callback, script in callbacks]
        for script in self.ordered_scripts(method_name):
            calls.append((lambda s=script: getattr(s, method_name)(component, **kwargs), script))
        for call, script in calls:
            try:
                call()
            except Exception:
                errors.report(f"Error running {method_name}: {script.filename}", exc_info=True)
