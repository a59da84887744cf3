import { rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ChannelError } from '../../emissions/index.ts';
import type { LedgerCore } from './ledger-core.ts';
import { checkSocketPath, MAX_REQUEST_BYTES, type Message, type Request, receive, send } from './wire.ts';

export interface LedgerServer {
  readonly path: string;
  /** Answers what is under way, then closes every connection. */
  close(): Promise<void>;
}

const MOST_AT_ONCE = 64;
const PATIENCE_MS = 1000;

/**
 * Serves an open ledger over a Unix domain socket that only this user can open. Who may write is settled by signatures:
 * a private key never crosses. The caller holds the folder's lock, so a socket file found there is a dead one's.
 * @throws {ChannelError} CONFIG_INVALID when the path is too long, LEDGER_UNAVAILABLE when it cannot be listened on
 */
export async function serveCore(core: LedgerCore, path: string): Promise<LedgerServer> {
  checkSocketPath(path);
  rmSync(path, { force: true });
  const connections = new Set<Connection>();
  const server = createServer((socket) => {
    const connection = new Connection(core, socket);
    connections.add(connection);
    void connection.run().then(() => connections.delete(connection));
  });
  await listen(server, path);
  return {
    path,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      await Promise.all([...connections].map((connection) => connection.close()));
      await closed;
    },
  };
}

async function listen(server: Server, path: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('listening', resolve).once('error', reject);
  // The socket file is made inside `listen`: with the mask there is no moment at which others could connect.
  const mask = process.umask(0o177);
  try {
    server.listen(path);
  } finally {
    process.umask(mask);
  }
  await promise.catch((cause) => {
    throw new ChannelError('LEDGER_UNAVAILABLE', `cannot listen on ${path}: ${(cause as Error).message}`, { cause });
  });
}

class Connection {
  readonly #core: LedgerCore;
  readonly #socket: Socket;
  readonly #ended = new AbortController();
  readonly #running = new Set<Promise<void>>();

  constructor(core: LedgerCore, socket: Socket) {
    this.#core = core;
    this.#socket = socket;
    socket.on('error', () => this.#ended.abort());
    socket.on('close', () => this.#ended.abort());
  }

  async run(): Promise<void> {
    try {
      for await (const message of receive<Request>(this.#socket, MAX_REQUEST_BYTES)) {
        const task = this.#answer(message).finally(() => this.#running.delete(task));
        this.#running.add(task);
        if (this.#running.size >= MOST_AT_ONCE) await Promise.race(this.#running);
      }
    } catch {
      // A client that breaks off or sends what is no message loses its connection, and nobody else anything.
    } finally {
      this.#socket.destroy();
    }
  }

  async close(): Promise<void> {
    this.#ended.abort();
    // A client that does not read its answer is not waited for.
    const patience = sleep(PATIENCE_MS, undefined, { ref: false });
    await Promise.race([Promise.all(this.#running), patience]);
    this.#socket.destroySoon();
  }

  async #answer({ head, payload }: Message<Request>): Promise<void> {
    const { id } = head;
    try {
      if (head.op === 'blocks') await this.#stream(head);
      else await send(this.#socket, { id, answer: await this.#call(head, payload) });
    } catch (error) {
      const report = error instanceof ChannelError ? error : new ChannelError('INTERNAL', (error as Error).message);
      await send(this.#socket, { id, error: report.report() });
    }
  }

  async #call(head: Exclude<Request, { op: 'blocks' }>, payload: Buffer): Promise<unknown> {
    switch (head.op) {
      case 'hello':
        return { channel: this.#core.channel };
      case 'height':
        return this.#core.height;
      case 'submit':
        return this.#core.submit({ header: head.header, signature: head.signature, args: payload.toString() });
      case 'evaluate':
        return this.#core.evaluate(head.name, payload.toString());
      case 'evidence':
        return (await this.#core.evidence(head.transactionId)) ?? null;
      default:
        throw new ChannelError('ARGUMENTS_INVALID', 'the request is of no known kind');
    }
  }

  async #stream({ id, from, follow }: Extract<Request, { op: 'blocks' }>): Promise<void> {
    const start = checkHeight(from);
    for await (const { height, offset, bytes } of this.#core.frames(start, follow === true, this.#ended.signal)) {
      await send(this.#socket, { id, frame: { height, offset } }, bytes);
    }
    // Waiting for further blocks ends only with the ledger, or with a connection that is gone.
    if (follow) throw new ChannelError('LEDGER_UNAVAILABLE', 'the holder of the ledger closed it');
    await send(this.#socket, { id, end: true });
  }
}

function checkHeight(from: unknown): number {
  if (Number.isSafeInteger(from) && (from as number) >= 0) return from as number;
  throw new ChannelError('ARGUMENTS_INVALID', 'a block height is a whole number from 0 on');
}
