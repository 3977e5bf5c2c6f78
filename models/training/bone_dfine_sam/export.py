"""Writes the nets as ONNX files with the signatures of D-FINE's and MobileSAM's own exports."""
import pathlib
import warnings

import onnx
import torch
from torch import nn

from onnx_joins import without_joins

from . import detector as stage1
from . import segmenter, segmenter_export as stage2

OPSET = 16


def _write(net: nn.Module, inputs: dict[str, torch.Tensor], outputs: list[str], axes: dict, path: pathlib.Path) -> None:
    with warnings.catch_warnings():
        # The tracer warns of every size it cannot prove to be fixed; they are meant to be.
        warnings.simplefilter('ignore')
        torch.onnx.export(
            net.to(memory_format=torch.contiguous_format).eval(),
            tuple(inputs.values()),
            str(path),
            opset_version=OPSET,
            input_names=list(inputs),
            output_names=outputs,
            dynamic_axes=axes,
            do_constant_folding=True,
        )
    model = without_joins(onnx.load(str(path)))
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, str(path))


def write_detector(net: stage1.BoneDetector, path: pathlib.Path) -> None:
    side = stage1.INPUT_SIDE
    # Two pictures: traced with one, the number would become part of the graph.
    inputs = {
        'images': torch.rand(2, 3, side, side),
        'orig_target_sizes': torch.tensor([[side, side]] * 2, dtype=torch.int64),
    }
    axes = {name: {0: 'N'} for name in [*inputs, 'labels', 'boxes', 'scores']}
    _write(stage1.DFineExport(net), inputs, ['labels', 'boxes', 'scores'], axes, path)


def write_encoder(net: segmenter.BoneEncoder, decoder: segmenter.BoneDecoder, path: pathlib.Path) -> None:
    """`decoder`: the one it learnt with, a part of which the file does for it."""
    inputs = {'image': torch.rand(1, 3, stage2.INPUT_SIDE, stage2.INPUT_SIDE)}
    _write(stage2.EncoderExport(net, decoder), inputs, ['image_embeddings'], {}, path)


def write_decoder(net: segmenter.BoneDecoder, path: pathlib.Path) -> None:
    side = stage2.MASK_SIDE
    inputs = {
        'image_embeddings': torch.rand(1, stage2.EMBEDDING_CHANNELS, stage2.EMBEDDING_SIDE, stage2.EMBEDDING_SIDE),
        'point_coords': torch.tensor([[[200.0, 200.0], [600.0, 500.0], [0.0, 0.0]]]),
        'point_labels': torch.tensor([[2.0, 3.0, -1.0]]),
        'mask_input': torch.zeros(1, 1, side, side),
        'has_mask_input': torch.zeros(1),
        'orig_im_size': torch.tensor([480.0, 640.0]),
    }
    axes = {
        'point_coords': {1: 'num_points'},
        'point_labels': {1: 'num_points'},
        'masks': {2: 'height', 3: 'width'},
    }
    _write(stage2.DecoderExport(net), inputs, ['masks', 'iou_predictions', 'low_res_masks'], axes, path)
