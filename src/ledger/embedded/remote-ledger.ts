import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ChannelError, canonical, sha256 } from '../../emissions/index.ts';
import type { Block, BlockOptions, Evidence, Ledger, SubmitOptions, SubmitReceipt, VerifyReport } from '../ledger.ts';
import type { Signer } from '../signer.ts';
import type { LoggedFrame } from './block-log.ts';
import { abandoned } from './committer.ts';
import { signEnvelope } from './envelope.ts';
import { checkEmbeddedEvidence } from './evidence.ts';
import { checkChain } from './log-check.ts';
import { decodeFrames } from './member-ledger.ts';
import { checkSocketPath, MAX_RESPONSE_BYTES, type Request, type Response, receive, send } from './wire.ts';

export interface RemoteLedgerOptions {
  /** Socket of the process that holds the ledger. */
  readonly socketPath: string;
  readonly signer: Signer;
  /** Clock for the timestamps of this process's own submissions. */
  readonly now?: () => Date;
}

// After a lost connection: five more tries within about three seconds, enough for the holder to start again.
const RETRY_AFTER_MS = [50, 150, 400, 800, 1600];

/**
 * The ledger of a folder that another process of this machine holds, for one member. Submissions are signed here, and
 * blocks, evidence and `verify` are checked here: the holder is not trusted with either.
 * @throws {ChannelError} LEDGER_UNAVAILABLE when nobody serves the socket
 */
export async function openRemoteLedger(options: RemoteLedgerOptions): Promise<Ledger> {
  checkSocketPath(options.socketPath);
  const lines = new Line(options.socketPath);
  const { channel } = (await lines.call({ op: 'hello' })) as { channel: string };
  return new RemoteLedger(lines, channel, options);
}

class RemoteLedger implements Ledger {
  readonly channel: string;
  readonly #line: Line;
  readonly #signer: Signer;
  readonly #now: () => Date;

  constructor(line: Line, channel: string, options: RemoteLedgerOptions) {
    this.channel = channel;
    this.#line = line;
    this.#signer = options.signer;
    this.#now = options.now ?? (() => new Date());
  }

  get member(): string {
    return this.#signer.member;
  }

