import assert from 'node:assert/strict';
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { type Caller, channelContract, type LedgerContext, type QueryContext } from '../../src/channel/index.ts';
import {
  type ChannelError,
  canonical,
  defined,
  type ErrorReport,
  isChannelError,
  keyIdOf,
  sha256,
} from '../../src/emissions/index.ts';

type State = ReadonlyMap<string, string>;

/** What one replica made of a transaction; two replicas must agree in all of it. */
interface Outcome {
  readonly result?: string;
  readonly error?: unknown;
  readonly reads: readonly string[];
  readonly writes: ReadonlyMap<string, string | null>;
  /** Members that the rules enrol as endorsers, and whose endorsement they demand. */
  readonly endorsement: readonly (readonly ['enrol' | 'demand', string])[];
  readonly event?: { readonly name: string; readonly payload: string };
}

/** A committed transaction. */
export interface Committed<T = Record<string, unknown>> {
  readonly transactionId: string;
  readonly result: T;
  readonly text: string;
  readonly writes: ReadonlyMap<string, string | null>;
  /** Members that the rules enrol as endorsers, and whose endorsement they demand. */
  readonly endorsement: readonly (readonly ['enrol' | 'demand', string])[];
  readonly event?: { readonly name: string; readonly payload: string };
}

export interface Identity extends Caller {
  /** SPKI, base64. */
  readonly publicKey: string;
}

/** Members of an error's report that a test asserts; the others may be anything. */
export type Expected = Partial<Omit<ErrorReport, 'problems'>> & { readonly problems?: readonly Expected[] };

export interface Proposal {
  readonly timestamp?: string;
  readonly transactionId?: string;
}

