import type { ChaincodeStub } from 'fabric-shim';
import type { Caller, LedgerContext, QueryContext } from '../../../channel/index.ts';
import { ChannelError } from '../../../emissions/index.ts';
import { PendingEffects } from '../../pending-effects.ts';
import { getStates, writeStates } from './batching.ts';
import { callerOf } from './caller.ts';
import { StubEndorsers } from './endorsers.ts';
import { StubCollections } from './private-data.ts';

/** Largest time that ISO 8601 writes with a year of four digits: 9999-12-31T23:59:59.999Z. */
const LAST_TIME = 253_402_300_799_999;

/** World state for a query. With `batching` many keys are read in one message, which peers before Fabric 3.1 do not know. */
export class StubState implements QueryContext {
  readonly channel: string;
  protected readonly stub: ChaincodeStub;
  protected readonly batching: boolean;

  constructor(stub: ChaincodeStub, batching: boolean) {
    this.channel = stub.getChannelID();
    this.stub = stub;
    this.batching = batching;
  }

  async get(key: string): Promise<string | undefined> {
    return text(await this.stub.getState(key));
  }

  async getMany(keys: readonly string[]): Promise<(string | undefined)[]> {
    if (this.batching) return (await getStates(this.stub, keys)).map(text);
    const values: (string | undefined)[] = [];
    // One by one: the shim would queue them anyway.
    for (const key of keys) values.push(await this.get(key));
    return values;
  }

  async *range(start: string, end: string): AsyncGenerator<{ readonly key: string; readonly value: string }> {
    for await (const { key, value } of this.stub.getStateByRange(start, end)) {
      yield { key, value: Buffer.from(value).toString() };
    }
  }
}

/** What one transaction sees; what it changes is handed to the peer at its end. */
export class StubContext extends StubState implements LedgerContext {
  readonly caller: Caller;
  readonly transactionId: string;
  readonly timestamp: string;
  readonly collections: StubCollections;
  readonly endorsers = new StubEndorsers((key, value) => this.put(key, value));
  readonly #effects: PendingEffects;

  constructor(stub: ChaincodeStub, batching: boolean) {
    super(stub, batching);
    this.caller = callerOf(stub);
    this.transactionId = stub.getTxID();
    this.timestamp = timestampOf(stub);
    this.#effects = new PendingEffects(this.transactionId);
    this.collections = new StubCollections(stub, this.caller.member);
  }

  put(key: string, value: string): void {
    this.#effects.put(key, value);
  }

  delete(key: string): void {
    this.#effects.delete(key);
  }

  emit(name: string, payload: string): void {
    this.#effects.emit(name, payload);
  }

  /** Ends the transaction: hands writes and event to the peer. */
  async commit(): Promise<void> {
    this.#effects.end();
    const { writes, event } = this.#effects;
    if (this.batching) await writeStates(this.stub, writes);
    else await writeOneByOne(this.stub, writes);
    await this.endorsers.flush(this.stub);
    await this.collections.flush();
    if (event !== undefined) this.stub.setEvent(event.name, Buffer.from(event.payload));
  }
}

async function writeOneByOne(stub: ChaincodeStub, writes: ReadonlyMap<string, string | null>): Promise<void> {
  for (const [key, value] of writes) {
    if (value === null) await stub.deleteState(key);
    else await stub.putState(key, Buffer.from(value));
  }
}

// Fabric's empty value is an absent one.
function text(value: Uint8Array | undefined): string | undefined {
  return value === undefined || value.length === 0 ? undefined : Buffer.from(value).toString();
}

function timestampOf(stub: ChaincodeStub): string {
  const time = stub.getDateTimestamp().getTime();
  // Also false for a time that is no number.
  if (!(time >= 0 && time <= LAST_TIME))
    throw new ChannelError('ARGUMENTS_INVALID', 'the timestamp of the proposal is not within 1970 to 9999', {
      where: 'timestamp',
    });
  return new Date(time).toISOString();
}
