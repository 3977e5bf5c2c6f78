#!/usr/bin/env python3
"""Trains `bone-net` on varied phantoms and writes models/bone-net: the ONNX file and its manifest.

    python3 models/training/train_bone_net.py [--work DIR] [--out DIR] [--steps N] [--pictures N] …

One command from nothing to the model: datasets that are missing are rendered first (Node from `npm install`). Needs Debian's
python3-torch 1.13, python3-numpy and python3-onnx; with libopenblas0-pthread a step takes a quarter of the time. The same
arguments give the same model within rounding.
"""
import argparse
import json
import os
import pathlib
import time

# One thread in the linear algebra: its threads and PyTorch's would wait for each other. Read when numpy is loaded.
os.environ.setdefault('OPENBLAS_NUM_THREADS', '1')

import numpy as np
import torch
from torch.nn import functional as F

from bone_net import MULTIPLE_OF, BoneNet
from bone_net_export import export
from dataset import ROOT, dataset
from scores import score

# About half a wavelength of the slowest probe, and the least that shows one; a finer grid costs time and shows no more.
MM_PER_PIXEL = 0.2
SIDE = 192
# Training pictures start here; what lies below is for tests and was never trained on.
VARIED_SEED = 1_000_000
SWEEPS_SEED = 5_000_000
VALIDATION_SEED = 900_000
VALIDATION_SWEEPS_SEED = 800_000
VALIDATION_PICTURES = 160
# Weights are averaged over about the last 1 / (1 - this) steps.
AVERAGING = 0.995


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--work', type=pathlib.Path, default=ROOT / 'out' / 'training', help='datasets and checkpoints')
    parser.add_argument('--out', type=pathlib.Path, default=ROOT / 'models' / 'bone-net', help='where the model goes')
    parser.add_argument('--pictures', type=int, default=4000)
    parser.add_argument('--sweeps', type=int, default=2400, help='frames of demo sweeps among the pictures')
    parser.add_argument('--validation', type=int, default=VALIDATION_PICTURES, help='pictures of each kind')
    parser.add_argument('--steps', type=int, default=12_000)
    parser.add_argument('--batch', type=int, default=8)
    parser.add_argument('--crop', type=int, default=160, help='side of the part of a picture that is trained on')
    parser.add_argument('--rate', type=float, default=4e-3, help='highest learning rate')
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--threads', type=int, default=1)
    parser.add_argument('--report', type=int, default=50, help='steps between reports')
    parser.add_argument('--start', type=pathlib.Path, help='begin with the weights of this checkpoint')
    return parser.parse_args()


