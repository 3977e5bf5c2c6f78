#!/usr/bin/env python3
"""Writes the model `bone-tracer`: a weight-free bone likelihood as an ONNX graph, and its model.yaml.

    python3 models/training/make_bone_tracer.py [--out DIR]

Needs python3 with numpy and onnx (Debian: python3-numpy python3-onnx). Nothing is trained and nothing is random: the same
script gives the same bytes. What the graph computes, per pixel of a picture whose beams run straight down the rows:

  ridge    a bright line lies here: mean of the smoothed picture over the line minus the brighter of its two sides
  shadow   tissue above is bright, everything below is dark: bone reflects or absorbs nearly all of the sound
  last     nothing below is as bright as the line: bone is the last thing a beam meets
  likelihood = sqrt(ridge) * brightness * shadow * last

The idea is that of the classical tracers (Foroughi et al. 2007; Jia et al. 2016). Which pixels form one surface, and
whether there is bone at all, is decided after the graph by dynamic programming; its parameters stand in model.yaml, so
that every number of the model is in this file.
"""
import argparse
import hashlib
import math
import pathlib

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET = 16
IR_VERSION = 8
FILE = 'bone-tracer.onnx'

# All lengths in mm. The graph works on one fixed grid; pictures are resampled to it. Finer finds no more: at 0.15 mm the recall
# on 500 phantoms is the same, and a run costs almost twice as much.
# Everything marked (s) came out of a random search on phantoms, against recall, precision and false surfaces without bone.
MM_PER_PIXEL = 0.2
LATERAL_SIGMA = 0.3
AXIAL_SIGMA = 0.2
# A bone line is 0.5-1 mm thick at these frequencies; its sides are looked at out to 1.4 mm.
RIDGE_INNER = 0.4
RIDGE_OUTER = 1.4
RIDGE_CONTRAST = 0.147  # (s)
# Skin and probe face are bright lines without meaning.
SKIN = 3.0
# Pictures differ in gain: brightness counts relative to the mean of the columns' brightest points, brought to this level.
GAIN_LEVEL = 0.65
GAIN_FLOOR = 0.365  # (s) an empty, noisy picture is not amplified beyond this
BRIGHT_LIMIT = 1.5
# Bright lines must not dominate the means of tissue and shadow: values are cut at this multiple of the picture's mean.
CAP_FACTOR = 1.28  # (s)
CAP_MINIMUM = 0.15
# Tissue above. The picture's own mean counts as that many mm more of it: just under the skin there is little to go by.
ABOVE_NEAR = 0.9
ABOVE_FAR = 20.0  # (s)
ABOVE_PRIOR = 3.6  # (s)
# Shadow below. Right under a surface reverberations are as bright as tissue, so it is looked for further down.
BELOW_NEAR = 2.32  # (s)
BELOW_FAR = 29.5  # (s)
# The first part of the shadow must be dark by itself, or tissue followed by a deep shadow would pass.
FIRST_NEAR = 3.68  # (s)
FIRST_LENGTH = 9.1  # (s)
# That much must be visible below a surface for it to be believed.
LEAST_BELOW = 4.3
SHADOW_OFFSET = 0.03
SHADOW_LOW = -0.107  # (s)
SHADOW_SPAN = 0.474  # (s)
# Fat under the skin is brighter than the muscle below it, so a shallow line must show a darker shadow.
SHALLOW_EXTRA = 0.406  # (s)
SHALLOW_UNTIL = 8.0
SHALLOW_RAMP = 5.0
# Bone is the last bright thing along a beam: what is brighter further down speaks against it. "Brightest" is an 8-norm.
LAST_START = 2.17  # (s)
LAST_UNIT = 3.3
LAST_FREE = 0.312  # (s) as bright a share of the line does no harm: reverberations
LAST_WEIGHT = 0.81  # (s)

