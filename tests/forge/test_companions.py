"""IC Light in a generation together with a web UI's other extensions, scripts and settings."""

from __future__ import annotations

import numpy as np
import pytest
from forge import adetailer, compatibility, hosts_table, pictures, server
from forge.client import SMALL
from forge.companion_files import NAME, made
from forge.companions import (
    ACTS,
    BOTH,
    CHANNELS,
    COMPANIONS,
    CONTROL,
    MODES,
    NEUTRAL,
    STEPS,
    SUBJECT,
    Companion,
    CompanionClient,
    plotted,
)

# Mode by mode, and all without IC Light first: changing the UNet's weights takes longer than a picture.
PLACES = [(name, tab) for name, companion in COMPANIONS.items() for tab in companion.tabs]
CASES = [(name, tab, mode) for shown in BOTH for mode in CHANNELS for name, tab in PLACES if tab == shown]
SAME = 1.0
"""Mean difference, of 255, that rounding may make: tiles and offloading compute in another order."""


@pytest.fixture(scope="module")
def companions(keeper, forge_home):
    with made(forge_home / "models", server.checkpoint_of(forge_home)), adetailer.detector(forge_home):
        forge = keeper.get("companions")
        yield CompanionClient(forge.url, forge.models.parent / "companions", forge.host)
        keeper.stop()


@pytest.fixture(scope="module")
def before(companions):
    return companions.txt2img()


@pytest.fixture(scope="module", autouse=True)
def _first(before, companions, request, forge_home):
    """The plain picture is made before all others, then those without IC Light."""
    items = [item for item in request.session.items if item.name.startswith(test_both_take_effect.__name__)]
    chosen = {(item.callspec.params["name"], item.callspec.params["tab"]) for item in items}
    for name, tab in PLACES:
        if (name, tab) in chosen and (name != adetailer.TITLE or adetailer.installed(forge_home)):
            companions.run(tab, None, COMPANIONS[name])


def difference(one, other):
    """Mean absolute difference of two answers' pictures, None where they differ in size."""
    pairs = list(zip(one.pictures, other.pictures))
    if any(first.shape != second.shape for first, second in pairs):
        return None
    return float(np.mean([np.abs(first.astype(int) - second).mean() for first, second in pairs]))


def shown(value):
    return "size" if value is None else value


@pytest.fixture
def row(request, forge_home):
    """This test's result, which goes into the table whether it passes or not, unless it was skipped."""
    found = {"d_ic_light": "–", "d_companion": "–", "result": "failed"}
    yield found
    if "what" in found:
        compatibility.record(forge_home, found.pop("section", "Companions"), found)


@pytest.fixture
def _there(request, forge_home, companions, host):
    """Skips a companion that this web UI lacks."""
    name, tab = (request.node.callspec.params[key] for key in ("name", "tab"))
    companion = COMPANIONS[name]
    host.needs(name)
    if companion.file and not (forge_home / "models" / companion.file).exists():
        pytest.skip(f"{name} needs models/{companion.file}")
    if all(companions.title(title, tab) for title in companion.scripts):
        return
    if companion.optional:
        pytest.skip(f"{host.name} has no {name} here")
    host.needs(hosts_table.INTEGRATED)


@pytest.mark.slow
@pytest.mark.usefixtures("_there")
@pytest.mark.parametrize(("name", "tab", "mode"), CASES)
def test_both_take_effect(companions, row, name, tab, mode):
    companion = COMPANIONS[name]
    row |= {"what": name, "tab": tab, "mode": mode}
    both = companions.run(tab, mode, companion)
    assert both.status == 200, both.message
    assert both.pixels.std() > SAME, "the picture is blank"
    row["d_ic_light"] = shown(unlit := difference(both, companions.run(tab, None, companion)))
    assert unlit is None or unlit > SAME
    # Nothing is recorded of an X/Y/Z plot.
    assert not both.record.report or both.record.channels == {CHANNELS[mode], *companion.inside}
    if companion.effect in (ACTS, NEUTRAL):
        alone = companions.run(tab, mode, Companion(body=companion.without, relight=companion.relight))
        row["d_companion"] = shown(found := difference(both, alone))
        if companion.effect == ACTS:
            assert found is None or found > 0
        else:
            assert found is not None
            assert found <= SAME
    row["result"] = "passed"


@pytest.mark.slow
@pytest.mark.parametrize("mode", CHANNELS)
def test_every_sampler(companions, row, mode):
    def made(name, mode):
        # UniPC refuses as few steps as the others take.
        steps = {"steps": 4} if name == "UniPC" else STEPS
        return companions.run("txt2img", mode, sampler_name=name, **steps)

    plain = {name: made(name, None) for name in (one["name"] for one in companions.call("/sdapi/v1/samplers")[1])}
    # Those for other kinds of models paint nothing with Stable Diffusion 1.5.
    names = [name for name, answer in plain.items() if answer.pixels.std() > 0]
    row |= {"what": f"every sampler ({len(names)}: {', '.join(names)})", "tab": "txt2img", "mode": mode}
    if blank := plain.keys() - set(names):
        row["what"] += f"; without {', '.join(sorted(blank))}, blank by itself"
    lowest = []
    for name in names:
        lit = made(name, mode)
        assert lit.status == 200, f"{name}: {lit.message}"
        assert lit.record.channels == {CHANNELS[mode]}, name
        lowest.append(difference(lit, plain[name]))
        assert lowest[-1] > SAME, name
    row |= {"d_ic_light": min(lowest), "result": "passed"}