class Batches:
    """Random parts of random pictures, changed as scanners, cables and operators would."""

    def __init__(self, datasets, args):
        self.places = [(data, i) for data in datasets for i in range(len(data))]
        self.batch, self.crop = args.batch, args.crop
        self.random = np.random.default_rng(args.seed)
        self.order = np.empty(0, int)

    def next(self):
        if len(self.order) < self.batch:
            self.order = self.random.permutation(len(self.places))
        chosen, self.order = self.order[:self.batch], self.order[self.batch:]
        pairs = [self.picture(i) for i in chosen]
        pictures, labels = (torch.from_numpy(np.stack(part)[:, None]) for part in zip(*pairs))
        return pictures, labels

    def picture(self, place):
        data, index = self.places[place]
        random, side = self.random, self.crop
        top, left = (int(random.integers(0, SIDE - side + 1)) for _ in range(2))
        part = np.s_[index, top:top + side, left:left + side]
        picture = data.pictures[part].astype(np.float32) / 255
        label = data.labels[part]
        if random.random() < 0.5:
            picture, label = picture[:, ::-1], label[:, ::-1]
        picture, label = self.cut(picture.copy(), label.copy())
        return self.gray(picture), label

    def gray(self, picture):
        random = self.random
        lit = picture > 0
        if random.random() < 0.6:
            picture = picture ** np.float32(random.uniform(0.6, 1.8))
        if random.random() < 0.5:
            picture = picture * np.float32(random.uniform(0.6, 1.5)) + np.float32(random.uniform(-0.06, 0.06)) * lit
        if random.random() < 0.3:
            noise = random.standard_normal(picture.shape, dtype=np.float32)
            picture = picture + np.float32(random.uniform(0.005, 0.05)) * noise * lit
        return np.clip(picture, 0, 1)

    def cut(self, picture, label):
        """Black from some line on, as where a picture area ends."""
        random, side = self.random, self.crop
        for axis in range(2):
            if random.random() < 0.15:
                edge = int(random.integers(1, side // 3))
                end = slice(edge) if axis == 1 and random.random() < 0.5 else slice(side - edge, side)
                part = (slice(None), end) if axis == 1 else (end, slice(None))
                picture[part], label[part] = 0, 0
        return picture, label


def loss_of(logits, labels):
    """Pixels, overlap, and columns: how a surface is used decides what an error costs."""
    bone = (labels == 1).float()
    counts = (labels != 2).float()
    pixel = F.binary_cross_entropy_with_logits(logits, bone, reduction='none') * counts
    probability = torch.sigmoid(logits) * counts
    overlap = (2 * (probability * bone).sum((1, 2, 3)) + 30) / (probability.sum((1, 2, 3)) + bone.sum((1, 2, 3)) + 30)
    # The worst hundredth of the pixels, so that rare mistakes are not drowned by the many easy ones.
    worst = pixel.flatten(1).topk(pixel[0].numel() // 100, 1).values.mean()
    # A column without bone must not hold a single bone pixel; one with bone must hold at least one.
    has_bone = bone.amax((1, 2))
    is_known = 1 - (1 - counts).amax((1, 2)) * (1 - has_bone)
    highest = torch.where(has_bone[:, None, None] > 0, logits * bone - 20 * (1 - bone), logits - 20 * (1 - counts)).amax((1, 2))
    column = (F.binary_cross_entropy_with_logits(highest, has_bone, reduction='none') * is_known).mean()
    return 4 * pixel.mean() + (1 - overlap.mean()) + 0.5 * worst + 0.5 * column


def average_into(average, net, step):
    share = min(AVERAGING, (step + 1) / (step + 10))
    with torch.no_grad():
        for kept, new in zip(average.state_dict().values(), net.state_dict().values()):
            if kept.is_floating_point():
                kept.mul_(share).add_(new, alpha=1 - share)
            else:
                kept.copy_(new)


def train(net, datasets, args):
    average = BoneNet()
    average.load_state_dict(net.state_dict())
    optimiser = torch.optim.AdamW(net.parameters(), args.rate, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, args.rate, args.steps, pct_start=0.15)
    batches = Batches(datasets, args)
    began, recent = time.time(), []
    for step in range(args.steps):
        pictures, labels = batches.next()
        net.train()
        loss = loss_of(net(pictures), labels)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 5.0)
        optimiser.step()
        schedule.step()
        average_into(average, net, step)
        recent.append(loss.item())
        if (step + 1) % args.report == 0 or step + 1 == args.steps:
            print(f'step {step + 1}/{args.steps} loss {np.mean(recent):.4f} {time.time() - began:.0f} s', flush=True)
            recent = []
        if (step + 1) % 250 == 0 or step + 1 == args.steps:
            torch.save(average.state_dict(), args.work / 'bone-net.pt')
    return average.eval()


def main():
    args = arguments()
    args.work.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(args.threads)
    torch.set_flush_denormal(True)
    torch.manual_seed(args.seed)
    recipe = {'columns': SIDE, 'rows': SIDE, 'mm_per_pixel': MM_PER_PIXEL}
    datasets = [
        dataset(args.work / 'varied', seed=VARIED_SEED, count=args.pictures, **recipe),
        dataset(args.work / 'sweeps', seed=SWEEPS_SEED, count=args.sweeps, sweeps=1, **recipe),
    ]
    validation = {
        'varied phantoms': dataset(args.work / 'validation', seed=VALIDATION_SEED, count=args.validation, **recipe),
        'frames of demo sweeps': dataset(args.work / 'validation-sweeps', seed=VALIDATION_SWEEPS_SEED, count=args.validation, sweeps=1, **recipe),
    }
    net = BoneNet()
    if args.start is not None:
        net.load_state_dict(torch.load(args.start))
    print(f'{sum(p.numel() for p in net.parameters())} parameters, {sum(map(len, datasets))} pictures', flush=True)
    began = time.time()
    net = train(net, datasets, args)
    scores = {kind: score(net, data) for kind, data in validation.items()}
    print(json.dumps(scores), flush=True)
    facts = {
        'seed': args.seed,
        'recipe': {
            'generator': 'src-main/phantom/variety', 'pictures': args.pictures, 'firstSeed': VARIED_SEED, 'sweeps': args.sweeps, 'firstSweep': SWEEPS_SEED,
            'steps': args.steps, 'batch': args.batch, 'cropPixels': args.crop, 'highestRate': args.rate,
            'continuedFrom': None if args.start is None else args.start.name,
            'trainingSeconds': round(time.time() - began),
        },
        'scores': {f'{args.validation} {kind}, before mask rules': one for kind, one in scores.items()},
    }
    export(net, args.out, mm_per_pixel=MM_PER_PIXEL, multiple_of=MULTIPLE_OF, facts=facts)


if __name__ == '__main__':
    main()