# After the graph (src-main/inference/bone-tracer): see the comments in the manifest text below.
MANIFEST = '''# Written by models/training/make_bone_tracer.py: change it there.
id: bone-tracer
title: Bone tracer (classical, no training)
kind: bone-tracer
licence: ours
provenance: >-
  Computed from formulas by models/training/make_bone_tracer.py: ridge x shadow likelihood, no weights, no training data.
  The surface is traced by dynamic programming after the graph.
files:
  likelihood:
    path: {file}
    sha256: {sha256}
    bytes: {size}
input:
  name: image
  mmPerPixel: {mm_per_pixel}
output:
  name: likelihood
# Depth of the picture it works on, mm: less holds no bone with a shadow below it, more is beyond a linear probe's reach.
depthMm: [10, 120]
# Widest picture, mm: linear probes are up to 100 mm wide; extended views are refused.
widthMm: [5, 200]
surface:
{surface}
# Constants of the graph, for the record: they are inside the file above.
graph:
{graph}
# Band drawn along the beam about the traced surface, mm.
mask:
  aboveMm: 0.3
  belowMm: 0.9
labels: [bone]
'''

SURFACE = [
    ('tailFactor', 0.822, 'a candidate loses this share of a stronger one just above it: reverberation inside the bone'),
    ('tailNearMm', 1.0, ''),
    ('tailFarMm', 5.45, ''),
    ('tailFloor', 0.25, 'likelihood below which a candidate counts as this strong when compared with the one above'),
    ('mirrorFactor', 1.0, 'and this share of a stronger one at half its depth: reverberation between bone and probe'),
    ('mirrorWithinMm', 1.0, ''),
    ('scaleFloor', 0.448, 'likelihoods are divided by this quantile of the column maxima, but never by less than the floor'),
    ('scaleQuantile', 0.8, ''),
    ('noneCost', 0.6, 'per column without bone; a column with bone costs 1 - sqrt(p)'),
    ('switchCost', 2.92, 'for a surface to begin or end'),
    ('slopeCost', 0.0657, 'times the squared slope, per column'),
    ('maxSlope', 3, 'steepest step between neighbouring columns, mm per mm'),
    ('minLengthMm', 3.2, 'shorter surfaces are dropped'),
    ('minMean', 0.398, 'and so are surfaces whose mean p is lower'),
    ('evidenceBase', 0.355, 'and surfaces whose p in excess of this adds up to less than minEvidenceMm along the probe'),
    ('minEvidenceMm', 3.0, ''),
    ('minPictureEvidenceMm', 7.0, 'and all of them, when what is left adds up to less than this: speckle makes one short surface, bone more'),
]

# What the manifest repeats of the graph's constants, so that a model says what it is.
GRAPH = [
    name
    for name in list(globals())
    if name.isupper() and name not in ('OPSET', 'IR_VERSION', 'FILE', 'MANIFEST', 'SURFACE', 'MM_PER_PIXEL')
]


def rows(mm):
    # Python's own round takes halves to the even number.
    return math.floor(mm / MM_PER_PIXEL + 0.5)


def gaussian(sigma):
    s = sigma / MM_PER_PIXEL
    radius = max(1, math.ceil(3 * s))
    kernel = np.exp(-0.5 * (np.arange(-radius, radius + 1) / s) ** 2)
    return (kernel / kernel.sum()).astype(np.float32), radius


class Graph:
    """Collects nodes and constants; every value gets a readable name."""

    def __init__(self):
        self.nodes = []
        self.constants = {}

    def constant(self, name, array):
        if name not in self.constants:
            self.constants[name] = numpy_helper.from_array(np.asarray(array), name)
        return name

    def integers(self, *values):
        return self.constant('i_' + '_'.join(str(v).replace('-', 'm') for v in values), np.array(values, np.int64))

    def integer(self, value):
        return self.constant('s_' + str(value).replace('-', 'm'), np.array(value, np.int64))

    def number(self, value):
        return self.constant('f_' + repr(value), np.array(value, np.float32))

    def add(self, operation, inputs, name, **attributes):
        self.nodes.append(helper.make_node(operation, inputs, [name], name=name, **attributes))
        return name


