/**
 * Entry of the inference process (fork in plain Node, utility process in Electron): receives frames, prepares them, runs
 * the model, answers them. It ends itself when its engine is gone.
 */
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { type ProviderName, type Saying, say } from '../../src-shared/index.ts';
import { keepYoungGenerationSmall } from '../pipeline/index.ts';
import { openChannel } from './channel.ts';
import { openFrameMemory } from './frame-memory.ts';
import { InferenceService } from './inference-service.ts';
import { needsOwnThread, stagesOf } from './kinds.ts';
import { readManifest, refusalOf } from './manifest.ts';
import type {
  FromInference,
  FromSessions,
  InferenceConfig,
  RunRequest,
  SessionsConfig,
  ToInference,
} from './messages.ts';
import { guardAgainstOrphanage } from './orphan-guard.ts';
import { doRegistryJob, findModel } from './registry/index.ts';
import { openSessions, type Sessions } from './sessions.ts';

/** Time for a last message to leave before the process ends. */
const FLUSH_MS = 100;

keepYoungGenerationSmall();
const channel = openChannel();
const send = (message: FromInference): void => channel.postMessage(message);
let service: InferenceService | null = null;
const memory = openFrameMemory();

/** Node's own exit waits for the worker; during a run that aborts with a core dump, so then it is a kill. */
function end(code: number): void {
  if (service?.isRunning) process.kill(process.pid, 'SIGKILL');
  process.exit(code);
}

/** The first reason is the one that counts; what ends after it ends because of it. */
let failing = false;
function fail(why: Saying): void {
  if (failing) return;
  failing = true;
  send({ type: 'failed', why });
  setTimeout(() => end(1), FLUSH_MS);
}

function start(config: InferenceConfig, crashed: readonly ProviderName[]): void {
  const folders = { shipped: config.modelsDir, user: config.userModelsDir ?? null };
  const { folder: modelDir } = findModel(folders, config.modelId);
  const manifest = readManifest(modelDir);
  const { intraOpThreads, allowSpinning, providers, device } = config;
  const sessions: SessionsConfig = { modelDir, intraOpThreads, allowSpinning, providers, device, crashed };
  const isThreaded = needsOwnThread(manifest);
  const startRun = isThreaded ? runInThread(sessions) : runHere(sessions);
  service = new InferenceService(stagesOf(manifest), {
    gpuQueueSize: config.gpuQueueSize,
    maxLagMs: config.maxLagMs,
    mask: config.mask,
    runsBlock: !isThreaded,
    send,
    release: (pixels) => memory?.release(pixels),
    startRun,
  });
}

function hear(message: FromSessions): void {
  if (message.type === 'done') service?.runDone(message);
  else if (message.type === 'failed') fail(message.why);
  else send(message);
}

/** Sessions in this very thread: short runs, between which frames and the engine's end are noticed. */
function runHere(config: SessionsConfig): (request: RunRequest) => void {
  let sessions: Sessions | null = null;
  void openSessions(config, hear).then((opened) => {
    sessions = opened;
    if (opened !== null) hear(opened.ready);
  });
  guardAgainstOrphanage();
  return (request) => void sessions?.answer(request).then(hear);
}

/** Sessions in a thread of their own: a frame's inputs go over with their memory. */
function runInThread(workerData: SessionsConfig): (request: RunRequest) => void {
  // Beside this file, as a TypeScript source or as a bundle: both carry this file's extension.
  const entry = `./session-worker${path.extname(import.meta.url)}`;
  const worker = new Worker(new URL(entry, import.meta.url), { workerData });
  worker.on('message', hear);
  worker.on('error', (error) => fail(say('model.thread-failed', { why: String(error) })));
  worker.on('exit', (code) => fail(say('model.thread-ended', { code })));
  return (request) => {
    const inputs = request.inputs.map(({ data }) => data.buffer);
    worker.postMessage(request, request.spare === null ? inputs : [...inputs, request.spare.buffer]);
  };
}

channel.onClose(() => end(0));
channel.onMessage((data) => {
  const message = data as ToInference;
  if (message.type === 'frame') {
    service?.accept(message.frame);
  } else if (message.type === 'frame-slot') {
    if (memory === null) throw new Error('a frame came through memory that this process does not have');
    service?.accept({ ...message.frame, pixels: memory.read(message.slot, message.bytes) });
  } else if (message.type === 'max-lag') {
    service?.setMaxLagMs(message.maxLagMs);
  } else if (message.type === 'mask-options') {
    service?.setMaskOptions(message.mask);
  } else if (message.type === 'registry') {
    doRegistryJob(message.folders, message.job).then(
      (value) => send({ type: 'registry-done', value }),
      (error) => fail(refusalOf(error)),
    );
  } else if (service === null) {
    try {
      start(message.config, message.crashed);
    } catch (error) {
      fail(refusalOf(error));
    }
  }
});
