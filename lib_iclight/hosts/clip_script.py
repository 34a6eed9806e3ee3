"""The script *IC Light: clip*: relights a video, or a folder of frames, and writes it as a clip."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..shoot import windows
from ..shoot.clip_frames import FPS
from ..support.json_values import number
from . import clip_paths
from .clip_making import TITLE, Asked, Making
from .named_paths import may_be_named

_WINDOW, _FPS = 8, 24.0


class ClipScript:
    """The part of the script that is the same in all web UIs."""

    def title(self) -> str:
        """Its name in the list of scripts, and over the API."""
        return TITLE

    def show(self, is_img2img: bool) -> bool:
        """It is chosen from the list, in both tabs."""
        return True

    def ui(self, is_img2img: bool) -> list[Any]:
        """The clip and how it is steadied. What it becomes is asked for in the accordion."""
        import gradio as gr

        video = gr.File(label="Clip", file_types=["video"])
        has_paths = may_be_named()
        asked_for = "A video, or a folder with its frames"
        path = gr.Textbox("", label="Or its path", placeholder=asked_for, max_lines=1, visible=has_paths)
        with gr.Row():
            steadiness = gr.Slider(0, 1, 1, step=0.05, label="Steadiness")
            window = gr.Slider(1, windows.MOST, _WINDOW, step=1, label="Frames at once")
        attention = gr.Slider(0, 1, 0, step=0.05, label="Attention across frames")
        told = "once_around, day, candle, or keyframes as JSON"
        motion = gr.Textbox("", label="Moving light", placeholder=told, max_lines=4)
        behind = "For fbc: a video, or a folder with frames"
        background = gr.Textbox("", label="Background clip", placeholder=behind, max_lines=1, visible=has_paths)
        with gr.Row():
            fps = gr.Number(_FPS, label="Frames a second of folders")
            where = "Among the results"
            out = gr.Textbox("", label="Write the clip to", placeholder=where, max_lines=1, visible=has_paths)
            preview = gr.Checkbox(False, label="The first second only")
        self.infotext_fields = []
        return [video, path, steadiness, attention, window, motion, background, fps, preview, out]

    def run(
        self,
        p: Any,
        video: Any = None,
        path: str = "",
        steadiness: float = 1.0,
        attention: float = 0.0,
        window: int = _WINDOW,
        motion: str | Mapping[str, Any] = "",
        background: str = "",
        fps: float = _FPS,
        preview: bool = False,
        out: str = "",
    ) -> Any:
        """Relight a clip. Interrupt keeps the windows that are done; the same run then goes on with the others.

        Args:
            p: the host's processing object.
            video: an uploaded file, or over the API a path, or the file as a data URL.
            path: of a video or a folder of frames.
            steadiness: of light and matte over time, 0 to 1.
            attention: how far the frames of a window look at each other while they are painted, 0 to 1.
            window: how many frames are painted together, 1 to 32.
            motion: a moving light, see :func:`lib_iclight.shoot.moving.lights`; "" for the accordion's.
            background: the path of the background's clip, for fbc.
            fps: the frames a second of folders.
            preview: makes the first second only, with which the whole goes on later.
            out: the folder that the clip is written to.

        Returns:
            The host's results: the first frame.

        Raises:
            ICLightError: something is missing or wrong; or it was interrupted before its first window was done.
        """
        with clip_paths.given(video, path) as source:
            asked = Asked(
                source,
                number(steadiness, "The steadiness", 0, 1),
                number(attention, "The attention across frames", 0, 1),
                int(number(window, "The frames at once", 1, windows.MOST)),
                motion or "",
                None if _is_empty(background) else clip_paths.allowed(background, "The background clip"),
                number(fps, "The frames a second", *FPS),
                bool(preview),
                None if _is_empty(out) else clip_paths.folder_of_results(out),
            )
            return Making(p, asked).run()


def _is_empty(text: Any) -> bool:
    return text is None or (isinstance(text, str) and not text.strip())
