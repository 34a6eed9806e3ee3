"""What a run merges into the UNet's weights: once for relights that follow each other; nothing stays when it is off."""

from __future__ import annotations

import pytest
from forge import companion_files, pictures, server

RELIGHT = {"foreground": pictures.text(pictures.subject()), "light": "left"}
WITH_LORA = {"prompt": f"a cup <lora:{companion_files.NAME}:1>"}


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


@pytest.mark.slow
def test_ten_relights_merge_once_and_off_is_as_before(runs):
    plain, _ = runs()
    relit = [runs(RELIGHT) for _ in range(10)]
    assert [merged for _, merged in relit] == [True] + [False] * 9
    assert len({answer.files[0] for answer, _ in relit}) == 1
    again, merged = runs()
    assert merged
    assert again.files == plain.files


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
