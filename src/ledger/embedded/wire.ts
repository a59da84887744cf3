import type { Socket } from 'node:net';
import { ChannelError, type ErrorReport } from '../../emissions/index.ts';
import type { SubmissionHeader } from './envelope.ts';

// A message is: length of the head (u32), length of the payload (u32), head (JSON), payload (bytes). Arguments and log
// frames travel as payload, so that nobody escapes them.

export type Request =
  | { readonly id: number; readonly op: 'hello' | 'height' }
  /** Payload: the arguments. */
  | { readonly id: number; readonly op: 'submit'; readonly header: SubmissionHeader; readonly signature: string }
  /** Payload: the arguments. */
  | { readonly id: number; readonly op: 'evaluate'; readonly name: string }
  | { readonly id: number; readonly op: 'evidence'; readonly transactionId: string }
  | { readonly id: number; readonly op: 'blocks'; readonly from: number; readonly follow: boolean };

export type Response =
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly error: ErrorReport }
  /** Payload: the frame. */
  | { readonly id: number; readonly frame: { readonly height: number; readonly offset: number } }
  | { readonly id: number; readonly end: true };

export interface Message<Head> {
  readonly head: Head;
  readonly payload: Buffer;
}

/** Longest message to the holder of the ledger: arguments of 4 MiB and a head. */
export const MAX_REQUEST_BYTES = 5 * 1024 * 1024;
/** Longest message from it: a block. */
export const MAX_RESPONSE_BYTES = 64 * 1024 * 1024;

const NOTHING = Buffer.alloc(0);

/** Sends a message and waits while the other side does not read; resolves too when the connection is gone. */
export async function send(socket: Socket, head: Request | Response, payload: Uint8Array = NOTHING): Promise<void> {
  if (!socket.writable) return;
  const text = Buffer.from(JSON.stringify(head));
  const lengths = Buffer.alloc(8);
  lengths.writeUInt32BE(text.length, 0);
  lengths.writeUInt32BE(payload.length, 4);
  // A log frame's buffer is reused by its reader: what is sent must be a copy.
  if (socket.write(Buffer.concat([lengths, text, payload]))) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const done = () => resolve();
  socket.once('drain', done).once('close', done);
  await promise;
  socket.off('drain', done).off('close', done);
}

/**
 * Messages as they come; the socket is read no faster than they are taken.
 * @throws {ChannelError} ARGUMENTS_INVALID for a message that is too long or has no JSON head
 */
export async function* receive<Head>(socket: Socket, maxBytes: number): AsyncGenerator<Message<Head>> {
  let parts: Buffer[] = [];
  let have = 0;
  let need = 8;
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    parts.push(chunk);
    have += chunk.length;
    if (have < need) continue;
    let bytes = Buffer.concat(parts, have);
    for (need = lengthOf(bytes, maxBytes); bytes.length >= need && need > 8; need = lengthOf(bytes, maxBytes)) {
      yield parse<Head>(bytes.subarray(0, need));
      bytes = bytes.subarray(need);
    }
    parts = [bytes];
    have = bytes.length;
  }
}

// Bytes of the message at the start; 8 while its lengths have not come.
function lengthOf(bytes: Buffer, maxBytes: number): number {
  if (bytes.length < 8) return 8;
  const length = 8 + bytes.readUInt32BE(0) + bytes.readUInt32BE(4);
  if (length > maxBytes) {
    throw new ChannelError('ARGUMENTS_INVALID', `a message of ${length} bytes, at most ${maxBytes} are taken`);
  }
  return length;
}

function parse<Head>(message: Buffer): Message<Head> {
  const end = 8 + message.readUInt32BE(0);
  try {
    return { head: JSON.parse(message.subarray(8, end).toString()) as Head, payload: message.subarray(end) };
  } catch (cause) {
    throw new ChannelError('ARGUMENTS_INVALID', 'a message without a JSON head', { cause });
  }
}

// Room for the longest path in sun_path with its final NUL, on Linux and on macOS.
const MAX_PATH_BYTES = 103;

/** @throws {ChannelError} CONFIG_INVALID when the system cannot name a socket so */
export function checkSocketPath(path: string): void {
  const length = Buffer.byteLength(path);
  if (length > MAX_PATH_BYTES) {
    throw new ChannelError('CONFIG_INVALID', `the socket path has ${length} bytes, at most ${MAX_PATH_BYTES} fit`, {
      where: path,
      fix: 'Use a folder with a shorter path.',
    });
  }
}
