"""The error that hosts show and answer with."""

from __future__ import annotations

from lib_iclight.errors import ICLightError


def test_the_host_finds_status_and_message_on_the_instance():
    assert vars(ICLightError("no foreground")) == {"status_code": 422, "detail": "no foreground"}
