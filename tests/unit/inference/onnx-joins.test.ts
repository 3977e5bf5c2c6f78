import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { pythonWithOnnx, skippedWithoutOnnx } from '../../support/python.ts';

const training = path.resolve(import.meta.dirname, '../../../models/training');

/** Three pictures joined, filtered and mixed; the joined picture is read by something else too where `shared`. */
const SCRIPT = `
import sys
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnx_joins import without_joins

out, shared = sys.argv[1], sys.argv[2] == 'shared'
values = np.random.default_rng(1)
def weight(name, *shape): return numpy_helper.from_array(values.normal(size=shape).astype(np.float32), name)
weights = [weight('narrow', 4, 3, 1, 1), weight('per_channel', 10, 1, 3, 3), weight('per_bias', 10),
           weight('across', 5, 10, 1, 1), weight('across_bias', 5)]
nodes = [
    helper.make_node('Conv', ['image', 'narrow'], ['first'], kernel_shape=[1, 1]),
    helper.make_node('Relu', ['first'], ['second']),
    helper.make_node('Concat', ['second', 'image', 'image'], ['joined'], axis=1),
    helper.make_node('Conv', ['joined', 'per_channel', 'per_bias'], ['filtered'], group=10, kernel_shape=[3, 3],
                     pads=[1, 1, 1, 1], strides=[2, 2]),
    helper.make_node('Conv', ['filtered', 'across', 'across_bias'], ['mixed'], kernel_shape=[1, 1]),
    helper.make_node('Relu', ['mixed'], ['answer']),
    *([helper.make_node('Relu', ['joined'], ['other'])] if shared else []),
]
picture = helper.make_tensor_value_info('image', TensorProto.FLOAT, [1, 3, 'rows', 'columns'])
results = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in ['answer', *(['other'] if shared else [])]]
model = helper.make_model(helper.make_graph(nodes, 'joined', [picture], results, weights),
                          opset_imports=[helper.make_opsetid('', 16)], ir_version=8)
onnx.save(model, out + '/joined.onnx')
onnx.save(without_joins(model), out + '/apart.onnx')
print(' '.join(node.op_type for node in model.graph.node))
`;

describe.skipIf(pythonWithOnnx === null)(`joins taken out of a graph${skippedWithoutOnnx}`, () => {
  const answers = async (kind: 'plain' | 'shared') => {
    const out = mkdtempSync(path.join(tmpdir(), 'onnx-joins-'));
    try {
      const env = { ...process.env, PYTHONPATH: training, PYTHONDONTWRITEBYTECODE: '1' };
      const run = spawnSync(pythonWithOnnx ?? '', ['-c', SCRIPT, out, kind], { encoding: 'utf8', env });
      expect(run.status, run.stderr).toBe(0);
      const image = new ort.Tensor(
        'float32',
        Float32Array.from({ length: 3 * 12 * 14 }, (_, i) => Math.sin(i)),
        [1, 3, 12, 14],
      );
      const results = [];
      for (const file of ['joined', 'apart']) {
        const session = await ort.InferenceSession.create(path.join(out, `${file}.onnx`));
        results.push((await session.run({ image })).answer!);
        await session.release();
      }
      return { operations: run.stdout.trim(), joined: results[0]!, apart: results[1]! };
    } finally {
      rmSync(out, { recursive: true });
    }
  };

  it('leaves the same answer, but for rounding, as a sum of what each part gives', async () => {
    const { operations, joined, apart } = await answers('plain');
    expect(operations).toBe('Conv Relu Conv Conv Conv Conv Conv Conv Add Add Relu');
    expect(apart.dims).toEqual(joined.dims);
    const [before, after] = [joined.data as Float32Array, apart.data as Float32Array];
    expect(before.some((value) => value > 1)).toBe(true);
    for (const [i, value] of before.entries()) expect(Math.abs(after[i]! - value), `${i}`).toBeLessThan(1e-4);
  });

  it('leaves a join alone that something else reads too', async () => {
    expect((await answers('shared')).operations).toBe('Conv Relu Concat Conv Conv Relu Relu');
  });
});
