import { beforeEach, describe, expect, it } from 'vitest';
import { LivePath } from '../../../src-main/engine/live-path.ts';
import type { InferenceResult } from '../../../src-main/inference/index.ts';
import { initQueues, monotonicMs } from '../../../src-main/pipeline/index.ts';
import { type GpuFrame, packMask, type RawFrame, type ResultPacket } from '../../../src-shared/index.ts';
import { aFrame } from '../../support/frames.ts';

/** Inference as the live path sees it: two credits, and answers when the test says so. */
class Inference {
  isReady = true;
  wantsFresher = false;
  readonly submitted: GpuFrame[] = [];
  outstanding = 0;

  get hasCredit(): boolean {
    return this.isReady && this.outstanding < 2;
  }

  submit(frame: GpuFrame): void {
    this.submitted.push(frame);
    this.outstanding++;
  }
}

function resultFor(frame: GpuFrame): InferenceResult {
  const nowMs = monotonicMs();
  return {
    handle: frame.handle,
    state: 'no-bone',
    mask: new Uint8Array(frame.size[0] * frame.size[1]),
    maskBits: packMask(new Uint8Array(frame.size[0] * frame.size[1])),
    boxes: null,
    detailMs: {},
    score: null,
    reason: null,
    modelId: 'bone-tracer',
    provider: 'cpu',
    dequeuedMs: frame.dequeuedMs,
    preprocessedMs: nowMs,
    runStartMs: nowMs,
    runEndMs: nowMs,
    postprocessedMs: nowMs,
    waitMs: 0,
  };
}

