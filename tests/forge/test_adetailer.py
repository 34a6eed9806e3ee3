"""ADetailer redraws parts of a relit picture in nested runs; each extension takes effect once, in its own run."""

from __future__ import annotations

import numpy as np
import pytest
from forge import adetailer, compatibility, pictures, server
from forge.companions import BOTH, CHANNELS, MODES, SUBJECT, CompanionClient

SIDE = 256
BODY = {"width": SIDE, "height": SIDE, "steps": 2}
SMALL = {"width": 128, "height": 128, "steps": 1}
AROUND = adetailer.around(SIDE)
OURS = "ic light,ic_light,ic_light_probe,ic_light_troublemaker"
LET_THROUGH = {
    "our script let through by its name": {"ad_only_selected_scripts": True, "ad_script_names": OURS},
    "all scripts let through": {"ad_only_selected_scripts": False},
}
RESTORED = {"restore_details": 1.0, "keep_colours": 0.5}
TROUBLE = "IC Light Troublemaker"


def relight_of(tab, mode):
    return {**MODES[mode], **({"foreground": SUBJECT} if tab == "txt2img" else {})}


def generate(client, tab, mode, *, detailed=True, relight=None, **body):
    """A picture with IC Light's mode (None: off), detailed or not; the same request is sent once."""
    body = {**BODY, **({"init_images": [SUBJECT]} if tab == "img2img" else {}), **body}
    if detailed:
        body["companions"] = {**adetailer.arguments(), **body.get("companions", {})}
    return client.kept(tab, mode and {**relight_of(tab, mode), **(relight or {})}, **body)


@pytest.fixture(scope="module")
def _with_adetailer(forge_home, keeper):
    adetailer.needed(forge_home)
    keeper.stop()
    with adetailer.detector(forge_home):
        yield
        keeper.stop()


@pytest.fixture(scope="module")
def without_us(_with_adetailer, forge_home, tmp_path_factory):
    """Pictures of a web UI that lacks this extension: plain, and detailed in each tab."""
    with server.running(forge_home, tmp_path_factory.mktemp("without"), with_checkout=False) as forge:
        client = CompanionClient(forge.url, forge.models.parent / "records", forge.host)
        plain = generate(client, "txt2img", None, detailed=False)
        return {"plain": plain.files, **{tab: generate(client, tab, None).files for tab in BOTH}}


@pytest.fixture(scope="module")
def forge(without_us, keeper):
    return keeper.get("adetailer", {"zz-ic-light-troublemaker": server.PROBE.with_name("troublemaker")})


@pytest.fixture(scope="module")
def client(forge):
    client = CompanionClient(forge.url, forge.models.parent / "adetailer", forge.host)
    generate(client, "txt2img", None, detailed=False)  # before any relighting
    return client


@pytest.fixture
def row(forge_home):
    found = {"figures": "", "result": "failed"}
    yield found
    if "what" in found:
        compatibility.record(forge_home, "ADetailer", found)


def plain_again(client):
    """A plain generation now."""
    return client.txt2img(**BODY)


def difference(one, other, where=...):
    return float(np.abs(one.pixels.astype(int) - other.pixels)[where].mean())


def alike(one, other, where=...):
    """Whether pictures are equal, apart from the random part of Forge's VAE encoding in img2img."""
    return np.abs(one.astype(int) - other)[where].max() <= 1


def channels(answer):
    return [call["shape"][1] for call in answer.record.report["unet"]]


@pytest.mark.slow
def test_without_relighting_it_does_as_without_this_extension(client, without_us, row):
    row["what"] = "IC Light off, against a web UI without this extension"
    assert generate(client, "txt2img", None, detailed=False).files == without_us["plain"]
    for tab in BOTH:
        assert generate(client, tab, None).files == without_us[tab], tab
    row |= {"figures": "txt2img, img2img and plain generation equal byte by byte", "result": "passed"}


