"""What a run merges into the UNet's weights: once for relights that follow each other; nothing stays when it is off."""

from __future__ import annotations

import time
from statistics import median

import pytest
from forge import companion_files, compatibility, pictures, server

RELIGHT = {"foreground": pictures.text(pictures.subject()), "light": "left"}
WITH_LORA = {"prompt": f"a cup <lora:{companion_files.NAME}:1>"}
REPEATS = 10


@pytest.fixture(scope="module")
def runs(forge_home, keeper):
    """A run's answer, and whether it merged; the web UI has a LoRA."""
    with companion_files.made(forge_home / "models", server.checkpoint_of(forge_home)):
        client = keeper.get("repeats").client

        def run(relight=None, **body):
            answer = client.txt2img(relight, **body)
            assert answer.status == 200, answer.message
            return answer, answer.record.report["merged"]

        run()
        yield run


@pytest.fixture
def row(request, forge_home):
    made = {"what": request.node.function.__doc__, "figures": "", "result": "failed"}
    yield made
    compatibility.record(forge_home, "Repeats", made)


@pytest.mark.slow
def test_ten_relights_merge_once_and_off_is_as_before(runs, keeper, host, row):
    """ten relights in a row, and off again"""
    log = keeper.get("repeats").log
    plain, _ = runs()
    printed, relit, seconds = log.stat().st_size, [], []
    for _ in range(REPEATS):
        start = time.perf_counter()
        relit.append(runs(RELIGHT))
        seconds.append(time.perf_counter() - start)
    hooks = [answer.record.hook_seconds * 1000 for answer, _ in relit]
    row["figures"] = (
        f"the first {seconds[0]:.1f} s, our hooks {hooks[0]:.0f} ms; the others {median(seconds[1:]):.1f} s, "
        f"our hooks {median(hooks[1:]):.0f} ms; weights merged {sum(merged for _, merged in relit)} time"
    )
    assert [merged for _, merged in relit] == [True] + [False] * (REPEATS - 1)
    assert log.read_bytes()[printed:].count(host.merged.encode()) == 1 or not host.merged
    assert len({answer.files[0] for answer, _ in relit}) == 1
    again, merged = runs()
    assert merged
    assert again.files == plain.files
    row["result"] = "passed"


@pytest.mark.slow
def test_other_offsets_and_another_lora_are_noticed(runs):
    alone, _ = runs(RELIGHT)
    fbc, merged = runs({**RELIGHT, "mode": "fbc"})
    assert merged
    with_lora, merged = runs(RELIGHT, **WITH_LORA)
    assert merged
    assert len({answer.files[0] for answer in (alone, fbc, with_lora)}) == 3
    again, merged = runs(RELIGHT, **WITH_LORA)
    assert not merged
    assert again.files == with_lora.files
    assert runs(RELIGHT)[0].files == alone.files