def window_sum(g, base, cumulative, row, limits, window):
    """Sum over rows [row + first, row + last) clipped to `limits`, and their number as [1, 1, height, 1]."""
    (lowest, highest), (first, last) = limits, window
    # An emptied window keeps one row: the nearest that exists.
    end = g.add('Add', [row, g.integer(last)], base + '_end_raw')
    end = g.add('Clip', [end, g.integer(lowest + 1), highest], base + '_end')
    start = g.add('Add', [row, g.integer(first)], base + '_start_raw')
    start = g.add('Max', [start, g.integer(lowest)], base + '_start_low')
    start = g.add('Min', [start, g.add('Sub', [end, g.integer(1)], base + '_end_less')], base + '_start')
    length = g.add('Sub', [end, start], base + '_length')
    length = g.add('Cast', [length], base + '_length_f', to=TensorProto.FLOAT)
    length = g.add('Reshape', [length, g.integers(1, 1, -1, 1)], base + '_length_4d')
    at_end = g.add('Gather', [cumulative, end], base + '_at_end', axis=2)
    at_start = g.add('Gather', [cumulative, start], base + '_at_start', axis=2)
    return g.add('Sub', [at_end, at_start], base + '_sum'), length


def window_mean(g, base, cumulative, row, height, window):
    total, length = window_sum(g, base, cumulative, row, (0, height), window)
    return g.add('Div', [total, length], base)


def cumulative(g, value, name):
    """Sums over rows with a leading row of zeros: sum over [a, b) = out[b] - out[a]."""
    total = g.add('CumSum', [value, g.integer(2)], name + '_sum')
    return g.add('Pad', [total, g.integers(0, 0, 1, 0, 0, 0, 0, 0)], name)


def blur(g, value, sigma, axis, name):
    kernel, radius = gaussian(sigma)
    shape = [1, 1, 1, 1]
    shape[axis] = len(kernel)
    pads = [0] * 8
    pads[axis] = pads[axis + 4] = radius
    padded = g.add('Pad', [value, g.integers(*pads)], name + '_padded', mode='edge')
    return g.add('Conv', [padded, g.constant(name + '_kernel', kernel.reshape(shape))], name, kernel_shape=shape[2:])


def below_skin(g, value, name):
    return g.add('Slice', [value, g.integers(rows(SKIN)), g.integers(2**31 - 1), g.integers(2)], name)


def mean_of(g, value, name):
    return g.add('ReduceMean', [value], name, axes=[0, 1, 2, 3], keepdims=1)


def ridge_of(g, smooth, gain, row, height):
    """0 .. 1: a bright line lies here."""
    inner, outer = rows(RIDGE_INNER), rows(RIDGE_OUTER)
    total = cumulative(g, smooth, 'smooth_total')
    line = window_mean(g, 'ridge_line', total, row, height, (-inner, inner + 1))
    upper = window_mean(g, 'ridge_upper', total, row, height, (-outer, -inner))
    lower = window_mean(g, 'ridge_lower', total, row, height, (inner + 1, outer + 1))
    rise = g.add('Sub', [line, g.add('Max', [upper, lower], 'ridge_side')], 'ridge_rise')
    scale = g.add('Div', [gain, g.number(RIDGE_CONTRAST)], 'ridge_scale')
    rise = g.add('Mul', [rise, scale], 'ridge_relative')
    return g.add('Clip', [rise, g.number(0.0), g.number(1.0)], 'ridge')


