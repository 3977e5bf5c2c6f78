import type {
  DropReason,
  FrameResult,
  GpuFrame,
  LatencyTrace,
  RawFrame,
  ResultPacket,
  SettingKey,
  Settings,
} from '../../src-shared/index.ts';
import type { InferenceResult } from '../inference/index.ts';
import { FrameLedger, type LedgerCounts, MAX_LAG_MS, monotonicMs, type PipelineQueues } from '../pipeline/index.ts';
import type { EnginePart } from './part.ts';

/** What the live path needs of inference: two credits, and exactly one answer per submitted frame. */
export interface InferencePort {
  /** True while the process is ready and fewer than two frames are with it. */
  readonly hasCredit: boolean;
  readonly isReady: boolean;
  /** True when a newer frame may take the place of the one prepared, which waited too long for the model. */
  readonly wantsFresher: boolean;
  submit(frame: GpuFrame): void;
}

export interface LivePathEvents {
  /** A finished result leaves; returns nothing and must not block. */
  send(packet: ResultPacket): void;
  /** After `send`, with the complete trace. */
  sent(packet: ResultPacket): void;
  /** A frame that was with the model gets no result. */
  unanswered(frame: RawFrame): void;
}

interface Pending {
  readonly frame: RawFrame;
  readonly dequeuedMs: number;
  readonly waitedMs: number;
}

/**
 * receiver -> Queue_RT_dyn -> (credits) -> inference -> Queue_Out -> sender, and its books.
 *
 * Driven by two events only, a frame arriving and a credit coming free: no timer, no polling, nothing waits. All
 * counters change in the turn in which a frame moves, so `received = sent + dropped + in flight` holds whenever anybody
 * looks.
 */
export class LivePath implements EnginePart {
  readonly #queues: PipelineQueues;
  readonly #inference: InferencePort;
  readonly #on: LivePathEvents;
  readonly #ledger: FrameLedger<Pending>;
  /** Frames that arrived while the model was busy: only their time in the queue counts as waiting for the model. */
  readonly #arrivedWhileBusy = new WeakSet<RawFrame>();
  #maxLagMs: number = MAX_LAG_MS;
  #modelEnabled = true;
  #nextHandle = 1;
  #series = 0;
  #received = 0;
  #sent = 0;

  constructor(queues: PipelineQueues, gpuSize: number, inference: InferencePort, on: LivePathEvents) {
    this.#queues = queues;
    this.#inference = inference;
    this.#on = on;
    this.#ledger = new FrameLedger(gpuSize);
    queues.reportGpuStatsFrom(() => this.#ledger.stats());
  }

  settingsChanged(changed: ReadonlySet<SettingKey>, settings: Settings): void {
    if (changed.has('model.enabled')) {
      this.setModelEnabled(settings['model.enabled']);
    }
  }

  setMaxLagMs(maxLagMs: number): void {
    this.#maxLagMs = Math.min(MAX_LAG_MS, maxLagMs);
  }

  /** Switched off, nothing of what the model still works on may come after the news that there are no masks. */
  setModelEnabled(enabled: boolean): void {
    this.#modelEnabled = enabled;
    if (!enabled) {
      this.#dropHandedOver('ai-off');
    }
    this.pump();
  }

  /** A frame was received: it enters the books and, when there is a credit, leaves for the model at once. */
  receive(frame: RawFrame): void {
    this.#received++;
    if (!this.#inference.hasCredit) {
      this.#arrivedWhileBusy.add(frame);
    }
    this.#queues.enqueueNowaitRt(frame, this.#inference.isReady || !this.#modelEnabled ? 'full' : 'inference-down');
    this.pump();
  }

  /** Hands over as many frames as there are credits, the freshest that the lag limit leaves. */
  pump(): void {
    while (!this.#modelEnabled || this.#inference.hasCredit) {
      const nowMs = monotonicMs();
      this.#queues.applyRtBackpressure(nowMs, this.#maxLagMs);
      const frame = this.#queues.tryDequeue(this.#queues.getQueueRtDyn());
      if (frame === null) {
        return;
      }
      if (this.#modelEnabled) {
        this.#handOver(frame, nowMs);
      } else {
        this.#finish(withoutModel(frame, nowMs));
      }
    }
    this.#refresh();
  }

  resultArrived(result: InferenceResult): void {
    const pending = this.#ledger.resolve(result.handle);
    if (pending !== undefined) {
      this.#finish(packetOf(pending, result));
    }
  }

  /** The model will not answer for this frame; counted with Queue_GPU. */
  handedOverDropped(handle: number, reason: DropReason): void {
    this.#drop(handle, reason);
  }

  /** The source was closed, replaced or lost: what is still under way belongs to another picture. */
  abandonFrames(): void {
    this.#series++;
    this.#queues.getQueueRtDyn().clear('source-changed');
    this.#dropHandedOver('source-changed');
    this.#queues.getQueueOut().clear('source-changed');
  }

  counts(): LedgerCounts {
    const { queues } = this.#queues.getPipelineMetrics();
    return {
      received: this.#received,
      sent: this.#sent,
      dropped: queues.Queue_RT_dyn.drops + queues.Queue_GPU.drops + queues.Queue_Out.drops,
      inFlight: queues.Queue_RT_dyn.size + queues.Queue_GPU.size + queues.Queue_Out.size,
    };
  }

  #dropHandedOver(reason: DropReason): void {
    for (const handle of this.#ledger.handles()) {
      this.#drop(handle, reason);
    }
  }

