/**
 * Entry of the engine's utility process: the engine of `ultramotion engine`, with the same flags, whose consoles are the
 * desktop's windows (and browsers beside them) and whose inference processes are started by the main process.
 */
import { parseEngineFlags, type RunningEngine, runEngine } from '../cli/index.ts';
import type { EngineBackend } from '../gateway/index.ts';
import { ALIVE_MS, type FromEngine, type ToEngine } from './engine-messages.ts';
import { InferenceBroker } from './inference-broker.ts';
import { serveWindow } from './window-session.ts';

/** Time for a last message to leave before the process ends. */
const FLUSH_MS = 100;

const { parentPort } = process;
const send = (message: FromEngine): void => parentPort.postMessage(message);
const inference = new InferenceBroker(send);
const starting = start();

async function start(): Promise<RunningEngine | null> {
  try {
    const running = await runEngine(parseEngineFlags(process.argv.slice(2)), {
      spawnInference: inference.spawn,
      cannotListen: (reason) => process.stderr.write(`browsers are not served: ${reason}\n`),
    });
    reportToMain(running.engine);
    send({ type: 'ready', url: running.url });
    return running;
  } catch (error) {
    send({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
    setTimeout(() => process.exit(1), FLUSH_MS);
    return null;
  }
}

/** Tells main only when the picture begins or ceases to be live, and when a recording begins or ends. */
function reportToMain(engine: EngineBackend): void {
  let wasLive = false;
  let wasRecording = false;
  engine.subscribe({
    snapshot: ({ liveness, recording }) => {
      const live = liveness === 'LIVE';
      if (live !== wasLive) {
        wasLive = live;
        send({ type: 'liveness', live });
      }
      const active = recording.state === 'recording' || recording.state === 'stopping';
      if (active !== wasRecording) {
        wasRecording = active;
        send({ type: 'recording', active });
      }
    },
    kpi: () => {},
  });
}

async function shutDown(): Promise<void> {
  try {
    await (await starting)?.close();
  } finally {
    process.exit(0);
  }
}

parentPort.on('message', ({ data, ports }) => {
  const message = data as ToEngine;
  const [port] = ports;
  switch (message.type) {
    case 'window-port':
      if (port !== undefined) {
        void starting.then((running) => running !== null && serveWindow(port, running.engine, running.desk));
      }
      break;
    case 'inference-started':
      if (port !== undefined) {
        inference.started(message.id, message.pid, port);
      }
      break;
    case 'inference-exited':
      inference.exited(message.id, message.code);
      break;
    case 'shutdown':
      void shutDown();
      break;
  }
});
setInterval(() => send({ type: 'alive' }), ALIVE_MS);
