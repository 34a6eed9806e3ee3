"""Calls the hooks of a run as a script does, without a web UI."""

from __future__ import annotations

from samples import encoded, plain

from lib_iclight.request_input import from_api, picture_sources

CUT_OUT = encoded(plain((200, 120, 40, 128)))
BROKEN = "broken!"


class Processing:
    """A host's processing object."""

    def __init__(self, **more) -> None:
        self.extra_generation_params = {}
        vars(self).update(more)

    def sample(self) -> str:
        return "sampled"


class Asked:
    """What a program asks for."""

    def __init__(self, fields: dict) -> None:
        self._fields = fields

    def request(self, overrides):
        return from_api({**self._fields, **overrides})

    def pictures(self):
        return picture_sources(self._fields)


def begin(hooks, fields: dict, is_img2img: bool = False, **of_p) -> Processing:
    p = Processing(**of_p)
    hooks.begin(p, Asked(fields), is_img2img)
    return p
