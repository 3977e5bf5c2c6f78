#!/usr/bin/env python3
"""Trains `bone-dfine-sam` on varied phantoms and writes models/bone-dfine-sam: three ONNX files and their manifest.

    python3 models/training/train_bone_dfine_sam.py [--work DIR] [--out DIR] [--pictures N] [--steps N]

One command from nothing to the model: datasets that are missing are rendered first (Node from `npm install`). Needs Debian's
python3-torch 1.13, python3-numpy and python3-onnx. The same arguments give the same model within rounding.
"""
import argparse
import hashlib
import json
import os
import pathlib
import sys
from dataclasses import asdict, dataclass, replace

# Threads that wait must not burn the cores that others work on; read once, when torch is imported.
os.environ.setdefault('OMP_WAIT_POLICY', 'passive')

import numpy as np
import torch

from bone_dfine_sam.detector import BoneDetector
from bone_dfine_sam.export import write_decoder, write_detector, write_encoder
from bone_dfine_sam.fitting import Cycle, fit_detector, fit_segmenter
from bone_dfine_sam.scores import measured
from bone_dfine_sam.segmenter import BoneDecoder, BoneEncoder
from dataset import ROOT, Dataset, dataset

SEED = 7
# Pictures that are learnt from and those that are measured on share no seed, with each other or with any test.
TRAINING_SEED = 3_000_000
SEEDS_APART = 100_000
MEASURING_SEED = 2_000_000
SIDE = 320


@dataclass(frozen=True)
class Part:
    """A part of the training. The pictures of every part so far are drawn equally often."""

    pictures: int  # new ones; 0: none
    sweeps: float  # share of them that is a frame of the demo's sweeps
    detector_steps: int
    segmenter_steps: int
    planned: tuple[int, int]  # steps after which the rates would have fallen to nothing
    rate: float  # highest learning rate


# The first part ends while its rates are high: the others let them fall.
PARTS = [
    Part(1600, 0.0, 1200, 900, (1500, 1600), 4e-3),
    Part(240, 0.6, 250, 250, (250, 250), 2e-3),
    Part(0, 0.0, 200, 160, (200, 160), 2e-3),
]
THRESHOLDS = [0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6]
# A column drawn where no bone is costs that many columns of bone not found, when the box threshold is chosen.
FALSE_WEIGHT = 4.0

MANIFEST = '''# Written by models/training/train_bone_dfine_sam.py: change it there.
id: bone-dfine-sam
title: Bone, two stages (D-FINE and MobileSAM signatures, own small nets)
kind: dfine+sam
licence: ours
provenance: >-
  Trained from nothing by models/training/train_bone_dfine_sam.py on synthetic phantoms of src-main/phantom alone; no weights
  and no pictures of others. The first stage gives one box per bone, the second draws the bone each box asks for. It sees
  whole frames and knows no scale: phantoms of 0.05 to 0.3 mm per pixel, linear and convex. Scores on phantoms say nothing
  about patients.
files:
{files}
detector:
  variant: dfine-official
  input: {{ name: images, channels: 3, size: [640, 640], fit: stretch }}
  sizeInput: {{ name: orig_target_sizes, type: int64, order: wh }}
  outputs: {{ form: decoded, labels: labels, boxes: boxes, scores: scores }}
  boxes: xyxy-source
  scoreThreshold: {threshold}
  boneLabels: [0]
  maxBoxes: 8
  minBoxPixels: 2
encoder:
  variant: sam
  input:
    name: image
    channels: 3
    size: [1024, 1024]
    fit: pad
    white: 255
    mean: [123.675, 116.28, 103.53]
    std: [58.395, 57.12, 57.375]
decoder:
  variant: sam
  features: [{{ from: image_embeddings, to: image_embeddings }}]
  points: {{ coords: point_coords, labels: point_labels, frame: encoder }}
  maskInput: {{ name: mask_input, flag: has_mask_input, size: 256 }}
  sizeInput: {{ name: orig_im_size, type: float32, order: hw }}
  masks: {{ name: masks, grid: source, choose: first, threshold: 0 }}
  scores: {{ name: iou_predictions }}
mask:
  minLengthMm: 1.5
labels: [bone]
training:
  seed: {seed}
  # Whatever repeats the training.
  recipe: {recipe}
  # Both stages in a row on pictures of other seeds, on the second stage's grid of 256; false columns: share of all columns.
  scores: {scores}
'''


