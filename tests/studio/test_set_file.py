"""Light sets as files: read as they were written, and refused with the reason if they are anything else."""

from __future__ import annotations

import json
import struct
from dataclasses import replace

import numpy as np
import pytest
from light_sets import doubled, from_angle, gains_of, random_paintings
from refusals import reason_of
from safetensors.numpy import load_file, save_file
from samples import noise

from lib_iclight.studio import set_file
from lib_iclight.studio.light_set import LightSet, Shot, painted
from lib_iclight.studio.set_file import read, write

PAINTINGS = random_paintings()


def gains() -> LightSet:
    matte = np.full((40, 32), 255, np.uint8)
    found = gains_of(noise(32, 40), {"left": noise(32, 40, seed=1), "ambient": noise(32, 40, seed=2)}, matte)
    return replace(found, full=doubled(found, np.uint16))


KINDS = {
    "paintings": PAINTINGS,
    "without ambient": random_paintings(ambient=False),
    "at its own size": replace(PAINTINGS, full=doubled(PAINTINGS)),
    "gains": gains(),
}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "a set.safetensors"


@pytest.fixture
def written(path):
    write(path, PAINTINGS)
    return path


def assert_same(found: object, expected: object) -> None:
    """Equal to the bit, types included."""
    if isinstance(expected, np.ndarray):
        assert found.dtype == expected.dtype
        np.testing.assert_array_equal(found.view(np.uint8), np.ascontiguousarray(expected).view(np.uint8))
    elif hasattr(expected, "__dataclass_fields__"):
        for name in expected.__dataclass_fields__:
            assert_same(getattr(found, name), getattr(expected, name))
    elif isinstance(expected, tuple):
        assert len(found) == len(expected)
        for pair in zip(found, expected):
            assert_same(*pair)
    else:
        assert found == expected


@pytest.mark.parametrize("light_set", KINDS.values(), ids=KINDS)
def test_a_set_is_read_as_it_was_written(path, light_set):
    write(path, light_set)
    assert_same(read(path), light_set)


def test_what_was_read_is_written_to_the_same_bytes(written, tmp_path):
    write(tmp_path / "again.safetensors", read(written))
    assert (tmp_path / "again.safetensors").read_bytes() == written.read_bytes()


def test_every_half_float_survives(path):
    bits = np.arange(1 << 16, dtype=np.uint16).view(np.float16)
    values = np.resize(bits[np.isfinite(bits)], (128, 128, 3))
    few = random_paintings(128, 128, 1)
    light_set = replace(few, lights=(Shot("all", from_angle(5), values),))
    write(path, light_set)
    assert_same(read(path), light_set)


def test_other_programs_read_it(written):
    found = load_file(written)
    np.testing.assert_array_equal(found["photograph"], PAINTINGS.photograph)
    np.testing.assert_array_equal(found["light.1"], PAINTINGS.lights[1].values)


def test_opening_reads_no_pixels_into_memory(written):
    found = read(written)
    for values in (found.photograph, found.matte, *(shot.values for shot in found.shots)):
        assert not values.flags.owndata
        assert not values.flags.writeable


def test_a_set_that_is_replaced_stays_as_it_was_opened(written):
    opened = read(written)
    write(written, random_paintings(count=2))
    assert_same(opened, PAINTINGS)
    assert len(read(written).lights) == 2


def test_a_failed_write_leaves_the_old_set_and_nothing_else(written, monkeypatch):
    def full_disk(source, target):
        raise OSError("no space left")

    monkeypatch.setattr("os.replace", full_disk)
    with pytest.raises(OSError, match="no space left"):
        write(written, random_paintings(count=2))
    assert [one.name for one in written.parent.iterdir()] == [written.name]
    assert_same(read(written), PAINTINGS)


# Refused


def parts_of(path) -> tuple[dict, bytes]:
    raw = path.read_bytes()
    (length,) = struct.unpack("<Q", raw[:8])
    return json.loads(raw[8 : 8 + length]), raw[8 + length :]


def put_together(path, header: dict, data: bytes) -> None:
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


