"""One limit in bytes covers everything that is kept for the next run."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from caches import latent_cache, shared_cache, subject_cache
from samples import encoded, noise, plain

from lib_iclight.conditioning import LazyImage
from lib_iclight.picture import arrays
from lib_iclight.subject.matte_refinement import MatteRefinement
from lib_iclight.support.cache import SharedCache, blocks

ROOT = Path(__file__).resolve().parents[2]


def block(size: int) -> np.ndarray:
    return np.zeros(size, np.uint8)


def made_by(cache: SharedCache, keys, size: int) -> list:
    """The keys that were missing when requested, in order."""
    made = []
    for key in keys:
        cache.get(key, lambda key=key: made.append(key) or block(size))
    return made


def test_a_value_is_made_once():
    assert made_by(shared_cache(), "aaa", 100) == ["a"]


def test_what_was_used_longest_ago_is_forgotten():
    assert made_by(SharedCache(lambda: 250), "abacab", 100) == ["a", "b", "c", "b"]


def test_a_failure_is_passed_on_and_not_kept():
    cache = shared_cache()
    with pytest.raises(ZeroDivisionError):
        cache.get("a", lambda: 1 // 0)
    assert cache.get("a", lambda: 5) == 5


def test_clear_forgets_everything():
    cache = shared_cache()
    cache.get("a", lambda: 1)
    cache.clear()
    assert cache.get("a", lambda: 2) == 2
    assert cache._used == 0


def test_a_value_above_the_limit_is_used_but_takes_nobodys_place():
    cache = SharedCache(lambda: 250)
    cache.get("a", lambda: block(100))
    assert cache.get("huge", lambda: block(251)).nbytes == 251
    assert made_by(cache, ["a", "huge"], 251) == ["huge"]


def test_values_of_next_to_nothing_are_not_kept_without_end():
    cache = shared_cache()
    made_by(cache, range(10_000), 1)
    assert cache._used == 4096
    assert made_by(cache, [9_999, 0], 1) == [0]


def test_the_limit_may_change():
    limit = 250
    cache = SharedCache(lambda: limit)
    made_by(cache, "ab", 100)
    limit = 100
    cache.trim()
    assert cache._used == 100
    assert made_by(cache, "b", 100) == []


def test_room_can_be_made_before_a_value_is():
    cache = SharedCache(lambda: 250)
    made_by(cache, "ab", 100)
    cache.trim(room=150)
    assert cache._used == 100
    assert made_by(cache, "b", 100) == []


def test_some_values_can_be_forgotten_by_their_keys():
    cache = shared_cache()
    made_by(cache, "abc", 100)
    cache.clear(lambda key: key != "b")
    assert cache._used == 100
    assert made_by(cache, "bac", 100) == ["a", "c"]


def test_memory_that_two_values_share_counts_once_and_as_long_as_either_is_kept():
    cache = SharedCache(lambda: 250)
    whole = block(100)
    cache.get("whole", lambda: whole)
    cache.get("part", lambda: (whole[10:20], "a word"))
    assert cache._used == 100
    cache.get("other", lambda: block(150))
    assert cache._used == 250
    cache.get("one more", lambda: block(40))
    assert cache._used == 190, "both views are gone, and with them what they look at"


def test_a_tensor_counts_with_its_whole_storage():
    import torch

    tensor = torch.zeros(10, 4)
    assert list(blocks(tensor[:1]).values()) == [160]


def test_what_is_in_mappings_counts():
    assert sum(blocks({"a": block(30), "b": (block(5), block(7))}).values()) == 42


def test_an_opaque_picture_and_its_subject_are_one_block():
    cache = shared_cache()
    pictures = subject_cache(cache)
    source = encoded(plain((1, 2, 3), 50, 40))
    pictures.subject(pictures.picture(source, "foreground"), False, "", None)
    assert cache._used == 50 * 40 * 3


def test_pictures_cut_outs_and_latents_share_one_limit():
    import torch

    limit = 300_000
    cache = SharedCache(lambda: limit)
    pictures, latents = subject_cache(cache), latent_cache(cache)
    for seed in range(8):
        picture = arrays.make_picture(noise(120, 100, seed=seed))
        subject = pictures.subject(
            picture, True, "u2net", lambda rgb, model: rgb[..., 0].copy(), MatteRefinement(False, 0.5)
        )
        layer = LazyImage(("subject", subject.digest), subject.pixels)
        latents.latent(layer, 64, 64, "vae", lambda pixels: torch.zeros(1, 4, 80, 80))
        assert cache._used <= limit
    assert cache._used > limit / 2


MEASURE = """
import json, sys
import numpy as np
from lib_iclight.picture import arrays
from lib_iclight.support.cache import SharedCache
from lib_iclight.subject.prepare import SubjectCache

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096 / 2**20

pictures = SubjectCache(cache := SharedCache(lambda: 64 << 20), lambda: 1 << 30, lambda model: None)
start, seen = resident(), []
for seed in range(12):
    rgb = np.full((1500, 2000, 3), seed, np.uint8)
    alpha = np.zeros((1500, 2000), np.uint8)
    alpha[:750] = 200
    pictures.subject(arrays.make_picture(rgb, alpha), True, "", None)
    seen.append(resident() - start)
del rgb, alpha
cache.clear()
print(json.dumps({"most": max(seen), "kept": resident() - start}))
"""


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="only Linux tells a process's memory so")
def test_what_is_forgotten_leaves_the_process():
    done = subprocess.run([sys.executable, "-c", MEASURE], cwd=ROOT, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    # 64 MB that are kept, the picture under work (21 MB) and what it takes to make its subject.
    assert found["most"] < 110
    assert found["kept"] < 25