  #drop(handle: number, reason: DropReason): void {
    const pending = this.#ledger.drop(handle, reason);
    if (pending !== undefined) {
      this.#on.unanswered(pending.frame);
      // The model's process got a copy of its own.
      pending.frame.lease?.release();
    }
  }

  /** A slow model's prepared frame ages behind the one that runs: the newest takes its place (design, section 4). */
  #refresh(): void {
    if (!this.#modelEnabled || !this.#inference.wantsFresher) return;
    const nowMs = monotonicMs();
    this.#queues.applyRtBackpressure(nowMs, 0);
    const frame = this.#queues.tryDequeue(this.#queues.getQueueRtDyn());
    if (frame !== null) this.#handOver(frame, nowMs);
  }

  #handOver(frame: RawFrame, nowMs: number): void {
    const handle = this.#nextHandle++;
    const waitedMs = this.#arrivedWhileBusy.has(frame) ? nowMs - frame.receivedMs : 0;
    this.#ledger.handOver(handle, { frame, dequeuedMs: nowMs, waitedMs });
    this.#inference.submit({
      handle,
      series: this.#series,
      size: frame.meta.size,
      components: frame.components,
      pixels: frame.pixels,
      scale: frame.meta.scale,
      orientation: frame.meta.orientation,
      receivedMs: frame.receivedMs,
      dequeuedMs: nowMs,
    });
  }

  #finish(packet: ResultPacket): void {
    this.#queues.enqueueNowaitOut({ packet, receivedMs: packet.frame.receivedMs });
    this.#drainOut();
  }

  #drainOut(): void {
    for (let item = this.#takeOut(); item !== null; item = this.#takeOut()) {
      this.#on.send(item.packet);
      this.#sent++;
      this.#on.sent({ ...item.packet, trace: { ...item.packet.trace, sentMs: monotonicMs() } });
      item.packet.frame.lease?.release();
    }
  }

  #takeOut(): { packet: ResultPacket } | null {
    return this.#queues.tryDequeue(this.#queues.getQueueOut());
  }
}

function withoutModel(frame: RawFrame, nowMs: number): ResultPacket {
  return {
    frame,
    state: 'ai-off',
    result: null,
    score: null,
    reason: null,
    modelId: null,
    provider: null,
    trace: { ...EMPTY_TRACE, receivedMs: frame.receivedMs, dequeuedMs: nowMs },
  };
}

function packetOf(pending: Pending, result: InferenceResult): ResultPacket {
  return {
    frame: pending.frame,
    state: result.state,
    result: answerOf(result),
    score: result.score,
    reason: result.reason,
    modelId: result.modelId,
    provider: result.provider,
    trace: {
      receivedMs: pending.frame.receivedMs,
      dequeuedMs: pending.dequeuedMs,
      preprocessedMs: result.preprocessedMs,
      runStartMs: result.runStartMs,
      runEndMs: result.runEndMs,
      postprocessedMs: result.postprocessedMs,
      sentMs: null,
      modelWaitMs: pending.waitedMs + result.waitMs,
      detailMs: result.detailMs,
    },
  };
}

function answerOf({ state, mask, maskBits, boxes }: InferenceResult): FrameResult | null {
  if (mask !== null && maskBits !== null) return { kind: 'mask', mask, bits: maskBits, boxes };
  return boxes !== null && state !== 'ai-failed' ? { kind: 'boxes', boxes } : null;
}

const EMPTY_TRACE: LatencyTrace = {
  receivedMs: 0,
  dequeuedMs: null,
  preprocessedMs: null,
  runStartMs: null,
  runEndMs: null,
  postprocessedMs: null,
  sentMs: null,
  modelWaitMs: 0,
  detailMs: {},
};