  async submit(name: string, args: string, options: SubmitOptions = {}): Promise<SubmitReceipt> {
    const timestamp = this.#now().toISOString();
    const { header, signature } = signEnvelope(this.#signer, { channel: this.channel, name, args, timestamp });
    const id = sha256(canonical(header));
    const { signal } = options;
    if (signal?.aborted) throw abandoned({ id }, false);
    // The envelope is the same at every try, so it is one transaction however often it arrives.
    const receipt = this.#line.call({ op: 'submit', header, signature }, Buffer.from(args), id);
    if (signal === undefined) return (await receipt) as SubmitReceipt;
    const { promise, reject } = Promise.withResolvers<never>();
    const abandon = () => reject(abandoned({ id }, true));
    signal.addEventListener('abort', abandon, { once: true });
    try {
      return (await Promise.race([receipt, promise])) as SubmitReceipt;
    } finally {
      signal.removeEventListener('abort', abandon);
    }
  }

  async evaluate(name: string, args: string): Promise<string> {
    return (await this.#line.call({ op: 'evaluate', name }, Buffer.from(args))) as string;
  }

  blocks(from: number, options: BlockOptions = {}): AsyncIterable<Block> {
    return decodeFrames(this.#line.frames(from, options.follow ?? false, options.signal), this.channel);
  }

  async height(): Promise<number> {
    return (await this.#line.call({ op: 'height' })) as number;
  }

  async evidence(transactionId: string): Promise<Evidence | undefined> {
    const evidence = (await this.#line.call({ op: 'evidence', transactionId })) as Evidence | null;
    if (evidence === null) return undefined;
    checkEmbeddedEvidence(evidence);
    return evidence;
  }

  async verify(onProgress?: (done: number, total: number) => void): Promise<VerifyReport> {
    const height = await this.height();
    return checkChain(this.#line.frames(0, false), { channel: this.channel, height }, onProgress);
  }

  async close(): Promise<void> {
    this.#line.close();
  }
}

type Body<R> = R extends Request ? Omit<R, 'id'> : never;

interface Waiting {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: unknown) => void;
}

class LostConnection extends Error {}

/** Calls over one connection that is made anew when lost; each stream of blocks has a connection of its own. */
class Line {
  readonly #path: string;
  readonly #waiting = new Map<number, Waiting>();
  readonly #streams = new Set<Socket>();
  #socket: Promise<Socket> | undefined;
  #lastId = 0;
  #closed = false;

  constructor(path: string) {
    this.#path = path;
  }

  /** Every call may be sent again: reads change nothing, and a submission is known by its id. */
  async call(body: Body<Request>, payload?: Buffer, transactionId?: string): Promise<unknown> {
    for (let tries = 0; ; tries += 1) {
      this.#mustBeOpen();
      try {
        return await this.#callOnce(body, payload);
      } catch (error) {
        if (!(error instanceof LostConnection)) throw error;
        const wait = RETRY_AFTER_MS[tries];
        if (wait === undefined) throw this.#unavailable(error, transactionId);
        await sleep(wait);
      }
    }
  }

  async *frames(from: number, follow: boolean, signal?: AbortSignal): AsyncGenerator<LoggedFrame> {
    this.#mustBeOpen();
    const socket = await this.#connect().catch((error) => {
      throw this.#unavailable(error);
    });
    this.#streams.add(socket);
    const abort = () => socket.destroy();
    signal?.addEventListener('abort', abort, { once: true });
    try {
      if (!signal?.aborted) yield* this.#stream(socket, from, follow);
    } catch (error) {
      if (signal?.aborted || (this.#closed && follow)) return;
      // Without `follow`, an end means that all was read.
      this.#mustBeOpen();
      throw error;
    } finally {
      signal?.removeEventListener('abort', abort);
      this.#streams.delete(socket);
      socket.destroy();
    }
  }

  async *#stream(socket: Socket, from: number, follow: boolean): AsyncGenerator<LoggedFrame> {
    try {
      await send(socket, { id: 0, op: 'blocks', from, follow });
      for await (const { head, payload } of receive<Response>(socket, MAX_RESPONSE_BYTES)) {
        if ('error' in head) throw ChannelError.from(head.error);
        if ('end' in head) return;
        if ('frame' in head) yield { ...head.frame, bytes: payload };
      }
    } catch (error) {
      throw error instanceof ChannelError ? error : this.#unavailable(error);
    }
    throw this.#unavailable(new LostConnection('the connection ended'));
  }

  close(): void {
    this.#closed = true;
    for (const stream of this.#streams) stream.destroy();
    this.#socket?.then((socket) => socket.destroy()).catch(() => undefined);
  }

  async #callOnce(body: Body<Request>, payload?: Buffer): Promise<unknown> {
    this.#socket ??= this.#open();
    const socket = await this.#socket;
    this.#lastId += 1;
    const id = this.#lastId;
    // Told to everybody who waits in a moment; then a new connection is made.
    if (socket.destroyed) throw new LostConnection('the connection ended');
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#waiting.set(id, { resolve, reject });
    const [answer] = await Promise.all([promise, send(socket, { ...body, id } as Request, payload)]);
    return answer;
  }

  async #open(): Promise<Socket> {
    const socket = await this.#connect().catch((cause) => {
      this.#socket = undefined;
      throw cause;
    });
    void this.#listen(socket);
    return socket;
  }

  async #listen(socket: Socket): Promise<void> {
    try {
      for await (const { head } of receive<Response>(socket, MAX_RESPONSE_BYTES)) {
        const waiting = this.#waiting.get(head.id);
        this.#waiting.delete(head.id);
        if ('error' in head) waiting?.reject(ChannelError.from(head.error));
        else if ('answer' in head) waiting?.resolve(head.answer);
      }
    } catch {
      // Whoever waits is told by `#lose`.
    } finally {
      socket.destroy();
      this.#lose();
    }
  }

  #lose(): void {
    this.#socket = undefined;
    for (const { reject } of this.#waiting.values()) reject(new LostConnection('the connection ended'));
    this.#waiting.clear();
  }

  #connect(): Promise<Socket> {
    const { promise, resolve, reject } = Promise.withResolvers<Socket>();
    const socket = connect(this.#path);
    socket.once('connect', () => resolve(socket));
    socket.on('error', (cause) => reject(new LostConnection(cause.message)));
    return promise;
  }

  #mustBeOpen(): void {
    if (this.#closed) throw new ChannelError('LEDGER_CLOSED', 'the ledger was closed');
  }

  #unavailable(cause: unknown, transactionId?: string): ChannelError {
    const message = `no answer on ${this.#path}: ${(cause as Error).message}`;
    if (transactionId === undefined) {
      return new ChannelError('LEDGER_UNAVAILABLE', message, { where: this.#path, cause });
    }
    return new ChannelError('LEDGER_UNAVAILABLE', `${message}; transaction ${transactionId} may be on the ledger`, {
      where: this.#path,
      transactionId,
      fix: 'Look the transaction up before sending its content again.',
      cause,
    });
  }
}
