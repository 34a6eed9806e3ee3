"""Many requests at once and one after another: each gets its own answer, and memory does not grow."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest
from forge import compatibility, pictures
from forge.client import SECOND_PASS

FIRST, SECOND = (pictures.text(pictures.subject(*size)) for size in ((150, 200), (90, 70)))
# Mode by mode: changing the UNet's weights takes longer than a picture. At once they come as they come.
REQUESTS = [
    ("txt2img", None, {}),
    ("txt2img", {"foreground": FIRST, "light": "left"}, {}),
    ("txt2img", {"foreground": SECOND, "light": "right"}, {}),
    ("img2img", {"light": "left"}, {"init_images": [SECOND]}),
    ("txt2img", {"foreground": SECOND}, SECOND_PASS),
    ("txt2img", {"foreground": FIRST, "mode": "fcon"}, {}),
    ("txt2img", {"foreground": SECOND, "mode": "fbc", "light": "top"}, {}),
    ("txt2img", {"foreground": FIRST, "mode": "fbc", "light": "bottom"}, {}),
]
ERRORS = [
    ("txt2img", {"mode": "fc"}, {}),
    ("txt2img", {"foreground": "%%%"}, {}),
]
ROUND = [*REQUESTS, *ERRORS]
ROUNDS, SETTLED = 10, 3
GROWTH = 1.1


def send(client, request):
    tab, relight, body = request
    return getattr(client, tab)(relight, **body)


@pytest.mark.slow
def test_eight_at_once_get_what_each_gets_alone(client, forge_home):
    row = {"what": "eight clients at once", "figures": "", "result": "failed"}
    try:
        alone = [send(client, request).files for request in REQUESTS]
        with ThreadPoolExecutor(len(REQUESTS)) as pool:
            together = [answer.files for answer in pool.map(lambda request: send(client, request), REQUESTS)]
        same = sum(one == other for one, other in zip(together, alone))
        row["figures"] = f"{same} of {len(REQUESTS)} equal byte by byte to the same request alone"
        assert together == alone
        row["result"] = "passed"
    finally:
        compatibility.record(forge_home, "Load", row)


@pytest.mark.slow
def test_memory_stays_within_a_tenth_over_a_hundred_requests(client, forge, forge_home):
    process = psutil.Process(forge.process.pid)
    sizes = []
    for _ in range(ROUNDS):
        answers = [send(client, request) for request in ROUND]
        assert [answer.status for answer in answers[: len(REQUESTS)]] == [200] * len(REQUESTS)
        assert all(400 <= answer.status < 500 for answer in answers[len(REQUESTS) :])
        sizes.append(process.memory_info().rss >> 20)
    figures = f"resident MiB after each of {ROUNDS} rounds of {len(ROUND)}: {', '.join(map(str, sizes))}"
    kept = max(sizes[SETTLED:]) <= GROWTH * sizes[SETTLED - 1]
    row = {"what": "a hundred mixed requests", "figures": figures, "result": "passed" if kept else "failed"}
    compatibility.record(forge_home, "Load", row)
    assert kept, figures
