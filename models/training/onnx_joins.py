"""Takes joins of channels out of an exported graph. Nothing else changes, and no result but by rounding.

A separable convolution over two joined pictures is the sum of two separable convolutions, one of each: filters within a
channel never see the other channels, and mixing the channels is a sum over them. ONNX Runtime adds within the second mix,
so the joined picture, often the largest of the net, is neither written nor read.
"""
import numpy as np
import onnx
from onnx import helper, numpy_helper


def without_joins(model: onnx.ModelProto) -> onnx.ModelProto:
    """`model` with every Concat that only a separable convolution reads taken apart; the same object."""
    graph = _Graph(model)
    for join in [node for node in model.graph.node if node.op_type == 'Concat']:
        filters = graph.only_reader(join)
        mix = None if filters is None else graph.only_reader(filters)
        if filters is not None and mix is not None and graph.is_separable(filters, mix):
            graph.take_apart(join, filters, mix)
    graph.finish()
    return model


class _Graph:
    """The graph of a model while it is changed: nodes in order, weights as arrays by name, what is known of shapes."""

    def __init__(self, model: onnx.ModelProto):
        self.graph = model.graph
        self.weights = {weight.name: numpy_helper.to_array(weight) for weight in model.graph.initializer}
        self.writer = {output: node for node in model.graph.node for output in node.output}
        inferred = onnx.shape_inference.infer_shapes(model).graph
        self.shapes = {
            value.name: [side.dim_value for side in value.type.tensor_type.shape.dim]
            for value in [*inferred.value_info, *inferred.input]
        }
        self.nodes = list(model.graph.node)

    def only_reader(self, node: onnx.NodeProto) -> onnx.NodeProto | None:
        """The one node that reads what `node` writes; None: several do, or it is a result of the graph."""
        readers = [reader for reader in self.nodes if node.output[0] in reader.input]
        is_result = any(output.name == node.output[0] for output in self.graph.output)
        return readers[0] if len(readers) == 1 and not is_result else None

    def is_separable(self, filters: onnx.NodeProto, mix: onnx.NodeProto) -> bool:
        if filters.op_type != 'Conv' or mix.op_type != 'Conv':
            return False
        per_channel, across = self.weights[filters.input[1]], self.weights[mix.input[1]]
        return per_channel.shape[1] == 1 and per_channel.shape[0] == across.shape[1] and across.shape[2:] == (1, 1)

    def channels(self, value: str) -> int:
        """Of a picture; where the exporter lost its shape, those of the convolution it comes from."""
        known = self.shapes.get(value, [])
        if len(known) > 1 and known[1] > 0:
            return known[1]
        node = self.writer[value]
        return self.weights[node.input[1]].shape[0] if node.op_type == 'Conv' else self.channels(node.input[0])

    def take_apart(self, join: onnx.NodeProto, filters: onnx.NodeProto, mix: onnx.NodeProto) -> None:
        new, sums, first = [], [], 0
        for i, part in enumerate(join.input):
            own = slice(first, first + self.channels(part))
            filtered, mixed = f'{filters.output[0]}_{i}', f'{mix.output[0]}_{i}'
            new.append(self._convolution(filters, part, filtered, own, own))
            # The bias belongs to the sum: one of the parts brings it.
            new.append(self._convolution(mix, filtered, mixed, (slice(None), own), slice(None) if i == 0 else None))
            sums.append(mixed)
            first = own.stop
        while len(sums) > 1:
            total = mix.output[0] if len(sums) == 2 else f'{sums[0]}_and_more'
            new.append(helper.make_node('Add', sums[:2], [total], name=total))
            sums[:2] = [total]
        at = self.nodes.index(mix)
        self.nodes[at : at + 1] = new
        for node in (join, filters):
            self.nodes.remove(node)

    def _convolution(self, like: onnx.NodeProto, source: str, result: str, weights, biases) -> onnx.NodeProto:
        """As `like`, from `source` to `result`, with the part of its weights and biases these indices pick; None: no bias."""
        inputs = [source, self._weight(f'{result}_weight', self.weights[like.input[1]][weights])]
        if len(like.input) > 2 and biases is not None:
            inputs.append(self._weight(f'{result}_bias', self.weights[like.input[2]][biases]))
        node = helper.make_node('Conv', inputs, [result], name=result)
        for attribute in like.attribute:
            is_per_channel = attribute.name == 'group' and attribute.i > 1
            channels = self.weights[inputs[1]].shape[0]
            node.attribute.append(helper.make_attribute('group', channels) if is_per_channel else attribute)
        return node

    def _weight(self, name: str, values: np.ndarray) -> str:
        self.weights[name] = np.ascontiguousarray(values)
        self.graph.initializer.append(numpy_helper.from_array(self.weights[name], name))
        return name

    def finish(self) -> None:
        read = {value for node in self.nodes for value in node.input}
        kept = [weight for weight in self.graph.initializer if weight.name in read]
        del self.graph.node[:], self.graph.initializer[:], self.graph.value_info[:]
        self.graph.node.extend(self.nodes)
        self.graph.initializer.extend(kept)