def shadow_of(g, lateral, row, height):
    """0 .. 1: bright tissue above, darkness below."""
    mean = mean_of(g, below_skin(g, lateral, 'lateral_below_skin'), 'mean')
    cap = g.add('Max', [g.add('Mul', [mean, g.number(CAP_FACTOR)], 'cap_raw'), g.number(CAP_MINIMUM)], 'cap')
    capped = g.add('Min', [lateral, cap], 'capped')
    usual = mean_of(g, below_skin(g, capped, 'capped_below_skin'), 'usual')
    total = cumulative(g, capped, 'capped_total')

    window = (-rows(ABOVE_FAR), -rows(ABOVE_NEAR))
    tissue, length = window_sum(g, 'shadow_above', total, row, (rows(SKIN), height), window)
    prior = float(rows(ABOVE_PRIOR))
    tissue = g.add('Add', [tissue, g.add('Mul', [usual, g.number(prior)], 'prior')], 'shadow_above_and_prior')
    above = g.add('Div', [tissue, g.add('Add', [length, g.number(prior)], 'shadow_above_rows')], 'shadow_above')

    below = window_mean(g, 'shadow_below', total, row, height, (rows(BELOW_NEAR), rows(BELOW_FAR)))
    window = (rows(FIRST_NEAR), rows(FIRST_NEAR) + rows(FIRST_LENGTH))
    first = window_mean(g, 'shadow_first', total, row, height, window)

    fall = g.add('Sub', [above, g.add('Max', [below, first], 'shadow_brightest')], 'shadow_fall')
    fall = g.add('Div', [fall, g.add('Add', [above, g.number(SHADOW_OFFSET)], 'shadow_reference')], 'shadow_relative')
    fall = g.add('Sub', [fall, required_shadow(g, row)], 'shadow_over')
    fall = g.add('Div', [fall, g.number(SHADOW_SPAN)], 'shadow_scaled')
    return g.add('Clip', [fall, g.number(0.0), g.number(1.0)], 'shadow')


def required_shadow(g, row):
    """Relative darkening a shadow must exceed, per row: more near the skin."""
    depth = g.add('Cast', [row], 'row_f', to=TensorProto.FLOAT)
    depth = g.add('Mul', [depth, g.number(MM_PER_PIXEL / SHALLOW_RAMP)], 'depth_relative')
    share = g.add('Sub', [g.number(SHALLOW_UNTIL / SHALLOW_RAMP), depth], 'shallow_raw')
    share = g.add('Clip', [share, g.number(0.0), g.number(1.0)], 'shallow')
    extra = g.add('Mul', [share, g.number(SHALLOW_EXTRA)], 'shallow_extra')
    required = g.add('Add', [extra, g.number(SHADOW_LOW)], 'shadow_required')
    return g.add('Reshape', [required, g.integers(1, 1, -1, 1)], 'shadow_required_4d')


def last_of(g, smooth, row, height):
    """0 .. 1: nothing further down is as bright."""
    power = smooth
    for exponent in (2, 4, 8):
        power = g.add('Mul', [power, power], f'smooth_{exponent}')
    # From the bottom upwards: differences of one large sum would lose the faint rest below a bright line.
    rest = g.add('CumSum', [power, g.integer(2)], 'rest_sum', reverse=1)
    rest = g.add('Pad', [rest, g.integers(0, 0, 0, 0, 0, 0, 1, 0)], 'rest')
    start = g.add('Add', [row, g.integer(rows(LAST_START))], 'last_start_raw')
    start = g.add('Min', [start, height], 'last_start')
    rest = g.add('Gather', [rest, start], 'rest_below', axis=2)
    brightest = g.add('Div', [rest, g.number(float(rows(LAST_UNIT)))], 'rest_relative')
    for exponent in (2, 4, 8):
        brightest = g.add('Sqrt', [brightest], f'rest_root_{exponent}')
    ratio = g.add('Div', [brightest, g.add('Max', [smooth, g.number(0.001)], 'smooth_floor')], 'rest_ratio')
    excess = g.add('Sub', [ratio, g.number(LAST_FREE)], 'rest_excess')
    excess = g.add('Max', [excess, g.number(0.0)], 'rest_harm')
    loss = g.add('Mul', [excess, g.number(LAST_WEIGHT / (1 - LAST_FREE))], 'rest_loss')
    return g.add('Max', [g.add('Sub', [g.number(1.0), loss], 'last_raw'), g.number(0.0)], 'last')


