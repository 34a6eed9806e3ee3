"""Web UIs keep a processing object longer than its run; IC Light's data for the run is released."""

from __future__ import annotations

import gc
import weakref

import pytest
from samples import encoded, plain

SMALL = {"prompt": "a cup", "steps": 1, "width": 64, "height": 64, "sampler_name": "Euler", "cfg_scale": 2}
FOREGROUND = encoded(plain((200, 120, 40, 255), 64, 64).rotate(20))


@pytest.fixture
def held(host, monkeypatch):
    """Tells which cut-outs made from now on are still in memory, without running the garbage collector."""
    from modules import shared

    from lib_iclight.subject import prepare

    made, refined = [], prepare._refined

    def noted(*args):
        result = refined(*args)
        made.append(weakref.ref(result.on_grey))
        return result

    monkeypatch.setattr(shared.opts, "ic_light_cache_limit", 0, raising=False)
    monkeypatch.setattr(prepare, "_refined", noted)
    gc.collect()
    gc.disable()
    yield lambda: (len(made), sum(one() is not None for one in made))
    gc.enable()


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"light": "left"}, 200),
        ({"restore_details": 1, "keep_original": True, "show_subject": True}, 200),
        ({"placement": {"scale": 0.05, "x": 2}}, 422),
    ],
    ids=["relit", "relit with more results", "refused while it runs"],
)
def test_nothing_stays_of_a_run_that_has_ended(host, held, fields, status):
    relight = {"foreground": FOREGROUND, **fields}
    answer = host.txt2img(**SMALL, alwayson_scripts={"IC Light": {"args": [relight]}})
    assert answer.status_code == status, answer.text
    assert held() == (1, 0)
