"""Fits the two stages. Everything random follows from a cycle's seed and torch's."""
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from dataset import Dataset

from . import detector as stage1
from .pictures import Picture, View, drawn_frame, photographed, picture_of, view
from .prompts import Question
from .segmenter import BoneDecoder, BoneEncoder, Prompt
from .segmenter_export import MASK_SIDE, MEAN

Report = Callable[[str], None]
# SAM pads with 0 after normalising: the mean gray.
PADDING = MEAN / 255
# The encoder learns on windows of its frame of 256: cheaper, and it knows no places anyway.
WINDOW = 160
BATCH = 8


@dataclass(frozen=True)
class Cycle:
    """One rise and fall of the learning rate."""

    data: Sequence[Dataset]  # each is drawn from as often as the others
    steps: int
    rate: float  # the highest
    seed: int


def _drawn(data: Sequence[Dataset], rng: np.random.Generator) -> Picture:
    chosen = data[0] if len(data) == 1 else data[int(rng.integers(len(data)))]
    return picture_of(chosen, int(rng.integers(len(chosen))))


def _steps(parameters: Sequence[nn.Parameter], cycle: Cycle):
    optimiser = torch.optim.AdamW(parameters, cycle.rate / 10, weight_decay=1e-4)
    # A rise and fall of fewer steps has no rise.
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, cycle.rate, max(8, cycle.steps), pct_start=0.15)
    return optimiser, schedule


