#!/usr/bin/env python3
"""Trains `bone-dfine-sam` on varied phantoms and writes models/bone-dfine-sam: three ONNX files and their manifest.

    python3 models/training/train_bone_dfine_sam.py [--work DIR] [--out DIR] [--pictures N] [--steps N]

One command from nothing to the model: datasets that are missing are rendered first (Node from `npm install`). Needs Debian's
python3-torch 1.13, python3-numpy and python3-onnx; with libopenblas0-pthread a step takes a quarter of the time. The same
arguments give the same model within rounding.
"""
import argparse
import hashlib
import json
import os
import pathlib
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from multiprocessing import get_context

# One thread in the linear algebra: its threads and PyTorch's would wait for each other. Read when numpy is loaded.
os.environ.setdefault('OPENBLAS_NUM_THREADS', '1')

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
VARIED_SEED = 3_000_000
SWEEPS_SEED = 6_000_000
MEASURING_SEED = 2_000_000
MEASURING_SWEEPS_SEED = 2_500_000
SIDE = 320


@dataclass(frozen=True)
class Recipe:
    """What is learnt from and for how long. Both kinds of pictures are drawn equally often."""

    varied: int = 2400
    sweeps: int = 1200  # frames of the demo's sweeps
    detector_steps: int = 4500
    segmenter_steps: int = 3500
    rate: float = 4e-3  # highest learning rate


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
  # A gray picture says the same three times; both nets look at green.
  input: {{ name: images, channels: 3, reads: [1], size: [640, 640], fit: stretch }}
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
    reads: [1]
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
  # Half a logit below even: the band makes good for what that adds in thickness, and flanks reach further.
  masks: {{ name: masks, grid: source, choose: first, threshold: -0.5 }}
  scores: {{ name: iou_predictions }}
mask:
  minLengthMm: 1.5
# As thick as the masks it has learnt from (BAND_ABOVE_MM and BAND_BELOW_MM of the phantoms); the echo helps to place it.
band: {{ aboveMm: 0.3, belowMm: 0.9 }}
labels: [bone]
training:
  seed: {seed}
  # Whatever repeats the training.
  recipe: {recipe}
  # Both stages in a row on pictures of other seeds, on the second stage's grid of 256, cut at even, without the band; false
  # columns: share of all columns. The box threshold was chosen on them.
  scores: {scores}
'''


def phantoms(folder: pathlib.Path, seed: int, count: int, sweeps: float) -> Dataset:
    return dataset(folder, seed=seed, count=count, columns=SIDE, rows=SIDE, mm_per_pixel='stretch', sweeps=sweeps)


def report(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def best_threshold(kinds: list[dict[float, dict[str, float]]]) -> float:
    def worth(threshold: float) -> float:
        return sum(scores[threshold]['columnRecall'] - FALSE_WEIGHT * scores[threshold]['falseColumns'] for scores in kinds)

    return max(THRESHOLDS, key=worth)


def file_entry(name: str, path: pathlib.Path) -> str:
    data = path.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    return f'  {name}:\n    path: {path.name}\n    sha256: {digest}\n    bytes: {len(data)}'


def trained_detector(data: list[Dataset], recipe: Recipe) -> dict[str, np.ndarray]:
    """Its weights and running figures by name, as arrays: they cross between processes."""
    torch.manual_seed(SEED)
    detector = BoneDetector()
    fit_detector(detector, Cycle(data, recipe.detector_steps, recipe.rate, SEED), report)
    return {name: values.numpy() for name, values in detector.state_dict().items()}


def trained(work: pathlib.Path, recipe: Recipe) -> tuple[BoneDetector, BoneEncoder, BoneDecoder]:
    """Both stages, each in a process of its own: neither needs anything of the other."""
    data = [
        phantoms(work / 'whole-frames', VARIED_SEED, recipe.varied, 0.0),
        phantoms(work / 'whole-frames-of-sweeps', SWEEPS_SEED, recipe.sweeps, 1.0),
    ]
    with ProcessPoolExecutor(1, get_context('fork')) as beside:
        weights = beside.submit(trained_detector, data, recipe)
        torch.manual_seed(SEED)
        encoder, decoder = BoneEncoder(), BoneDecoder()
        fit_segmenter(encoder, decoder, Cycle(data, recipe.segmenter_steps, recipe.rate, SEED), report)
        detector = BoneDetector()
        detector.load_state_dict({name: torch.from_numpy(values) for name, values in weights.result().items()})
    return detector.eval(), encoder, decoder


def write_model(
    out: pathlib.Path,
    nets: tuple[BoneDetector, BoneEncoder, BoneDecoder],
    threshold: float,
    recipe: dict[str, object],
    scores: dict[str, dict[str, float]],
) -> None:
    out.mkdir(parents=True, exist_ok=True)
    entries = []
    detector, encoder, decoder = nets
    writers = {
        'detector': lambda path: write_detector(detector, path),
        'encoder': lambda path: write_encoder(encoder, decoder, path),
        'decoder': lambda path: write_decoder(decoder, path),
    }
    for name, write in writers.items():
        path = out / f'{name}.onnx'
        write(path)
        entries.append(file_entry(name, path))
    text = MANIFEST.format(
        files='\n'.join(entries), threshold=threshold, seed=SEED, recipe=json.dumps(recipe), scores=json.dumps(scores)
    )
    (out / 'model.yaml').write_text(text, encoding='utf-8')


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--out', type=pathlib.Path, default=ROOT / 'models' / 'bone-dfine-sam', help='where the model goes')
    parser.add_argument('--work', type=pathlib.Path, default=ROOT / 'out' / 'training', help='where the datasets go')
    parser.add_argument('--pictures', type=int, help='pictures of each kind, instead of what is laid down above')
    parser.add_argument('--steps', type=int, help='steps of both nets, likewise')
    parser.add_argument('--measured', type=int, default=100, help='pictures of each kind the scores are measured on')
    options = parser.parse_args()

    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    recipe = Recipe()
    if options.pictures is not None:
        recipe = replace(recipe, varied=options.pictures, sweeps=options.pictures)
    if options.steps is not None:
        recipe = replace(recipe, detector_steps=options.steps, segmenter_steps=options.steps)
    nets = trained(options.work, recipe)
    others = {
        'varied phantoms': phantoms(options.work / 'whole-frames-measured', MEASURING_SEED, options.measured, 0.0),
        'frames of demo sweeps': phantoms(options.work / 'sweeps-measured', MEASURING_SWEEPS_SEED, options.measured, 1.0),
    }
    scores = {kind: measured(data, nets, THRESHOLDS) for kind, data in others.items()}
    for kind, of_kind in scores.items():
        for value, of_value in of_kind.items():
            report(f'{kind}, box threshold {value}: {of_value}')
    threshold = best_threshold(list(scores.values()))
    facts = {f'{options.measured} {kind}': of_kind[threshold] for kind, of_kind in scores.items()}
    write_model(options.out, nets, threshold, {**asdict(recipe), 'torch': torch.__version__}, facts)
    report(f'{options.out}: written, box threshold {threshold}')


if __name__ == '__main__':
    main()
