"""What the decoder is asked while it learns, and the answer it should have given."""
import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from .pictures import View

# Points a prompt of the training has; places not used carry the label -1.
POINTS = 3
# A bone is meant as a whole when that much of it lies in the box.
MEANT_SHARE = 0.6


class Question:
    """One prompt on one view. Coordinates in pixels of the low-resolution masks."""

    def __init__(self, shown: View, rng: np.random.Generator):
        self._shown = shown
        self._rng = rng
        self.points = torch.zeros(POINTS, 2)
        self.labels = torch.full((POINTS,), -1.0)
        self.previous = torch.zeros_like(shown.cover)
        self.has_previous = 0.0
        self._numbers = [number for number in shown.bone.unique().tolist() if number != 0]
        bones = [number for number in self._numbers if (self._of(number) > 0.3).sum() >= 4]
        kind = rng.random()
        if not bones or kind < 0.12:
            self._ask_anywhere()
        elif kind < 0.24:
            self._ask_part(int(rng.choice(bones)))
        elif kind < 0.34:
            self._ask_points(int(rng.choice(bones)), bones)
        elif kind < 0.42:
            self._ask_several(bones)
        else:
            self._ask_bone(int(rng.choice(bones)))
        if rng.random() < 0.1:
            self._remember()

    def _of(self, number: int) -> Tensor:
        return self._shown.cover * (self._shown.bone == number)

    def _bounds(self, cover: Tensor) -> np.ndarray:
        """x0, y0, x1, y1 in pixels."""
        across, along = (cover > 0.3).any(0).nonzero(), (cover > 0.3).any(1).nonzero()
        return np.array([int(across[0]), int(along[0]), int(across[-1]) + 1, int(along[-1]) + 1], np.float64)

    def _ask_box(self, box: np.ndarray) -> None:
        self.points[:2] = torch.from_numpy(box.reshape(2, 2)).float()
        self.labels[:2] = torch.tensor([2.0, 3.0])

    def _jittered(self, box: np.ndarray) -> np.ndarray:
        """As a detector hits it: sometimes well, sometimes with a steep flank left out or a side too far away."""
        rows, columns = self._shown.cover.shape
        size = np.array([box[2] - box[0], box[3] - box[1]] * 2)
        off = np.exp(self._rng.uniform(np.log(0.02), np.log(0.2)))
        box = box + self._rng.standard_normal(4) * (off * size + 20 * off)
        low, high = np.minimum(box[:2], box[2:]), np.maximum(box[:2], box[2:])
        return np.concatenate([low.clip(0), np.minimum(np.maximum(high, low + 2), [columns, rows])])

    def _inside(self, box: np.ndarray) -> Tensor:
        rows, columns = self._shown.cover.shape
        x, y = torch.arange(columns) + 0.5, torch.arange(rows) + 0.5
        across, along = (x > box[0]) & (x < box[2]), (y > box[1]) & (y < box[3])
        return (along[:, None] & across[None, :]).float()

    def _answer_box(self, box: np.ndarray) -> None:
        """Every bone that is mostly inside, whole; when there is none, the part of bone that is inside."""
        inside = self._inside(box)
        whole = torch.zeros_like(inside)
        for number in self._numbers:
            cover = self._of(number)
            if (cover * inside).sum() > MEANT_SHARE * cover.sum():
                whole = whole + cover
        self.answer = whole if whole.any() else self._shown.cover * inside

    def _ask_bone(self, number: int) -> None:
        box = self._jittered(self._bounds(self._of(number)))
        self._ask_box(box)
        self._answer_box(box)
        if self._rng.random() < 0.2:
            self.points[2], self.labels[2] = self._point_on(number), 1.0

    def _ask_several(self, bones: list[int]) -> None:
        box = self._jittered(self._bounds(sum(self._of(number) for number in bones)))
        self._ask_box(box)
        self._answer_box(box)

    def _ask_part(self, number: int) -> None:
        box = self._bounds(self._of(number))
        width = box[2] - box[0]
        part = self._rng.uniform(0.25, 0.5) * width
        left = box[0] + self._rng.uniform(0, 1) * (width - part)
        across = (torch.arange(self._shown.cover.shape[1]) + 0.5 - left - part / 2).abs() < part / 2
        cover = self._of(number) * across
        if (cover > 0.3).sum() < 4:
            self._ask_bone(number)
            return
        self._ask_box(self._bounds(cover))
        self.answer = cover

    def _ask_anywhere(self) -> None:
        rows, columns = self._shown.cover.shape
        middle = self._rng.uniform(0, 1, 2) * [columns, rows]
        half = np.exp(self._rng.uniform(np.log(0.02), np.log(0.5), 2)) * [columns, rows]
        box = np.concatenate([(middle - half).clip(0), np.minimum(middle + half, [columns, rows])])
        self._ask_box(box)
        self._answer_box(box)

    def _point_on(self, number: int) -> Tensor:
        there = (self._of(number) > 0.3).nonzero()
        return there[int(self._rng.integers(len(there)))].flip(0).float() + 0.5

    def _ask_points(self, number: int, bones: list[int]) -> None:
        """No box: the bone that a point lies on, and not the one that another point lies on."""
        self.points[0], self.labels[0] = self._point_on(number), 1.0
        others = [other for other in bones if other != number]
        if others:
            self.points[1], self.labels[1] = self._point_on(int(self._rng.choice(others))), 0.0
        self.answer = self._of(number)

    def _remember(self) -> None:
        """The mask of a previous answer: right in the main, blurred, with pieces missing."""
        kept = F.interpolate(torch.rand(1, 1, 12, 12), self.answer.shape, mode='bilinear', align_corners=False)[0, 0] > 0.3
        blurred = F.avg_pool2d((self.answer * kept)[None, None], 5, 1, 2)[0, 0]
        self.previous = 12 * blurred - 4
        self.has_previous = 1.0
