"""X/Y/Z plot: the same generation with up to three parameters varied. Extensions append to ``axis_options``."""

import csv
import re
from copy import copy
from itertools import chain

import gradio as gr
from modules import errors, images, scripts, sd_samplers, shared
from modules.processing import Processed, fix_seed, process_images
from PIL import Image, ImageDraw, ImageFont

_GAP, _LONGEST = 4, 48


def apply_field(field):
    """A function that sets one field of the processing object."""

    def fun(p, x, xs):
        setattr(p, field, x)

    return fun


def apply_prompt(p, x, xs):
    """Replace the first value by ``x`` in the prompts."""
    if xs[0] not in p.prompt and xs[0] not in p.negative_prompt:
        raise RuntimeError(f"Prompt S/R did not find {xs[0]} in prompt or negative prompt.")
    p.prompt = p.prompt.replace(xs[0], x)
    p.negative_prompt = p.negative_prompt.replace(xs[0], x)


def do_nothing(p, x, xs):
    """Leave everything as it is."""


class AxisOption:
    """Something that can be varied: ``apply(p, value, values)`` sets it."""

    def __init__(self, label, type, apply, confirm=None, choices=None):
        self.label = label
        self.type = type
        self.apply = apply
        self.confirm = confirm
        self.choices = choices


axis_options = [
    AxisOption("Nothing", str, do_nothing),
    AxisOption("Seed", int, apply_field("seed")),
    AxisOption("Steps", int, apply_field("steps")),
    AxisOption("CFG Scale", float, apply_field("cfg_scale")),
    AxisOption("Prompt S/R", str, apply_prompt),
    AxisOption("Sampler", str, apply_field("sampler_name"), choices=sd_samplers.visible_sampler_names),
    AxisOption("Denoising", float, apply_field("denoising_strength")),
]


def read_values(option, text, chosen, csv_mode):
    """An axis's values: those chosen, or those written as CSV, with ``1-3`` for a range of integers."""
    if option.label == "Nothing":
        return [0]
    if option.choices is not None and not csv_mode:
        values = chosen or []
    else:
        written = chain.from_iterable(csv.reader(text.splitlines(), skipinitialspace=True))
        values = [x.strip() for x in written if x.strip()]
    if option.type is int:
        found = [(value, re.fullmatch(r"(\d+)-(\d+)", value)) for value in values]
        return [n for v, m in found for n in (range(int(m[1]), int(m[2]) + 1) if m else [int(v)])]
    values = [option.type(x) for x in values]
    if option.confirm:
        option.confirm(None, values)
    return values


def names_of_cells(axes):
    """Names of the columns (X) and of the rows (Y within Z)."""

    def name(option, value):
        return "" if option.label == "Nothing" else f"{option.label}: {value}"

    (x, xs), (y, ys), (z, zs) = axes
    rows = [", ".join(filter(None, (name(z, layer), name(y, row)))) for layer in zs for row in ys]
    return [name(x, value) for value in xs], rows


