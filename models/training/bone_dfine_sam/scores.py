"""Both stages in a row on phantoms neither has learnt from, as the console runs them."""
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from dataset import Dataset

from . import detector as stage1
from .fitting import PADDING
from .pictures import Frame, Picture, View, picture_of, view
from .segmenter import BoneDecoder, BoneEncoder, Prompt
from .segmenter_export import MASK_SIDE

# A column counts as found, and a drawn one as true, within this distance of the surface.
NEAR_MM = 0.6
# Most boxes the console lets the decoder draw.
MOST_BOXES = 8


@dataclass
class Answer:
    """What the chain drew on one picture, on the low-resolution grid."""

    shown: View
    mm_per_row: float
    boxes: list[tuple[float, Tensor]]  # score, mask
    columns: int
    rows: int


@torch.no_grad()
def answer(picture: Picture, detector: stage1.BoneDetector, encoder: BoneEncoder, decoder: BoneDecoder, least: float) -> Answer:
    """`least`: lowest score of a box that is drawn."""
    rows, columns = picture.gray.shape
    frame = Frame(picture, 0.0, 0.0, float(columns), float(rows))
    stretched = view(frame, stage1.WORKING_SIDE, stage1.WORKING_SIDE, 2).gray
    boxes, scores = found(detector, stretched, least)
    rows, columns = (max(16, round(MASK_SIDE * side / max(1.0, frame.aspect))) for side in (1.0, frame.aspect))
    shown = view(frame, rows, columns, 2)
    padded = F.pad(shown.gray, (0, MASK_SIDE - columns, 0, MASK_SIDE - rows), value=PADDING)
    drawn: list[tuple[float, Tensor]] = []
    if len(boxes) > 0:
        embedding = encoder(padded[None, None])
        size = torch.tensor([columns, rows])
        none = torch.zeros(1, 1, MASK_SIDE, MASK_SIDE)
        for box, score in zip(boxes, scores):
            corners = (box.clamp(0, 1).reshape(2, 2) * size)[None]
            logits, _ = decoder(embedding, Prompt(corners, torch.tensor([[2.0, 3.0]])), none, torch.zeros(1))
            drawn.append((float(score), logits[0, 0, :rows, :columns] > 0))
    return Answer(shown, picture.mm_per_pixel[1] * picture.gray.shape[0] / rows, drawn, columns, rows)


@torch.no_grad()
def found(detector: stage1.BoneDetector, gray: Tensor, least: float) -> tuple[Tensor, Tensor]:
    """Boxes [n, 4] as shares of the picture and their scores [n], best first: the exported graph's way."""
    logits, sides = detector(gray[None, None])
    likely = torch.sigmoid(logits[:, :1])
    peak = likely >= F.max_pool2d(likely, 2 * stage1.PEAK_REACH + 1, 1, stage1.PEAK_REACH)
    scores, cells = torch.topk((likely * peak).flatten(), MOST_BOXES)
    boxes = stage1.boxes_of(sides)[0].flatten(1).T[cells]
    return boxes[scores >= least], scores[scores >= least]


@dataclass
class Tally:
    visible: int = 0
    hit: int = 0
    columns: int = 0
    false: int = 0
    bone_free: int = 0
    bone_free_drawn: int = 0
    dice: list[float] = field(default_factory=list)
    error_mm: list[float] = field(default_factory=list)

    def add(self, answered: Answer, threshold: float) -> None:
        masks = [mask for score, mask in answered.boxes if score >= threshold]
        mask = torch.stack(masks).any(0) if masks else torch.zeros(answered.rows, answered.columns, dtype=torch.bool)
        truth, hidden = answered.shown.cover > 0.5, answered.shown.hidden > 0.2
        # Pixels nobody is judged by are taken as they were drawn.
        judged = mask & ~hidden
        self.columns += answered.columns
        if truth.any():
            common = float((judged & truth).sum())
            self.dice.append(2 * common / float(judged.sum() + truth.sum()))
        elif not hidden.any():
            self.bone_free += 1
            self.bone_free_drawn += int(mask.any())
        reach = int(np.ceil(NEAR_MM / answered.mm_per_row))
        near = F.max_pool2d((truth | hidden).float()[None], (2 * reach + 1, 1), 1, (reach, 0))[0] > 0
        self.false += int((mask & ~near).any(0).sum())
        self._add_columns(mask, truth, answered.mm_per_row)

    def _add_columns(self, mask: Tensor, truth: Tensor, mm_per_row: float) -> None:
        starts = lambda m: m & ~F.pad(m, (0, 0, 1, 0))[:-1]
        drawn, meant = starts(mask), starts(truth)
        for column in meant.any(0).nonzero()[:, 0].tolist():
            tops = drawn[:, column].nonzero()[:, 0]
            self.visible += 1
            if len(tops) == 0:
                continue
            distance = (tops[None, :] - meant[:, column].nonzero()).abs().min().item() * mm_per_row
            self.hit += int(distance <= NEAR_MM + 0.5 * mm_per_row)
            if distance <= NEAR_MM + 0.5 * mm_per_row:
                self.error_mm.append(distance)

    def summary(self) -> dict[str, float]:
        return {
            'columnRecall': round(self.hit / max(1, self.visible), 4),
            'falseColumns': round(self.false / max(1, self.columns), 4),
            'dice': round(float(np.mean(self.dice)), 4) if self.dice else 0.0,
            'boneFreeWithSurface': round(self.bone_free_drawn / max(1, self.bone_free), 4),
            'meanErrorMm': round(float(np.mean(self.error_mm)), 3) if self.error_mm else 0.0,
        }


def measured(
    data: Dataset, nets: tuple[stage1.BoneDetector, BoneEncoder, BoneDecoder], thresholds: list[float]
) -> dict[float, dict[str, float]]:
    """Scores per box threshold."""
    tallies = {threshold: Tally() for threshold in thresholds}
    for i in range(len(data)):
        answered = answer(picture_of(data, i), *nets, min(thresholds))
        for threshold, tally in tallies.items():
            tally.add(answered, threshold)
    return {threshold: tally.summary() for threshold, tally in tallies.items()}
