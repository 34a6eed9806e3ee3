"""Makes an object detector that finds the same two boxes in any square picture.

``python detector.py PATH`` writes its file; the interpreter must have ultralytics. The network keeps its random
weights, but its last layers ignore it: their output is the same for every picture.
"""

import sys

import torch
from torch import nn
from ultralytics.nn.tasks import DetectionModel

SIDE = 640
"""The network is shown any square picture in this size."""
COARSEST = 32
"""Side of a cell of the coarsest grid."""
CELLS = (6, 14)
"""Row and column of the cells that find something."""
REACH = 3
"""From such a cell's centre to each side of its box, in cells."""
_SURE, _NEVER = 9.0, -30.0


def detector() -> DetectionModel:
    """YOLOv8n with one class."""
    model = DetectionModel("yolov8n.yaml", nc=1, verbose=False)
    model.names = {0: "box"}
    head = model.model[-1]
    for index, stride in enumerate(int(stride) for stride in head.stride):
        cells = SIDE // stride
        head.cv2[index][-1] = _constant(head.cv2[index][-1], _sides(head.reg_max))
        # A layer norm's bias is a map, so that cells can differ whatever they get.
        where = nn.LayerNorm([1, cells, cells])
        nn.init.zeros_(where.weight)
        nn.init.constant_(where.bias, _NEVER)
        if stride == COARSEST:
            where.bias.data[0, CELLS, CELLS] = _SURE
        head.cv3[index] = nn.Sequential(head.cv3[index], where)
    return model.eval()


def _sides(bins: int) -> torch.Tensor:
    """Logits of the four distances: all of them ``REACH``."""
    logits = torch.zeros(4, bins)
    logits[:, REACH] = 50
    return logits.flatten()


def _constant(layer: nn.Conv2d, values: torch.Tensor) -> nn.Conv2d:
    nn.init.zeros_(layer.weight)
    layer.bias.data.copy_(values)
    return layer


if __name__ == "__main__":
    torch.manual_seed(1)
    torch.save({"model": detector(), "train_args": {"task": "detect"}}, sys.argv[1])