def phantoms(folder: pathlib.Path, seed: int, count: int, sweeps: float) -> Dataset:
    return dataset(folder, seed=seed, count=count, columns=SIDE, rows=SIDE, mm_per_pixel='stretch', sweeps=sweeps)


def report(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def best_threshold(scores: dict[float, dict[str, float]]) -> float:
    return max(scores, key=lambda t: scores[t]['columnRecall'] - FALSE_WEIGHT * scores[t]['falseColumns'])


def file_entry(name: str, path: pathlib.Path) -> str:
    data = path.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    return f'  {name}:\n    path: {path.name}\n    sha256: {digest}\n    bytes: {len(data)}'


def trained(work: pathlib.Path, parts: list[Part]) -> tuple[BoneDetector, BoneEncoder, BoneDecoder]:
    data = [
        phantoms(work / f'whole-frames-{i}', TRAINING_SEED + i * SEEDS_APART, part.pictures, part.sweeps)
        for i, part in enumerate(parts)
        if part.pictures > 0
    ]
    torch.manual_seed(SEED)
    detector = BoneDetector()
    for i, part in enumerate(parts):
        fit_detector(detector, Cycle(data[: i + 1], part.detector_steps, part.planned[0], part.rate, SEED + i), report)
    torch.manual_seed(SEED)
    encoder, decoder = BoneEncoder(), BoneDecoder()
    for i, part in enumerate(parts):
        if i > 0:
            torch.manual_seed(SEED + i)
        cycle = Cycle(data[: i + 1], part.segmenter_steps, part.planned[1], part.rate, SEED + i)
        fit_segmenter(encoder, decoder, cycle, report)
    return detector, encoder, decoder


def write_model(
    out: pathlib.Path,
    nets: tuple[BoneDetector, BoneEncoder, BoneDecoder],
    threshold: float,
    recipe: dict[str, object],
    scores: dict[str, float],
) -> None:
    out.mkdir(parents=True, exist_ok=True)
    entries = []
    for name, write, net in zip(('detector', 'encoder', 'decoder'), (write_detector, write_encoder, write_decoder), nets):
        path = out / f'{name}.onnx'
        write(net, path)
        entries.append(file_entry(name, path))
    text = MANIFEST.format(
        files='\n'.join(entries), threshold=threshold, seed=SEED, recipe=json.dumps(recipe), scores=json.dumps(scores)
    )
    (out / 'model.yaml').write_text(text, encoding='utf-8')


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--out', type=pathlib.Path, default=ROOT / 'models' / 'bone-dfine-sam', help='where the model goes')
    parser.add_argument('--work', type=pathlib.Path, default=ROOT / 'out' / 'training', help='where the datasets go')
    parser.add_argument('--pictures', type=int, help='pictures of every part, instead of what is laid down above')
    parser.add_argument('--steps', type=int, help='steps of both nets in every part, likewise')
    parser.add_argument('--measured', type=int, default=100, help='pictures the scores are measured on')
    options = parser.parse_args()

    torch.set_num_threads(2)
    parts = PARTS
    if options.pictures is not None:
        parts = [replace(part, pictures=min(part.pictures, options.pictures)) for part in parts]
    if options.steps is not None:
        # A rise and fall of fewer steps has no rise.
        planned = max(8, options.steps)
        steps = {'detector_steps': options.steps, 'segmenter_steps': options.steps, 'planned': (planned, planned)}
        parts = [replace(part, **steps) for part in parts]
    nets = trained(options.work, parts)
    others = phantoms(options.work / 'whole-frames-measured', MEASURING_SEED, options.measured, 0.0)
    scores = measured(others, nets, THRESHOLDS)
    for value, of_value in scores.items():
        report(f'box threshold {value}: {of_value}')
    threshold = best_threshold(scores)
    recipe = {'parts': [asdict(part) for part in parts], 'firstSeed': TRAINING_SEED, 'torch': torch.__version__}
    facts = {'measuredOn': others.recipe, **scores[threshold]}
    write_model(options.out, nets, threshold, recipe, facts)
    report(f'{options.out}: written, box threshold {threshold}')


if __name__ == '__main__':
    main()