@pytest.fixture
def changed(written):
    """Why a set is refused, of which the header, the description or the pixels were changed."""

    def refused(header=None, about=None, metadata=None, data=bytes) -> str:
        whole, content = parts_of(written)
        (header or (lambda _: None))(whole)
        (metadata or (lambda _: None))(whole["__metadata__"])
        if about:
            described = json.loads(whole["__metadata__"]["set"])
            about(described)
            whole["__metadata__"]["set"] = json.dumps(described)
        put_together(written, whole, data(content))
        reason = reason_of(read, written)
        assert "a set.safetensors" in reason
        return reason

    return refused


@pytest.mark.parametrize("share", [0.0, 0.0001, 0.2, 0.5, 0.999])
def test_a_truncated_file_is_refused(written, share):
    raw = written.read_bytes()
    written.write_bytes(raw[: int(len(raw) * share)])
    assert "cannot be used: it is" in reason_of(read, written)


def test_a_truncated_file_says_how_much_is_missing(written):
    written.write_bytes(written.read_bytes()[:-100])
    assert "it is cut off: 100 of its" in reason_of(read, written)


@pytest.mark.parametrize("raw", [b"", b"\x89PNG\r\n\x1a\n" + bytes(100), b"PK\x03\x04" + bytes(100), b"{}" * 50])
def test_another_format_is_refused(path, raw):
    path.write_bytes(raw)
    assert "cannot be used: it is" in reason_of(read, path)


@pytest.mark.parametrize("metadata", [None, {"format": "pt"}], ids=str)
def test_another_safetensors_file_is_refused(path, metadata):
    save_file({"photograph": np.zeros((4, 4, 3), np.uint8)}, path, metadata)
    assert "it is no light set but another kind of file" in reason_of(read, path)


def test_a_newer_version_is_refused_with_the_way_out(changed):
    reason = changed(metadata=lambda found: found.update(version="2"))
    assert "of version 2, made by a newer IC Light. Update this one" in reason


@pytest.mark.parametrize("version", ["0", "", "one", "9" * 5000], ids=lambda text: text[:4])
def test_a_version_that_is_none_is_refused(changed, version):
    assert "it has the version" in changed(metadata=lambda found: found.update(version=version))


def larger(name: str, shape: list[int]):
    def change(header):
        header[name]["shape"] = shape

    return change


@pytest.mark.parametrize("shape", [[1 << 20, 1 << 20, 3], [1 << 62, 1 << 62, 3], [5000, 5000, 3]], ids=str)
def test_a_huge_set_is_refused_by_its_header(changed, shape):
    assert "it is too large: photograph has" in changed(larger("photograph", shape))


def test_a_set_of_too_many_bytes_is_refused_before_they_are_mapped(written, monkeypatch):
    monkeypatch.setattr(set_file, "MOST_BYTES", 1000)
    monkeypatch.setattr("mmap.mmap", None)
    assert "it is too large" in reason_of(read, written)


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("photograph", [13, 19]),
        ("photograph", [0, 19, 3]),
        ("photograph", "all"),
        ("matte", [19, 13]),
        ("light.0", [13, 19, 4]),
        ("light.1", [13.0, 19, 3]),
        ("ambient", None),
    ],
    ids=str,
)
def test_a_wrong_shape_is_refused_by_the_arrays_name(changed, name, shape):
    assert f"it has a part {name} of" in changed(larger(name, shape))


@pytest.mark.parametrize(
    ("name", "dtype"), [("photograph", "F16"), ("light.0", "BF16"), ("matte", "BOOL"), ("ambient", 5)]
)
def test_a_wrong_type_is_refused_by_the_arrays_name(changed, name, dtype):
    assert f"it has a part {name} of {dtype}" in changed(lambda header: header[name].update(dtype=dtype))


@pytest.mark.parametrize("name", ["photograph", "matte", "light.2", "ambient"])
def test_what_is_missing_is_named(changed, name):
    assert f"it lacks the part {name}" in changed(lambda header: header.update(other=header.pop(name)))


def test_what_no_set_has_is_named(changed):
    entry = {"dtype": "U8", "shape": [0], "data_offsets": [0, 0]}
    assert "'weights'" in changed(lambda header: header.update(weights=entry))