def build():
    g = Graph()
    lateral = blur(g, 'image', LATERAL_SIGMA, 3, 'lateral')
    smooth = blur(g, lateral, AXIAL_SIGMA, 2, 'smooth')
    shape = g.add('Shape', ['image'], 'shape')
    height = g.add('Gather', [shape, g.integer(2)], 'height', axis=0)
    row = g.add('Range', [g.integer(0), height, g.integer(1)], 'row')

    maxima = g.add('ReduceMax', [below_skin(g, smooth, 'smooth_below_skin')], 'column_maxima', axes=[2], keepdims=1)
    level = g.add('Max', [mean_of(g, maxima, 'level_raw'), g.number(GAIN_FLOOR)], 'level')
    gain = g.add('Div', [g.number(GAIN_LEVEL), level], 'gain')

    ridge = ridge_of(g, smooth, gain, row, height)
    shadow = shadow_of(g, lateral, row, height)
    last = last_of(g, smooth, row, height)
    bright = g.add('Min', [g.add('Mul', [smooth, gain], 'bright_raw'), g.number(BRIGHT_LIMIT)], 'bright')

    bottom = g.add('Sub', [height, g.integer(rows(LEAST_BELOW))], 'bottom')
    deep = g.add('Not', [g.add('Less', [row, g.integer(rows(SKIN))], 'in_skin')], 'under_skin')
    valid = g.add('And', [deep, g.add('Less', [row, bottom], 'over_bottom')], 'valid')
    valid = g.add('Cast', [valid], 'valid_f', to=TensorProto.FLOAT)
    valid = g.add('Reshape', [valid, g.integers(1, 1, -1, 1)], 'valid_4d')

    value = g.add('Mul', [g.add('Sqrt', [ridge], 'ridge_root'), bright], 'bright_ridge')
    value = g.add('Mul', [value, shadow], 'shadowed_ridge')
    value = g.add('Mul', [value, last], 'last_ridge')
    g.add('Mul', [value, valid], 'likelihood')

    tensor = lambda name: helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 1, 'height', 'width'])
    graph = helper.make_graph(
        g.nodes, 'bone-tracer', [tensor('image')], [tensor('likelihood')], list(g.constants.values())
    )
    model = helper.make_model(
        graph, producer_name='make_bone_tracer', opset_imports=[helper.make_opsetid('', OPSET)], ir_version=IR_VERSION
    )
    onnx.checker.check_model(model, full_check=True)
    return model.SerializeToString()


def camel(name):
    first, *others = name.lower().split('_')
    return first + ''.join(word.capitalize() for word in others)


def manifest(data):
    lines = []
    for key, value, comment in SURFACE:
        if comment:
            lines.append(f'  # {comment}')
        lines.append(f'  {key}: {value}')
    return MANIFEST.format(
        file=FILE,
        sha256=hashlib.sha256(data).hexdigest(),
        size=len(data),
        mm_per_pixel=MM_PER_PIXEL,
        surface='\n'.join(lines),
        graph='\n'.join(f'  {camel(name)}: {globals()[name]}' for name in GRAPH),
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    default = pathlib.Path(__file__).resolve().parent.parent / 'bone-tracer'
    parser.add_argument('--out', type=pathlib.Path, default=default, help='folder to write to (default: %(default)s)')
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    data = build()
    (out / FILE).write_bytes(data)
    (out / 'model.yaml').write_text(manifest(data), encoding='utf-8')
    print(f'{out / FILE}: {len(data)} bytes, sha256 {hashlib.sha256(data).hexdigest()}')


if __name__ == '__main__':
    main()
