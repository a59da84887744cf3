// A member's own peer that answers from a script, for what no network does on demand. Its failures are the gateway's own errors.
import type { ServiceError } from '@grpc/grpc-js';
import { type CloseableAsyncIterable, EndorseError, GatewayError } from '@hyperledger/fabric-gateway';
import type { common } from '@hyperledger/fabric-protos';
import type { Call, OwnPeer, SignedTransaction, TransactionStatus } from './own-peer.ts';

type Answer<T> = T | Error | Promise<T>;

/** Answers of each step in their order; the last one stands for all further calls. */
export interface Script {
  readonly evaluate?: readonly Answer<string>[];
  readonly endorse?: readonly Answer<'endorsed'>[];
  readonly submit?: readonly Answer<'taken'>[];
  readonly status?: readonly Answer<TransactionStatus>[];
  readonly blocks?: readonly (readonly (common.Block | Error)[])[];
}

/** An error as the gateway throws it: gRPC status, text, and what the named members' peers told. */
export function gatewayError(
  code: number,
  message: string,
  peers: Readonly<Record<string, string>> = {},
): GatewayError {
  const details = Object.entries(peers).map(([mspId, told]) => ({ address: 'localhost:7051', mspId, message: told }));
  return new GatewayError({ code, message, details, cause: new Error(message) as ServiceError });
}

export function endorseError(
  code: number,
  message: string,
  peers: Readonly<Record<string, string>> = {},
): EndorseError {
  const { details, cause } = gatewayError(code, message, peers);
  return new EndorseError({ code, message, details, cause, transactionId: 'ab'.repeat(32) });
}

export class FakePeer implements OwnPeer {
  readonly endpoint: string;
  /** What was asked of it: the step, and the transaction where there was one. */
  readonly asked: string[] = [];
  readonly #script: Script;
  readonly #turns = new Map<string, number>();

  constructor(script: Script, endpoint = 'peer:1') {
    this.#script = script;
    this.endpoint = endpoint;
  }

  async evaluate(call: Call): Promise<Uint8Array> {
    this.asked.push(`evaluate ${call.name}`);
    return Buffer.from(await this.#answer('evaluate', this.#script.evaluate));
  }

  async endorse(): Promise<SignedTransaction> {
    const turn = this.#turns.get('endorse') ?? 0;
    this.asked.push('endorse');
    await this.#answer('endorse', this.#script.endorse ?? ['endorsed']);
    return { transactionId: `t${turn}`, result: `"${turn}"`, bytes: Buffer.from(`envelope ${turn}`) };
  }

  async submit({ transactionId, bytes }: SignedTransaction): Promise<void> {
    this.asked.push(`submit ${transactionId} ${Buffer.from(bytes).toString()}`);
    await this.#answer('submit', this.#script.submit ?? ['taken']);
  }

  async status(transactionId: string): Promise<TransactionStatus> {
    this.asked.push(`status ${transactionId}`);
    return this.#answer('status', this.#script.status ?? [{ code: 0, height: 7 }]);
  }

  async blocks(from: number): Promise<CloseableAsyncIterable<common.Block>> {
    this.asked.push(`blocks ${from}`);
    const stream = this.#answer('blocks', this.#script.blocks);
    return Object.assign(
      (async function* () {
        for (const block of await stream) {
          if (block instanceof Error) throw block;
          yield block;
        }
      })(),
      { close: () => undefined },
    ) as unknown as CloseableAsyncIterable<common.Block>;
  }

  close(): void {
    this.asked.push('close');
  }

  #answer<T>(step: string, answers: readonly Answer<T>[] = []): Promise<T> {
    const turn = this.#turns.get(step) ?? 0;
    this.#turns.set(step, turn + 1);
    const answer = answers[Math.min(turn, answers.length - 1)];
    if (answer === undefined) return Promise.reject(new RangeError(`the script has no ${step}`));
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  }
}