def test_two_arrays_that_share_bytes_are_refused(changed):
    def share(header):
        header["light.1"]["data_offsets"] = header["light.0"]["data_offsets"]

    assert "it has a damaged safetensors header" in changed(share)


@pytest.mark.parametrize("bits", [0x7C00, 0xFC00, 0x7E01, 0xFFFF], ids=hex)
def test_values_that_are_no_numbers_are_refused(changed, bits):
    assert "it has a part light.0 with values that are no paintings" in changed(
        data=lambda data: struct.pack("<H", bits) + data[2:]
    )


@pytest.mark.parametrize("value", [16.02, -16.02, np.nan, -np.inf])
def test_a_gain_beyond_all_measure_is_refused(path, value):
    light_set = KINDS["gains"]
    values = light_set.lights[0].values.copy()
    values[3, 4, 1] = value
    shot = replace(light_set.lights[0], values=values)
    assert "light.0 with values that are no gains" in reason_of(write, path, replace(light_set, lights=(shot,)))


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("kind", "sounds", "it is a set of 'sounds'"),
        ("kind", "gains", "it lacks the part ambient.slope"),
        ("lights", [], "it has not 1 to 64 lights"),
        ("lights", 3, "it has not 1 to 64 lights"),
        ("lights", [{"name": "", "light": {}}], "it has a light called ''"),
        ("lights", [{"name": "left", "light": {"version": 1, "lights": [{"angle": "up"}]}}], "angle must be a number"),
        ("full", {"across": [1, 0], "down": [1, 0]}, "it lacks the part full.photograph"),
        ("full", {"across": [0, 0], "down": [1, 0]}, "scale 0"),
        ("full", {"across": "wide", "down": [1, 0]}, "'wide'"),
        ("recipe", "none", "it has a recipe that is not an object"),
        ("else", 1, "has no key 'else'"),
    ],
)
def test_a_wrong_description_is_refused_by_its_key(changed, key, value, words):
    assert words in changed(about=lambda found: found.update({key: value}))


def test_two_lights_of_one_name_are_refused(path):
    twice = replace(PAINTINGS, lights=PAINTINGS.lights[:1] * 2)
    assert "it has two lights of one name" in reason_of(write, path, twice)


@pytest.mark.parametrize("text", ["", "[]", "{", '{"kind": NaN}', "[" * 100_000], ids=lambda text: text[:8])
def test_a_description_that_is_no_object_is_refused(changed, text):
    assert "description" in changed(metadata=lambda found: found.update(set=text))


@pytest.mark.parametrize(
    "text", ['"\\ud800"', "1e999", "[" * 300 + "]" * 300], ids=["a surrogate", "infinity", "depth"]
)
@pytest.mark.parametrize("key", ["name", "recipe"])
def test_a_description_that_no_answer_can_hold_is_refused(changed, key, text):
    def put_in(metadata):
        old = '"light 0"' if key == "name" else '"fbc"'
        assert old in metadata["set"]
        metadata["set"] = metadata["set"].replace(old, text)

    changed(metadata=put_in)


@pytest.mark.parametrize(
    "recipe", [{"a": float("nan")}, {"a": {1}}, {"a": "\ud800"}], ids=["nan", "a set", "a surrogate"]
)
def test_a_recipe_that_is_not_json_is_not_written(path, recipe):
    assert "recipe" in reason_of(write, path, replace(PAINTINGS, recipe=recipe))
    assert not path.exists()


def test_a_recipe_that_is_too_long_is_not_written(path):
    assert "too long" in reason_of(write, path, replace(PAINTINGS, recipe={"infotext": "x" * (1 << 20)}))


def test_a_set_that_could_not_be_read_is_not_written(path):
    dark = painted("dark", from_angle(0), noise(5, 5))
    assert "light.0 of F16 [5, 5, 3]" in reason_of(write, path, replace(PAINTINGS, lights=(dark,)))
    bad = Shot("bad", from_angle(0), np.full((13, 19, 3), np.nan, np.float16))
    assert "no paintings" in reason_of(write, path, replace(PAINTINGS, lights=(bad,)))
    assert not path.exists()


def test_a_set_that_is_gone_is_an_os_error(path):
    with pytest.raises(FileNotFoundError):
        read(path)
