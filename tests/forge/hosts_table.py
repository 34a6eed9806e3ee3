"""The web UIs by what they have: one contract, many hosts. A new one is a row."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

COMMON_FLAGS = (
    "--api",
    "--skip-prepare-environment",
    "--skip-install",
    "--skip-torch-cuda-test",
    "--skip-python-version-check",
    "--skip-version-check",
    "--no-download-sd-model",
    "--no-hashing",
    "--do-not-download-clip",
    "--disable-console-progressbars",
    "--no-prompt-history",
)
"""Those that a web UI does not know are left out."""
_FLAGS_FILES = (
    "modules/cmd_args.py",
    "modules_forge/cmd_parser.py",
    "ldm_patched/modules/args_parser.py",
    "backend/args.py",
)


@dataclass(frozen=True)
class Host:
    """A web UI.

    Attributes:
        name: as the table of what was run calls it.
        marks: files and folders that it has; the first is the one that the product finds it by.
        processor: its flags for running on the CPU in full precision.
        settings: what its settings file must hold before it starts.
        size_step: width and height are multiples of it.
        lacks: upscalers that the others have.
        second_pass: what a request for a second pass must say besides what all need.
        without: why something that the others do cannot be tried, by what it is.
        note: what else is to be known of its rows in the table of what was run.
        weight_settings: settings for how the UNet's weights are kept or used, by what each is.
        weight_flags: flags that change the same when it starts.
        plot_options: what follows the axes in the arguments of an X/Y/Z plot: a legend, and the single pictures too.
        script_args: the arguments of other scripts, by title, where they are not Forge's.
        merged: what it prints when it has put a model's weights together, and at no other time.
    """

    name: str
    marks: tuple[str, ...] = ()
    processor: tuple[str, ...] = ("--always-cpu", "--all-in-fp32")
    settings: Mapping[str, Any] = field(default_factory=dict)
    size_step: int = 8
    lacks: frozenset[str] = frozenset()
    second_pass: Mapping[str, Any] = field(default_factory=lambda: {"hr_upscaler": "Latent"})
    without: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    weight_settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    weight_flags: tuple[str, ...] = ()
    plot_options: tuple[Any, ...] = (True, True, *[False] * 5, 0, True)
    script_args: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    merged: str = ""

    def flags(self, home: Path) -> list[str]:
        """The arguments of ours that this version knows; it would not start with others."""
        known = "".join(path.read_text(encoding="utf-8") for name in _FLAGS_FILES if (path := home / name).is_file())
        return [flag for flag in (*self.processor, *COMMON_FLAGS) if f'"{flag.split("=")[0]}"' in known]

    def made(self, *sides: int) -> tuple[int, ...]:
        """What it makes of a picture's sides."""
        step = self.size_step
        return tuple(max(step, (side + step // 2) // step * step) for side in sides)

    def needs_size(self, *sides: int) -> None:
        """Skip the test where a picture cannot have such a side."""
        if odd := [side for side in sides if side % self.size_step]:
            pytest.skip(f"{self.name} makes sizes in steps of {self.size_step}, not {odd[0]}")

    def needs_upscaler(self, name: str) -> None:
        """Skip the test where there is no such upscaler."""
        if name in self.lacks:
            pytest.skip(f"{self.name} has no upscaler {name}")

    def needs(self, what: str) -> None:
        """Skip the test where this cannot be tried, with the reason."""
        if what in self.without:
            pytest.skip(f"{self.name} {self.without[what]}")


INTEGRATED = "the extensions that Forge has of its own"
ODD_LATENTS = "latents of odd sides, as the reference's UNet takes them"
PRETENDED_INPAINTING = "an inpainting model that is none"
TILED_ENCODING = "encoding in tiles when memory is short"
_NARROW = "Some rows were run with a UNet of the same layers, all of them as narrow as the first."
_WITH_MODULES = {"hr_upscaler": "Latent", "hr_additional_modules": ["Use same choices"]}
HOSTS = (
    Host(
        "Forge",
        ("backend",),
        # Its previews come from a model that it downloads. It hides the parameters in an alpha channel, and then cannot
        # enlarge a result from the gallery.
        settings={"live_previews_enable": False, "stealth_pnginfo_option": "None"},
        second_pass=_WITH_MODULES,
        note=_NARROW,
    ),
    Host(
        "reForge",
        ("ldm_patched", "requirements_versions.txt", "k_diff"),
        # Its previews come from a model that it downloads. Without settings it hides the parameters as Forge does.
        settings={"live_previews_enable": False, "stealth_pnginfo_opt": "None"},
        plot_options=(True, False, False, 0, True, *[False] * 5, 0, True),
        note=_NARROW,
    ),
    Host("Forge Classic", ("ldm_patched",), note=_NARROW),
    Host("Early Forge", ("ldm_patched", "requirements_versions.txt"), note=_NARROW),
    Host(
        "Forge Neo",
        ("backend", "modules_forge/presets.py"),
        processor=("--cpu", "--force-fp32"),
        # A folder that was never started has none for the pictures of the gallery; empty is the system's. The refiner
        # would take over at a noise level.
        settings={"VERSION_UID": "PY313", "temp_dir": "", "refiner_use_steps": True},
        size_step=64,
        lacks=frozenset({"Latent", "Lanczos", "Nearest"}),
        second_pass={**_WITH_MODULES, "hr_upscaler": "None"},
        without={
            INTEGRATED: "has fewer extensions of its own than Forge, and MultiDiffusion in img2img alone",
            "IP-Adapter": "cannot load the encoder of pictures that IP-Adapter needs, with IC Light as without",
        },
        plot_options=(True, True, *[False] * 5, 0, 0, True),
        script_args={"Loopback": (2, 0.5, "Linear"), "SD upscale": (32, "None", 1.0, False)},
        merged="loaded completely;",
        note="IP-Adapter cannot be tried: its encoder of pictures does not load there, with IC Light as without. "
        "Regional Prompter's *Attention* ends in an error of its own. "
        f"{_NARROW}",
    ),
    Host(
        "AUTOMATIC1111",
        ("modules/sd_samplers_timesteps.py",),
        # Its check of pickled files does not know those that today's torch writes.
        processor=("--use-cpu=all", "--precision=full", "--no-half", "--disable-safe-unpickle"),
        without={
            INTEGRATED: "has none of the extensions that Forge has of its own",
            ODD_LATENTS: "stretches latents of odd sides inside its UNet, of plain pictures too",
            PRETENDED_INPAINTING: "is told to inpaint by a checkpoint's weights, which cannot be pretended",
            TILED_ENCODING: "encodes a picture whole or not at all",
        },
        weight_settings={
            "FP8 weight": {"fp8_storage": "Enable"},
            "FP8 weight, in FP16 too for LoRAs": {"fp8_storage": "Enable", "cache_fp16_weight": True},
            "LoRAs added at each call": {"lora_functional": True},
            "no batch of prompt and negative prompt": {"batch_cond_uncond": False},
            "IC Light's models not kept in memory": {"ic_light_keep_models": False},
        },
        weight_flags=("--medvram", "--lowvram"),
        note=f"{_NARROW} Those of samplers were run with a narrower one still, and the comparison with the reference "
        "(`tests/forge/test_parity.py`) with the whole one too.",
    ),
)
"""Of the rows whose marks are all there, the one with the most describes a folder."""
WORKBENCH = Host(
    "the workbench", second_pass=_WITH_MODULES, without={TILED_ENCODING: "encodes a picture whole or not at all"}
)


def host_of(home: Path) -> Host:
    """What the web UI in a folder is; one that the table does not have is taken for one that lacks nothing."""
    fitting = [host for host in HOSTS if all((home / mark).exists() for mark in host.marks)]
    return max(fitting, key=lambda host: len(host.marks), default=Host(home.name))
