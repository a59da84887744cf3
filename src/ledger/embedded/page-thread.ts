import { extname } from 'node:path';
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import type { PageAnswer, PageMessage } from './page-message.ts';

/** The worker's file beside this one: TypeScript in a checkout, JavaScript in a package. */
export const pageWorker = new URL(`./page-worker${extname(import.meta.url)}`, import.meta.url);

// A page of records makes many short-lived objects: with room for two of them, few are looked at by the collector.
const YOUNG_MB = 64;

/** The thread that checks pages. It keeps no process alive, and when it ends, for whatever reason, `onEnd` is told once. */
export class PageThread {
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #onAnswer: (answer: PageAnswer) => void;

  constructor(script: URL, onAnswer: (answer: PageAnswer) => void, onEnd: () => void) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#onAnswer = onAnswer;
    this.#worker = new Worker(script, {
      workerData: { port: port2 },
      transferList: [port2],
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
    });
    port1.on('message', onAnswer);
    // An error ends the thread, and the end is what matters here.
    this.#worker.on('error', () => undefined);
    this.#worker.on('exit', onEnd);
    this.#worker.unref();
    port1.unref();
  }

  post(message: PageMessage): void {
    this.#port.postMessage(message);
  }

  /** Takes in answers that have come, without giving the turn away. */
  drain(): void {
    for (let next = receiveMessageOnPort(this.#port); next !== undefined; next = receiveMessageOnPort(this.#port))
      this.#onAnswer(next.message as PageAnswer);
  }

  async end(): Promise<void> {
    this.#port.close();
    await this.#worker.terminate();
  }
}