class _Progress:
    """Tells the mean loss every now and then."""

    def __init__(self, name: str, steps: int, report: Report):
        self._name, self._steps, self._report = name, steps, report
        self._losses: list[float] = []
        self._began = time.monotonic()

    def add(self, loss_of_step: float) -> None:
        every = max(1, min(50, self._steps // 4))
        self._losses.append(loss_of_step)
        done = len(self._losses)
        if done % every == 0 or done == self._steps:
            loss = float(np.mean(self._losses[-every:]))
            self._report(f'{self._name} {done}/{self._steps} loss {loss:.4f} {time.monotonic() - self._began:.0f} s')


def _descend(loss: Tensor, parameters: Sequence[nn.Parameter], optimiser, schedule) -> float:
    optimiser.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(parameters, 5.0)
    optimiser.step()
    schedule.step()
    return float(loss)


def detector_batch(data: Sequence[Dataset], rng: np.random.Generator) -> tuple[Tensor, stage1.Targets]:
    """Whole frames, stretched to a square as D-FINE's input is."""
    grays, views = [], []
    for _ in range(BATCH):
        frame = drawn_frame(_drawn(data, rng), rng)
        shown = view(frame, stage1.WORKING_SIDE, stage1.WORKING_SIDE, 1)
        grays.append(photographed(shown.gray, rng))
        views.append(shown)
    return torch.stack(grays)[:, None], stage1.Targets(views)


def fit_detector(net: stage1.BoneDetector, cycle: Cycle, report: Report) -> None:
    rng = np.random.default_rng(cycle.seed)
    parameters = list(net.parameters())
    optimiser, schedule = _steps(parameters, cycle)
    progress = _Progress('detector', cycle.steps, report)
    net.to(memory_format=torch.channels_last).train()
    for _ in range(cycle.steps):
        gray, targets = detector_batch(cycle.data, rng)
        logits, sides = net(gray)
        progress.add(_descend(stage1.loss(logits, sides, targets), parameters, optimiser, schedule))
    net.eval()


class SegmenterBatch:
    """Frames padded to a square as SAM's are, each with one question."""

    def __init__(self, data: Sequence[Dataset], rng: np.random.Generator, window: int):
        samples = [self._sample(data, rng, window) for _ in range(BATCH)]
        questions = [question for _, question in samples]
        self.gray = torch.stack([shown.gray for shown, _ in samples])[:, None]
        self.judged = torch.stack([1 - shown.hidden for shown, _ in samples])[:, None]
        self.prompt = Prompt(
            torch.stack([question.points for question in questions]),
            torch.stack([question.labels for question in questions]),
        )
        self.previous = torch.stack([question.previous for question in questions])[:, None]
        self.has_previous = torch.tensor([question.has_previous for question in questions])
        self.answer = torch.stack([question.answer for question in questions])[:, None]

    @staticmethod
    def _sample(data: Sequence[Dataset], rng: np.random.Generator, window: int) -> tuple[View, Question]:
        frame = drawn_frame(_drawn(data, rng), rng)
        # Scanners send frames of many shapes; their pixels are nearly square.
        aspect = frame.aspect * float(np.exp(rng.uniform(-0.1, 0.1)))
        rows, columns = (max(WINDOW // 4, round(MASK_SIDE * side / max(1.0, aspect))) for side in (1.0, aspect))
        shown = view(frame, rows, columns, 2)
        gray = photographed(shown.gray, rng)
        padding = (0, MASK_SIDE - columns, 0, MASK_SIDE - rows)
        cut = _window(shown, rng, window)
        others = (F.pad(layer, padding)[cut] for layer in (shown.cover, shown.hidden, shown.bone))
        shown = View(F.pad(gray, padding, value=PADDING)[cut], *others)
        return shown, Question(shown, rng)


def _window(shown: View, rng: np.random.Generator, side: int) -> tuple[slice, slice]:
    """Where to look: mostly at bone, if there is any."""
    bone = (shown.cover > 0.3).nonzero()
    at_bone = len(bone) > 0 and rng.random() < 0.8
    spot = bone[int(rng.integers(len(bone)))].tolist() if at_bone else [rng.uniform(0, size) for size in shown.cover.shape]
    starts = (
        int(np.clip(middle - rng.uniform(0.1, 0.9) * side, 0, max(0, size - side)))
        for middle, size in zip(spot, shown.cover.shape)
    )
    rows, columns = (slice(start, start + side) for start in starts)
    return rows, columns


def segmenter_loss(logits: Tensor, overlap: Tensor, answer: Tensor, judged: Tensor) -> Tensor:
    """Cross entropy against each pixel's covered share, Dice, and whether the decoder knows how good it is."""
    p = torch.sigmoid(logits) * judged
    common, both = (p * answer).sum((1, 2, 3)), p.sum((1, 2, 3)) + answer.sum((1, 2, 3))
    dice = 1 - (2 * common + 20) / (both + 20)
    with torch.no_grad():
        drawn, meant = logits > 0, answer > 0.5
        union = (drawn | meant).sum((1, 2, 3))
        true = ((drawn & meant).sum((1, 2, 3)) + 1) / (union + 1)
    # Weighted so that the cross entropy of a thin line in a large frame is not drowned by the frame.
    entropy = F.binary_cross_entropy_with_logits(logits, answer, judged, reduction='none').mean((1, 2, 3))
    return (10 * entropy + dice).mean() + 0.1 * F.mse_loss(overlap[:, 0], true.float())


def fit_segmenter(encoder: BoneEncoder, decoder: BoneDecoder, cycle: Cycle, report: Report) -> None:
    rng = np.random.default_rng(cycle.seed)
    parameters = [*encoder.parameters(), *decoder.parameters()]
    optimiser, schedule = _steps(parameters, cycle)
    progress = _Progress('segmenter', cycle.steps, report)
    for net in (encoder, decoder):
        net.to(memory_format=torch.channels_last).train()
    for _ in range(cycle.steps):
        batch = SegmenterBatch(cycle.data, rng, WINDOW)
        logits, overlap = decoder(encoder(batch.gray), batch.prompt, batch.previous, batch.has_previous)
        progress.add(_descend(segmenter_loss(logits, overlap, batch.answer, batch.judged), parameters, optimiser, schedule))
    encoder.eval()
    decoder.eval()