/** A member with an Ed25519 key whose seed is the hash of a label, so that every run has the same keys. */
export function identity(member: string, label = member): Identity {
  const pkcs8 = Buffer.from(`302e020100300506032b657004220420${sha256(label)}`, 'hex');
  const spki = createPublicKey(createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' }));
  const publicKey = spki.export({ format: 'der', type: 'spki' }).toString('base64');
  return { member, publicKey, keyId: keyIdOf(publicKey) };
}

/**
 * The channel's rules over world state in memory, with Fabric's semantics. Every transaction and query runs on two replicas
 * whose maps were filled in opposite orders and whose reads are answered at different speeds; their results, errors, read
 * and write sets and events are compared each time.
 */
export class TestChannel {
  #first: State = new Map();
  #second: State = new Map();
  #count = 0;

  /** Runs and commits a transaction. `args` may be the text itself. */
  async submit<T = Record<string, unknown>>(
    caller: Caller,
    name: string,
    args: unknown,
    proposal: Proposal = {},
  ): Promise<Committed<T>> {
    const { outcome, transactionId } = await this.#run(caller, name, args, proposal);
    if (outcome.error !== undefined) throw outcome.error;
    const next = new Map(this.#first);
    for (const [key, value] of outcome.writes) {
      if (value === null) next.delete(key);
      else next.set(key, value);
    }
    this.#first = next;
    this.#second = new Map([...next].reverse());
    const text = outcome.result as string;
    return {
      transactionId,
      text,
      result: JSON.parse(text) as T,
      writes: outcome.writes,
      endorsement: outcome.endorsement,
      ...(outcome.event === undefined ? {} : { event: outcome.event }),
    };
  }

  /** The error of a transaction that must be refused with these members of its report; nothing is committed. */
  async refuse(
    caller: Caller,
    name: string,
    args: unknown,
    expected: Expected,
    proposal: Proposal = {},
  ): Promise<ChannelError> {
    const { outcome } = await this.#run(caller, name, args, proposal);
    assert.ok(outcome.error !== undefined, `${name} was accepted: ${outcome.result?.slice(0, 200)}`);
    if (!isChannelError(outcome.error)) throw outcome.error;
    matches(outcome.error.report(), expected);
    return outcome.error;
  }

  async query<T = Record<string, unknown>>(name: string, args: unknown = {}): Promise<T> {
    const text = textOf(args);
    const answers = await Promise.all(
      [new Replica(this.#first, 0), new Replica(this.#second, 3)].map((replica) =>
        settle(channelContract.query(replica as QueryContext, name, text)),
      ),
    );
    assert.deepEqual(comparable(answers[1] as Outcome), comparable(answers[0] as Outcome), 'two replicas differ');
    const [{ result, error }] = answers as [Outcome];
    if (error !== undefined) throw error;
    return JSON.parse(result as string) as T;
  }

  /** Value of a key of world state, parsed; `undefined` when absent. */
  state<T = Record<string, unknown>>(key: string): T | undefined {
    const value = this.#first.get(key);
    return value === undefined ? undefined : (JSON.parse(value) as T);
  }

  keys(prefix: string): string[] {
    return [...this.#first.keys()].filter((key) => key.startsWith(prefix)).sort();
  }

  async #run(
    { member, keyId, roles }: Caller,
    name: string,
    args: unknown,
    proposal: Proposal,
  ): Promise<{ outcome: Outcome; transactionId: string }> {
    this.#count += 1;
    const transactionId = proposal.transactionId ?? sha256(`transaction ${this.#count}`);
    const timestamp = proposal.timestamp ?? '2024-06-01T12:00:00.000Z';
    const text = textOf(args);
    const replicas = [new Replica(this.#first, 0), new Replica(this.#second, 3)];
    const outcomes: Outcome[] = [];
    for (const replica of replicas) {
      Object.assign(replica, { caller: { member, keyId, ...defined({ roles }) }, transactionId, timestamp });
      const settled = await settle(channelContract.run(replica, name, text));
      outcomes.push({ ...settled, ...replica.effects() });
    }
    const [first, second] = outcomes as [Outcome, Outcome];
    assert.deepEqual(comparable(second), comparable(first), 'two replicas differ');
    return { outcome: first, transactionId };
  }
}

/** Checks the members of a report that are named in `expected`; of nested problems likewise, one by one. */
export function matches(report: ErrorReport, expected: Expected): void {
  const { problems, ...own } = expected;
  const found = Object.fromEntries(Object.keys(own).map((key) => [key, report[key as keyof ErrorReport]]));
  assert.deepEqual(found, own, report.message);
  if (problems === undefined) return;
  assert.equal(report.problems?.length, problems.length, report.message);
  problems.forEach((problem, at) => {
    matches(report.problems?.[at] as ErrorReport, problem);
  });
}

/** One endorser's view: reads see the state before the transaction alone, writes are kept aside. */
class Replica implements LedgerContext {
  readonly channel = 'test-channel';
  readonly caller: Caller = { member: '', keyId: '' };
  readonly transactionId: string = '';
  readonly timestamp: string = '';
  readonly #state: State;
  readonly #delay: number;
  readonly #reads = new Set<string>();
  readonly #writes = new Map<string, string | null>();
  readonly #endorsement: ['enrol' | 'demand', string][] = [];
  #event: Outcome['event'];

  constructor(state: State, delay: number) {
    this.#state = state;
    this.#delay = delay;
  }

  async get(key: string): Promise<string | undefined> {
    await this.#wait();
    this.#reads.add(key);
    return this.#state.get(key);
  }

  async getMany(keys: readonly string[]): Promise<(string | undefined)[]> {
    await this.#wait();
    return keys.map((key) => {
      this.#reads.add(key);
      return this.#state.get(key);
    });
  }

  put(key: string, value: string): void {
    assert.match(key, /^[\x21-\x7e]+$/);
    // World state holds canonical JSON alone.
    assert.equal(canonical(JSON.parse(value)), value, key);
    this.#writes.set(key, value);
  }

  delete(key: string): void {
    this.#writes.set(key, null);
  }

  async *range(start: string, end: string): AsyncGenerator<{ readonly key: string; readonly value: string }> {
    this.#reads.add(`${start}..${end}`);
    const [from, to] = [Buffer.from(start), Buffer.from(end)];
    const keys = [...this.#state.keys()]
      .map((key) => Buffer.from(key))
      .filter((key) => Buffer.compare(from, key) <= 0 && Buffer.compare(key, to) < 0)
      .sort(Buffer.compare);
    for (const bytes of keys) {
      await this.#wait();
      const key = bytes.toString();
      yield { key, value: this.#state.get(key) as string };
    }
  }

  emit(name: string, payload: string): void {
    assert.equal(canonical(JSON.parse(payload)), payload, name);
    this.#event = { name, payload };
  }

  readonly collections = {
    get: () => assert.fail('no transaction uses private collections'),
    put: () => assert.fail('no transaction uses private collections'),
    purge: () => assert.fail('no transaction uses private collections'),
  };

  readonly endorsers = {
    enrol: (member: string) => void this.#endorsement.push(['enrol', member]),
    demand: (member: string) => void this.#endorsement.push(['demand', member]),
  };

  effects(): Pick<Outcome, 'reads' | 'writes' | 'endorsement' | 'event'> {
    return {
      reads: [...this.#reads].sort(),
      writes: new Map([...this.#writes].sort(([a], [b]) => (a < b ? -1 : 1))),
      endorsement: this.#endorsement,
      ...(this.#event === undefined ? {} : { event: this.#event }),
    };
  }

  async #wait(): Promise<void> {
    for (let turn = 0; turn < this.#delay; turn += 1) await undefined;
  }
}

async function settle(running: Promise<string>): Promise<Outcome> {
  const nothing = { reads: [], writes: new Map(), endorsement: [] };
  try {
    return { ...nothing, result: await running };
  } catch (error) {
    return { ...nothing, error };
  }
}

function comparable({ error, ...outcome }: Outcome): unknown {
  if (error === undefined) return outcome;
  // A refused transaction writes nothing, whatever it had put before.
  return isChannelError(error) ? error.report() : String(error);
}

function textOf(args: unknown): string {
  return typeof args === 'string' ? args : canonical(args);
}
