"""Writes a trained `bone-net` as an ONNX file with its manifest."""
import hashlib
import json
import pathlib

import onnx
import torch

OPSET = 16
FILE = 'bone-net.onnx'

MANIFEST = """\
# Written by models/training/train_bone_net.py: change it there.
id: bone-net
title: Bone net (single-stage, trained on phantoms)
kind: segmenter
licence: ours
provenance: >-
  Trained from nothing by models/training/train_bone_net.py on synthetic pictures of src-main/phantom alone: no patient data,
  no weights by others. Scores on phantoms say nothing about patients.
files:
  segmenter:
    path: {file}
    sha256: {sha256}
    bytes: {bytes}
input:
  name: image
  channels: 1
  size: null
  multipleOf: {multiple_of}
  fit: source
mmPerPixel: {mm_per_pixel}
depthMm: [10, 130]
widthMm: [5, 200]
output:
  name: logits
  activation: sigmoid
threshold: {threshold}
mask:
  # shorter or smaller pieces are no surface
  minLengthMm: {min_length}
  minAreaMm2: {min_area}
  # a surface has no holes
  maxHoleMm2: 1.0
  # and the net is sure of most of it
  minMeanProbability: {min_mean}
labels: [bone]
training: {training}
"""


def export(net, out, *, mm_per_pixel, multiple_of, facts, threshold=0.5, min_length=4.0, min_area=3.0, min_mean=0.7):
    """Writes bone-net.onnx and model.yaml to the folder `out`."""
    out = pathlib.Path(out)
    out.mkdir(parents=True, exist_ok=True)
    file = out / FILE
    free = {0: 'pictures', 2: 'rows', 3: 'columns'}
    torch.onnx.export(net.eval(), torch.zeros(1, 1, 256, 320), file, opset_version=OPSET, input_names=['image'],
                      output_names=['logits'], dynamic_axes={'image': free, 'logits': free})
    onnx.checker.check_model(onnx.load(file))
    content = file.read_bytes()
    text = MANIFEST.format(
        file=FILE, sha256=hashlib.sha256(content).hexdigest(), bytes=len(content), multiple_of=multiple_of,
        mm_per_pixel=mm_per_pixel, threshold=threshold, min_length=min_length, min_area=min_area, min_mean=min_mean,
        training=json.dumps(facts))
    (out / 'model.yaml').write_text(text)