@pytest.mark.slow
@pytest.mark.parametrize("mode", CHANNELS)
@pytest.mark.parametrize("tab", BOTH)
def test_both_take_effect_where_they_should(client, without_us, row, tab, mode):
    row["what"] = f"{mode} in {tab}"
    relit, detailed = generate(client, tab, mode, detailed=False), generate(client, tab, None)
    both = generate(client, tab, mode)
    assert "IC Light mode" in both.infotext
    assert "ADetailer model" in both.infotext
    assert alike(both.pixels, relit.pixels, AROUND)
    inside, unlit = difference(both, relit, ~AROUND), difference(both, detailed)
    assert inside > 1
    assert unlit > 1
    outer = len(channels(relit))
    assert set(channels(relit)) == {CHANNELS[mode]}
    assert channels(both)[:outer] == channels(relit)
    assert set(channels(both)[outer:]) == {4}
    assert both.record.own_encodes == [], "the subject is encoded again"
    assert plain_again(client).files == without_us["plain"]
    figures = f"d in the boxes {inside:.2f}, around them 0; d(without IC Light) {unlit:.2f}"
    row["figures"] = (
        f"{figures}; UNet calls: {outer} with {CHANNELS[mode]} channels, then {len(channels(both)) - outer} with 4"
    )
    row["result"] = "passed"


@pytest.mark.slow
@pytest.mark.parametrize("mode", CHANNELS)
@pytest.mark.parametrize("case", LET_THROUGH)
def test_whatever_it_lets_through_nothing_is_relit_twice(client, without_us, row, case, mode):
    row["what"] = f"{mode}, {case}"
    where, counts = adetailer.around(128), []
    for tab in BOTH:
        relit = generate(client, tab, mode, detailed=False, **SMALL)
        expected = generate(client, tab, mode, **SMALL)
        found = generate(client, tab, mode, override_settings=LET_THROUGH[case], **SMALL)
        assert alike(found.pixels, relit.pixels, where), tab
        # With all scripts its runs take the steps of the web UI's own sampler script.
        assert "all" in case or difference(found, expected) < 1, tab
        outer = len(channels(relit))
        assert channels(found)[:outer] == channels(relit)
        assert set(channels(found)[outer:]) == {4}
        assert found.record.own_encodes == [], "the subject is encoded again"
        counts += [f"{outer} with {CHANNELS[mode]} channels, {len(channels(found)) - outer} with 4 in {tab}"]
    assert plain_again(client).files == without_us["plain"]
    same = "" if "all" in case else "pictures as with its own choice of scripts; "
    row |= {"figures": f"{same}UNet calls: {'; '.join(counts)}", "result": "passed"}


@pytest.mark.slow
@pytest.mark.parametrize("mode", CHANNELS)
def test_each_picture_of_a_batch_is_relit_and_detailed(client, row, mode):
    row["what"] = f"{mode}, two batches of two"
    several = {**SMALL, "batch_size": 2, "n_iter": 2}
    both = generate(client, "txt2img", mode, **several)
    relit = generate(client, "txt2img", mode, detailed=False, **several)
    assert len(both.pictures) == len(relit.pictures)
    where = adetailer.around(128)
    for found, expected in zip(both.pictures[-4:], relit.pictures[-4:], strict=True):
        assert np.array_equal(found[where], expected[where])
        assert np.abs(found.astype(int) - expected)[~where].mean() > 1
    counts = [channels(both).count(CHANNELS[mode]), channels(both).count(4)]
    assert counts[0] == len(channels(relit))
    row |= {
        "figures": f"UNet calls: {counts[0]} with {CHANNELS[mode]} channels, {counts[1]} with 4",
        "result": "passed",
    }