def with_legend(grid: Image.Image, columns: list[str], rows: list[str]) -> Image.Image:
    """The grid with column names above and row names on the left; names are truncated to fit.

    Args:
        grid: cells of one size, as many as there are names.
        columns, rows: names; if all names of a side are empty, it gets no space.
    """
    font = ImageFont.load_default()
    columns = [_fitting(_known(text), grid.width // len(columns) - _GAP, font) for text in columns]
    rows = [_known(text)[:_LONGEST] for text in rows]
    top = _room(columns, font)[1]
    left = _room(rows, font)[0]
    result = Image.new("RGB", (grid.width + left, grid.height + top), "white")
    result.paste(grid.convert("RGB"), (left, top))
    drawing = ImageDraw.Draw(result)
    for index, text in enumerate(columns):
        middle = left + (index + 0.5) * grid.width / len(columns)
        drawing.text((middle - font.getbbox(text)[2] / 2, _GAP), text, fill="black", font=font)
    for index, text in enumerate(rows):
        middle = top + (index + 0.5) * grid.height / len(rows)
        drawing.text((_GAP, middle - font.getbbox(text)[3] / 2), text, fill="black", font=font)
    return result


def _known(text: str) -> str:
    """The text, limited to characters in the font."""
    return text.encode("latin-1", "replace").decode("latin-1")


def _fitting(text: str, width: int, font) -> str:
    while text and font.getbbox(text)[2] > width:
        text = text[:-1]
    return text


def _room(texts: list[str], font) -> tuple[int, int]:
    """Width and height of the largest text with a gap around it; zero if all are empty."""
    boxes = [font.getbbox(text) for text in texts if text]
    return tuple(max((box[end] for box in boxes), default=-2 * _GAP) + 2 * _GAP for end in (2, 3))


class Script(scripts.Script):
    """The script in the list."""

    def title(self):
        """The script's name in the list."""
        return "X/Y/Z plot"

    def ui(self, is_img2img):
        """Type and values of each axis, and Forge's other controls, in Forge's order."""
        self.current_axis_options = list(axis_options)
        labels = [x.label for x in axis_options]
        axes = []
        for name, start in (("X", 1), ("Y", 0), ("Z", 0)):
            low = name.lower()
            with gr.Row():
                kind = gr.Dropdown(
                    labels, value=labels[start], label=f"{name} type", type="index", elem_id=self.elem_id(f"{low}_type")
                )
                text = gr.Textbox(label=f"{name} values", elem_id=self.elem_id(f"{low}_values"))
                chosen = gr.Dropdown([], label=f"{name} values", visible=False, multiselect=True, interactive=True)
            axes += [kind, text, chosen]
        with gr.Row():
            boxes = [
                gr.Checkbox(value, label=label, elem_id=self.elem_id(item))
                for value, label, item in (
                    (True, "Draw legend", "draw_legend"),
                    (False, "Include Sub Images", "include_lone_images"),
                    (False, "Include Sub Grids", "include_sub_grids"),
                    (False, "Keep -1 for seeds", "no_fixed_seeds"),
                    (False, "Vary seeds for X", "vary_seeds_x"),
                    (False, "Vary seeds for Y", "vary_seeds_y"),
                    (False, "Vary seeds for Z", "vary_seeds_z"),
                )
            ]
            margin = gr.Slider(0, 500, value=0, step=2, label="Grid margins (px)", elem_id=self.elem_id("margin_size"))
            csv_mode = gr.Checkbox(
                False, label="Use text inputs instead of dropdowns", elem_id=self.elem_id("csv_mode")
            )
        for kind, text, chosen in zip(*(iter(axes),) * 3):
            wanted = {"inputs": [kind, csv_mode], "outputs": [text, chosen], "show_progress": False}
            kind.change(self.show_choices, **wanted)
            csv_mode.change(self.show_choices, **wanted)
        return [*axes, *boxes, margin, csv_mode]

    def show_choices(self, index, csv_mode):
        """Show the text box or the list, depending on the axis and on CSV mode."""
        option = self.current_axis_options[index]
        choices = None if option.choices is None or csv_mode else list(option.choices())
        return gr.update(visible=choices is None), gr.update(
            visible=choices is not None, choices=choices or [], value=[]
        )

    def run(self, p, *args):
        """Make all pictures, each by a copy of the processing object, and lay them out."""
        axes = []
        for kind, text, chosen in zip(*(iter(args[:9]),) * 3):
            option = self.current_axis_options[kind or 0]
            axes.append((option, read_values(option, text, chosen, args[17])))
        for name, (option, values) in zip("XYZ", axes):
            if not values:
                return self.nothing(p, f"{self.title()} made nothing: {name} values are missing for {option.label}.")
        self.failure = "it was interrupted"
        legend, lone, _grids, random_seeds = args[9:13]
        if not random_seeds:
            fix_seed(p)
        cells = [(x, y, z) for z in axes[2][1] for y in axes[1][1] for x in axes[0][1]]
        shared.state.job_count = len(cells) * p.n_iter
        results = [self.cell(p, axes, cell) for cell in cells]
        return self.lay_out(p, axes, results, lone, legend)

    @staticmethod
    def nothing(p, reason):
        """No picture, and why."""
        p.comment(reason)
        return Processed(p, [])

    def cell(self, p, axes, values):
        """One picture. An error is printed and leaves the cell empty, as in Forge."""
        if shared.state.interrupted:
            return Processed(p, [])
        pc = copy(p)
        pc.styles = pc.styles[:]
        for (option, all_values), value in zip(axes, values):
            option.apply(pc, value, all_values)
        try:
            return process_images(pc)
        except Exception as e:
            errors.display(e, "generating image for xyz plot")
            self.failure = str(e).rstrip(".")
            return Processed(p, [])

    def lay_out(self, p, axes, results, lone, legend):
        """The grid, with rows by Y and Z stacked vertically, and the single pictures if requested."""
        made = [result for result in results if result.images]
        if not made:
            return self.nothing(p, f"{self.title()} made nothing: {self.failure}.")
        empty = made[0].images[0].copy()
        empty.paste(0, (0, 0, *empty.size))
        pictures = [result.images[0] if result.images else empty for result in results]
        processed = copy(made[0])
        grid = images.image_grid(pictures, rows=len(axes[1][1]) * len(axes[2][1]))
        if legend:
            grid = with_legend(grid, *names_of_cells(axes))
        told = {"Script": self.title()}
        for name, (option, values) in zip("XYZ", axes):
            if option.label != "Nothing":
                told |= {f"{name} Type": option.label, f"{name} Values": ", ".join(map(str, values))}
        pc = copy(p)
        pc.extra_generation_params = {**processed.extra_generation_params, **told}
        pc.all_negative_prompts, pc.sd_model_name = processed.all_negative_prompts, processed.sd_model_name
        processed.info = processed.infotext(pc, 0)
        grid.info["parameters"] = processed.info
        processed.images = [grid, *(pictures if lone else [])]
        processed.infotexts = [processed.info, *([r.infotexts[0] for r in results if r.images] if lone else [])]
        processed.index_of_first_image = 1
        return processed