@pytest.mark.slow
@pytest.mark.parametrize("mode", CHANNELS)
def test_control_picture_is_the_users(companions, host, mode):
    if "controlnet" not in companions.call("/sdapi/v1/scripts")[1]["txt2img"]:
        host.needs(hosts_table.INTEGRATED)
    for tab in ("txt2img", "img2img"):
        both = companions.run(tab, mode, COMPANIONS["ControlNet"])
        assert np.array_equal(both.pictures[-1], np.asarray(CONTROL))


@pytest.mark.slow
@pytest.mark.parametrize("mode", CHANNELS)
def test_lora_may_come_change_and_go(companions, row, mode):
    row |= {"what": "LoRA that changes between generations", "tab": "txt2img", "mode": mode}
    strengths = ("", f" <lora:{NAME}:1>", f" <lora:{NAME}:0.4>")

    def generate(strength, lit):
        return companions.txt2img(lit and {**MODES[mode], "foreground": SUBJECT}, prompt=f"a cup{strength}").files

    plain = [generate(strength, None) for strength in strengths]
    lit = [generate(strength, True) for strength in strengths]
    assert len({files[0] for files in plain + lit}) == 6
    for index in (1, 0, 2, 1):
        assert generate(strengths[index], True) == lit[index]
        assert generate(strengths[index], None) == plain[index]
    row["result"] = "passed"


@pytest.mark.slow
@pytest.mark.parametrize("mode", CHANNELS)
def test_pictures_of_different_sizes_in_one_batch(companions, row, mode):
    row |= {"what": "batch of pictures of different sizes", "tab": "img2img", "mode": mode}
    images = [pictures.text(pictures.subject(*size)) for size in ((150, 200), (90, 70), (64, 64))]
    batch = {"init_images": images, "batch_size": len(images)}
    both = companions.img2img(MODES[mode], **batch)
    assert both.record.channels == {CHANNELS[mode]}
    row["d_ic_light"] = difference(both, companions.img2img(None, **batch))
    assert row["d_ic_light"] > SAME
    for index, (image, found) in enumerate(zip(images, both.pictures[-len(images) :])):
        alone = companions.img2img(MODES[mode], init_images=[image], seed=SMALL["seed"] + index).pixels
        assert np.abs(found.astype(int) - alone).mean() <= SAME, f"picture {index} is not its own subject's"
    row["result"] = "passed"


@pytest.mark.slow
@pytest.mark.parametrize("mode", CHANNELS)
def test_one_size_after_another(companions, host, row, mode):
    host.needs_size(96, 72, 104)
    row |= {"what": "one size after another", "tab": "txt2img", "mode": mode}
    relight = {**MODES[mode], "foreground": SUBJECT}
    sizes = [{"width": width, "height": height} for width, height in ((64, 64), (96, 64), (72, 104))]
    first = [companions.txt2img(relight, **size) for size in sizes]
    assert [answer.pixels.shape[:2] for answer in first] == [(size["height"], size["width"]) for size in sizes]
    row["d_ic_light"] = min(difference(lit, companions.txt2img(None, **size)) for lit, size in zip(first, sizes))
    assert row["d_ic_light"] > SAME
    for answer, size in reversed(list(zip(first, sizes))):
        assert companions.txt2img(relight, **size).files == answer.files
    row["result"] = "passed"


@pytest.mark.slow
def test_plot_of_our_own_axis(companions, row):
    row |= {"what": "X/Y/Z plot of the light", "tab": "txt2img", "mode": "fc"}
    scripts = companions.call("/sdapi/v1/script-info")[1]
    plot = next(script for script in scripts if script["name"] == "x/y/z plot" and not script["is_img2img"])
    axis = plot["args"][0]["choices"].index("[IC Light] Light")
    none, left = companions.run("txt2img", "fc", Companion(body=plotted(axis, "none, left"))).pictures[1:3]
    row["d_companion"] = float(np.abs(none.astype(int) - left).mean())
    assert row["d_companion"] > 0
    assert np.array_equal(left, companions.run("txt2img", "fc").pixels)
    row["result"] = "passed"


@pytest.mark.slow
@pytest.mark.parametrize("mode", CHANNELS)
def test_style(companions, row, mode):
    row |= {"what": "style", "tab": "txt2img", "mode": mode}
    style = Companion(body={"styles": [server.STYLE]})
    both = companions.run("txt2img", mode, style)
    assert both.record.channels == {CHANNELS[mode]}
    row["d_ic_light"] = difference(both, companions.run("txt2img", None, style))
    row["d_companion"] = difference(both, companions.run("txt2img", mode))
    assert row["d_ic_light"] > SAME
    assert row["d_companion"] > 0
    row["result"] = "passed"


@pytest.mark.slow
def test_plain_generation_after_all_of_them_is_as_before(companions, before, row):
    row |= {"what": "plain generation after all of these, byte by byte", "tab": "txt2img", "mode": "off"}
    assert companions.txt2img().files == before.files
    row["result"] = "passed"