@pytest.mark.slow
@pytest.mark.parametrize("mode", CHANNELS)
def test_details_are_restored_after_it_and_both_pictures_come_once(client, forge, row, mode):
    row["what"] = f"{mode}, details restored, the unrestored pictures kept"
    several = {**SMALL, "batch_size": 2, "n_iter": 2, "seed": 11}
    outputs = forge.models.parent / "outputs"
    before = set(outputs.rglob("*-unrestored.png"))
    options = {**RESTORED, "keep_original": True, "show_subject": True}
    restored = generate(client, "txt2img", mode, relight=options, save_images=True, **several)
    saved = set(outputs.rglob("*-unrestored.png")) - before
    plain = generate(client, "txt2img", mode, save_images=True, **several)  # what is saved has a grid, too
    shown = restored.pictures
    assert len(saved) == 4
    assert len(shown) == len(plain.pictures) + 5
    for unrestored, expected in zip(shown[-5:-1], plain.pictures[-4:], strict=True):
        assert alike(unrestored, expected)
    changed = [np.abs(one.astype(int) - other).mean() for one, other in zip(shown[-9:-5], shown[-5:-1], strict=True)]
    assert min(changed) > 1
    row |= {"figures": f"4 of 4 pictures twice; d(restored, unrestored) {min(changed):.2f}", "result": "passed"}


@pytest.mark.slow
@pytest.mark.parametrize("mode", CHANNELS)
@pytest.mark.parametrize("where", ["before its run samples", "in its run's UNet"])
def test_error_inside_it_leaves_the_relit_picture(client, without_us, row, where, mode):
    row["what"] = f"{mode}, an error in ADetailer {where}"
    if where.startswith("before"):
        size = {"ad_use_inpaint_width_height": True, "ad_inpaint_width": 4, "ad_inpaint_height": 4}
        more = {"companions": adetailer.arguments(**size)}
    else:
        names = LET_THROUGH["our script let through by its name"]
        more = {"companions": {TROUBLE: [{"unet": "inside"}]}, "override_settings": names}
    found = generate(client, "txt2img", mode, **more)
    relit = generate(client, "txt2img", mode, detailed=False)
    assert np.array_equal(found.pixels, relit.pixels)
    assert plain_again(client).files == without_us["plain"]
    again = client.txt2img(relight_of("txt2img", mode), **BODY, companions=adetailer.arguments())
    assert again.files == generate(client, "txt2img", mode).files
    row["figures"] = "the relit picture as without ADetailer; the next plain one and the next with both as before"
    row["result"] = "passed"


@pytest.mark.slow
@pytest.mark.parametrize("mode", CHANNELS)
def test_mask_that_is_the_light_is_no_mask_for_it(client, row, mode):
    row["what"] = f"{mode}, the mask as light"
    body = {"mask": pictures.text(pictures.strip_mask(150, 200)), **SMALL}
    found, relit = (
        generate(client, "img2img", mode, detailed=detailed, relight={"light": "mask"}, **body)
        for detailed in (True, False)
    )
    where = adetailer.around(128)
    assert alike(found.pixels, relit.pixels, where)
    inside = [
        difference(found, relit, np.s_[slice(*(round(128 * end) for end in box)),] * 2) for box in adetailer.BOXES
    ]
    assert min(inside) > 1
    row |= {"figures": f"d in either box {inside[0]:.2f}, {inside[1]:.2f}, around them 0", "result": "passed"}


@pytest.mark.slow
@pytest.mark.parametrize("mode", CHANNELS)
def test_img2img_that_it_skips_is_not_relit(client, row, mode):
    row["what"] = f'{mode}, ADetailer\'s "skip img2img"'
    body = {
        "init_images": [pictures.text(pictures.coloured(96, 96))],
        "companions": adetailer.arguments(skip_img2img=True),
    }
    options = {"remove_background": False}
    lit, unlit = (generate(client, "img2img", shown, relight=options, **body, **SMALL) for shown in (mode, None))
    assert alike(lit.pixels, unlit.pixels)
    restored = generate(client, "img2img", mode, relight={**options, **RESTORED}, **body, **SMALL)
    assert restored.pixels.shape == lit.pixels.shape
    row |= {"figures": "the picture as with IC Light off", "result": "passed"}
