"""Frames as scanners send them, made of phantom pictures: cut, bordered, mirrored, at other gains.

The two stages see whole frames, stretched or padded to a square, and are told no scale: here is where they learn that the
same bone may be 20 or 200 pixels wide.
"""
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from dataset import Dataset

# Values of a dataset's labels (README.md).
BONE, HIDDEN = 1, 2
# A bone with a smaller share of the frame's columns cannot be told from noise, so nobody is asked to find it.
LEAST_COLUMNS = 0.012


@dataclass(frozen=True)
class Picture:
    """A phantom picture with its truth."""

    gray: np.ndarray  # uint8 [H, W]
    label: np.ndarray  # uint8 [H, W]: 0, BONE or HIDDEN (bone that cannot be seen, which nobody is judged by)
    boxes: np.ndarray  # [bones, 4]: corners in pixels
    mm_per_pixel: tuple[float, float]  # x, y


def picture_of(data: Dataset, i: int) -> Picture:
    boxes = data.boxes[i]
    x, y = data.spacings[i].tolist()
    return Picture(data.pictures[i], data.labels[i], boxes[~np.isnan(boxes[:, 0])], (x, y))


@dataclass(frozen=True)
class Frame:
    """A rectangle about or in a picture, in its pixels, that a scanner sends as its frame."""

    picture: Picture
    left: float
    top: float
    width: float  # negative: mirrored
    height: float

    @property
    def aspect(self) -> float:
        """Columns / rows of the frame, its own pixels being square."""
        return abs(self.width) * self.picture.mm_per_pixel[0] / (self.height * self.picture.mm_per_pixel[1])


def drawn_frame(picture: Picture, rng: np.random.Generator) -> Frame:
    rows, columns = picture.gray.shape
    width, height = float(columns), float(rows)
    kind = rng.random()
    if kind < 0.25:
        # A detail, with the top kept half of the time: there is the probe.
        width, height = columns * rng.uniform(0.55, 1.0), rows * rng.uniform(0.55, 1.0)
    elif kind < 0.55:
        # More black around it, as on a wide screen.
        width, height = columns * rng.uniform(1.0, 1.8), rows * rng.uniform(1.0, 1.15)
    left = rng.uniform(0, 1) * (columns - width)
    top = rng.uniform(0, 1) * (rows - height) * rng.integers(2)
    if rng.random() < 0.5:
        left, width = left + width, -width
    return Frame(picture, left, top, width, height)


@dataclass(frozen=True)
class View:
    """A frame at working resolution, all [H, W]."""

    gray: Tensor  # 0..1
    cover: Tensor  # share of each pixel inside the bone mask
    hidden: Tensor  # share of each pixel that nobody is judged by
    bone: Tensor  # which bone a pixel belongs to, counted from 1; 0 outside all their boxes


def view(frame: Frame, rows: int, columns: int, finer: int) -> View:
    """`frame` at rows x columns, each pixel the mean of finer x finer samples."""
    picture = frame.picture
    height, width = picture.gray.shape
    x = frame.left + (torch.arange(columns * finer, dtype=torch.float32) + 0.5) * (frame.width / (columns * finer))
    y = frame.top + (torch.arange(rows * finer, dtype=torch.float32) + 0.5) * (frame.height / (rows * finer))
    grid = torch.stack(torch.broadcast_tensors((x * 2 / width - 1)[None, :], (y * 2 / height - 1)[:, None]), -1)[None]
    layers = np.stack([picture.gray, 255 * (picture.label == BONE), 255 * (picture.label == HIDDEN)]).astype(np.float32)
    sampled = F.grid_sample(torch.from_numpy(layers / 255)[None], grid, mode='bilinear', align_corners=False)
    gray, cover, hidden = (F.avg_pool2d(sampled, finer) if finer > 1 else sampled)[0]
    return View(gray, cover, hidden, _bones(frame, rows, columns))


def _bones(frame: Frame, rows: int, columns: int) -> Tensor:
    bone = torch.zeros(rows, columns, dtype=torch.int64)
    if len(frame.picture.boxes) == 0:
        return bone
    x = (frame.picture.boxes[:, [0, 2]] - frame.left) * (columns / frame.width)
    y = (frame.picture.boxes[:, [1, 3]] - frame.top) * (rows / frame.height)
    x0, x1 = np.floor(x.min(1)).clip(0, columns), np.ceil(x.max(1)).clip(0, columns)
    y0, y1 = np.floor(y.min(1)).clip(0, rows), np.ceil(y.max(1)).clip(0, rows)
    # Smaller boxes last: where two overlap, the smaller one is nearly always the owner.
    for i in np.argsort(-(x1 - x0) * (y1 - y0)):
        bone[int(y0[i]) : int(y1[i]), int(x0[i]) : int(x1[i])] = int(i) + 1
    return bone


@dataclass(frozen=True)
class Bone:
    """A bone in view."""

    cover: Tensor  # [H, W]
    box: tuple[float, float, float, float]  # corners x0, y0, x1, y1, as shares of the frame


def bones_in(shown: View) -> list[Bone]:
    rows, columns = shown.gray.shape
    found = []
    for number in shown.bone.unique().tolist():
        cover = shown.cover * (shown.bone == number)
        across, along = ((cover > 0.3).any(axis).nonzero()[:, 0].tolist() for axis in (0, 1))
        if number == 0 or len(across) < max(2, LEAST_COLUMNS * columns):
            continue
        box = (across[0] / columns, along[0] / rows, (across[-1] + 1) / columns, (along[-1] + 1) / rows)
        found.append(Bone(cover, box))
    return found


def photographed(gray: Tensor, rng: np.random.Generator) -> Tensor:
    """The same frame off a scanner with other settings: gain, contrast, sharpness, noise."""
    rows, columns = gray.shape
    depth = torch.linspace(0, 1, rows)[:, None]
    seen = (gray > 0).float()
    x = gray
    if rng.random() < 0.6:
        x = x ** float(np.exp(rng.uniform(np.log(0.7), np.log(1.45)))) * rng.uniform(0.75, 1.25)
    if rng.random() < 0.2:
        x = x * (1 + rng.uniform(-0.5, 0.5) * (depth - 0.4))
    if rng.random() < 0.2:
        x = F.avg_pool2d(x[None, None], 3, 1, 1)[0, 0]
    if rng.random() < 0.2:
        noise = torch.from_numpy(rng.standard_normal((rows, columns)).astype(np.float32))
        x = x + noise * rng.uniform(0.01, 0.04) * seen
    return x.clamp(0, 1)