describe('LivePath', () => {
  let inference: Inference;
  let sent: ResultPacket[];
  let unanswered: RawFrame[];
  let path: LivePath;

  const receive = (count: number): void => {
    for (let i = 0; i < count; i++) path.receive(aFrame({ receivedMs: monotonicMs() }));
  };
  const answer = (index: number): void => {
    inference.outstanding--;
    path.resultArrived(resultFor(inference.submitted[index] as GpuFrame));
    path.pump();
  };
  const expectIdentity = (): void => {
    const { received, sent: out, dropped, inFlight } = path.counts();
    expect(received).toBe(out + dropped + inFlight);
  };

  beforeEach(() => {
    inference = new Inference();
    sent = [];
    unanswered = [];
    path = new LivePath(initQueues(), 3, inference, {
      send: () => {},
      sent: (packet) => sent.push(packet),
      unanswered: (frame) => unanswered.push(frame),
    });
  });

  it('says which frame of those with the model gets no result', () => {
    receive(2);
    const [first] = inference.submitted as [GpuFrame];
    path.handedOverDropped(first.handle, 'inference-down');
    expect(unanswered.map(({ pixels }) => pixels)).toEqual([first.pixels]);
    path.handedOverDropped(first.handle, 'inference-down');
    expect(unanswered).toHaveLength(1);
  });

  it('hands a frame over in the turn in which it arrives when there is a credit', () => {
    receive(1);
    expect(inference.submitted).toHaveLength(1);
    expectIdentity();
  });

  it('never has more than two frames with the model; the rest waits, newest three', () => {
    receive(7);
    expect(inference.submitted).toHaveLength(2);
    expect(path.counts()).toEqual({ received: 7, sent: 0, dropped: 2, inFlight: 5 });
  });

  it('hands the next frame over as soon as a result gives the credit back', () => {
    receive(4);
    answer(0);
    expect(inference.submitted).toHaveLength(3);
    expect(sent).toHaveLength(1);
    expectIdentity();
  });

  it('sends results in the order of their frames with complete traces', () => {
    receive(2);
    answer(0);
    answer(1);
    expect(sent.map((packet) => packet.trace.sentMs !== null)).toEqual([true, true]);
    expect(sent[0]?.frame.receivedMs).toBeLessThan(sent[1]?.frame.receivedMs as number);
  });

  it('counts frames that die with the inference process, and frames that come while it is down', () => {
    receive(3);
    inference.isReady = false;
    for (const frame of inference.submitted) path.handedOverDropped(frame.handle, 'inference-down');
    inference.outstanding = 0;
    expectIdentity();
    receive(10);
    const counts = path.counts();
    expect(counts).toEqual({ received: 13, sent: 0, dropped: 10, inFlight: 3 });
  });

  it('ignores a result that comes after its frame was dropped', () => {
    receive(1);
    path.handedOverDropped(inference.submitted[0]?.handle as number, 'outdated');
    path.resultArrived(resultFor(inference.submitted[0] as GpuFrame));
    expect(sent).toHaveLength(0);
    expectIdentity();
  });

  it('drops what belongs to the old source when the source changes', () => {
    receive(5);
    path.abandonFrames();
    expect(path.counts()).toEqual({ received: 5, sent: 0, dropped: 5, inFlight: 0 });
    answer(0);
    expect(sent).toHaveLength(0);
  });

  it('drops outdated frames before handing over and keeps the newest', () => {
    path.setMaxLagMs(50);
    const nowMs = monotonicMs();
    inference.outstanding = 2;
    for (const age of [400, 300, 1]) path.receive(aFrame({ receivedMs: nowMs - age }));
    inference.outstanding = 0;
    path.pump();
    expect(inference.submitted.map((frame) => frame.receivedMs)).toEqual([nowMs - 1]);
    expectIdentity();
  });

  it('gives a model that lets its prepared frame age the newest one instead, and counts what it passes over', () => {
    receive(2);
    const nowMs = monotonicMs();
    for (const age of [30, 20, 10]) path.receive(aFrame({ receivedMs: nowMs - age }));
    expect(inference.submitted).toHaveLength(2);
    inference.wantsFresher = true;
    path.pump();
    expect(inference.submitted.slice(2).map((frame) => frame.receivedMs)).toEqual([nowMs - 10]);
    path.handedOverDropped(inference.submitted[1]?.handle as number, 'outdated');
    expect(path.counts()).toEqual({ received: 5, sent: 0, dropped: 3, inFlight: 2 });
  });

  it('marks the frames of another source as another series', () => {
    receive(1);
    path.abandonFrames();
    inference.outstanding = 0;
    receive(1);
    const [before, after] = inference.submitted.map(({ series }) => series);
    expect(after).not.toBe(before);
  });

  it('lets no mask out after the model was switched off, however late its result comes', () => {
    receive(2);
    path.setModelEnabled(false);
    answer(0);
    expect(sent).toHaveLength(0);
    expect(path.counts()).toEqual({ received: 2, sent: 0, dropped: 2, inFlight: 0 });
  });

  it('releases every frame once: when its result was sent, or when it was dropped, wherever it was', () => {
    const released: number[] = [];
    // Two with the model, three in the queue, which the sixth pushes the oldest out of.
    for (let i = 0; i < 6; i++) {
      path.receive(aFrame({ receivedMs: monotonicMs(), lease: { hold: () => {}, release: () => released.push(i) } }));
    }
    expect(released).toEqual([2]);
    path.handedOverDropped(inference.submitted[1]?.handle as number, 'inference-down');
    expect(released).toEqual([2, 1]);
    inference.isReady = false;
    answer(0);
    expect(released).toEqual([2, 1, 0]);
    path.resultArrived(resultFor(inference.submitted[1] as GpuFrame));
    path.abandonFrames();
    expect(released).toEqual([2, 1, 0, 3, 4, 5]);
  });

  it('passes every frame on as AI OFF when the model is switched off', () => {
    path.setModelEnabled(false);
    receive(3);
    expect(sent.map((packet) => packet.state)).toEqual(['ai-off', 'ai-off', 'ai-off']);
    expect(path.counts()).toEqual({ received: 3, sent: 3, dropped: 0, inFlight: 0 });
  });
});
