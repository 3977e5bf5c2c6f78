/** Thread of a PhantomLoop: renders the loop's frames in order, hands each over, and ends. */
import { parentPort, workerData } from 'node:worker_threads';
import type { FrameContent, PhantomOptions } from './frame.ts';
import type { RenderedMessage } from './loop.ts';
import { PhantomScene } from './scene.ts';

if (parentPort === null) throw new Error('phantom-worker runs as the thread of a PhantomLoop, not by itself');

const scene = new PhantomScene(workerData as PhantomOptions);
for (let index = 0; index < scene.options.loopFrames; index++) {
  const content = scene.renderContent(index);
  const message: RenderedMessage = { index, content };
  const buffers = Object.values(content).map((part: FrameContent[keyof FrameContent]) => part.buffer as ArrayBuffer);
  parentPort.postMessage(message, buffers);
}
