import type { ChaincodeInterface, ChaincodeResponse, ChaincodeStub } from 'fabric-shim';
import type { Contract } from '../../../channel/index.ts';
import { ChannelError, canonical } from '../../../emissions/index.ts';
import { refusalOf, refusalText } from './refusal.ts';
import { StubContext, StubState } from './stub-context.ts';

export interface ChaincodeOptions {
  readonly contract: Contract;
  /** Names that the contract answers by `query`; every other goes to `run`. */
  readonly queries: readonly string[];
  /** Many keys in one message: only for peers from Fabric 3.1. */
  readonly batching: boolean;
  /** Answered by the query `chaincode.version`, so that members can compare what they run. */
  readonly version: { readonly source: string; readonly version: string };
  readonly log: (line: string) => void;
}

/**
 * The channel's rules as a chaincode: function name = transaction or query, one argument, canonical JSON both ways. A refusal
 * is an error answer whose message is the error's report.
 */
export class Chaincode implements ChaincodeInterface {
  readonly #options: ChaincodeOptions;

  constructor(options: ChaincodeOptions) {
    this.#options = options;
  }

  async Init(_stub: ChaincodeStub): Promise<ChaincodeResponse> {
    return { status: 200, payload: Buffer.alloc(0) };
  }

  // Whatever is thrown from here, and any message that is no text, leaves the caller without an answer for 30 s.
  async Invoke(stub: ChaincodeStub): Promise<ChaincodeResponse> {
    let name = '';
    try {
      const call = callOf(stub);
      name = call.name;
      return { status: 200, payload: Buffer.from(await this.#answer(stub, name, call.args)) };
    } catch (error) {
      const refusal = refusalOf(error, name, stub.getTxID());
      this.#options.log(refusalLine(stub, name, refusal));
      return { status: 500, message: refusalText(refusal) };
    }
  }

  async #answer(stub: ChaincodeStub, name: string, args: string): Promise<string> {
    const { contract, queries, batching, version } = this.#options;
    if (name === 'chaincode.version') return canonical(version);
    if (queries.includes(name)) return contract.query(new StubState(stub, batching), name, args);
    const context = new StubContext(stub, batching);
    const answer = await contract.run(context, name, args);
    await context.commit();
    return answer;
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

// From the bytes: the stub's own texts have U+FFFD for whatever is no UTF-8, and would not be what stands in the block.
function callOf(stub: ChaincodeStub): { readonly name: string; readonly args: string } {
  const parts = (stub as unknown as { getBufferArgs(): Buffer[] }).getBufferArgs();
  if (parts.length !== 2)
    throw new ChannelError('ARGUMENTS_INVALID', `a function name and one argument are needed; ${parts.length} came`);
  try {
    return { name: utf8.decode(parts[0]), args: utf8.decode(parts[1]) };
  } catch (cause) {
    throw new ChannelError('NOT_CANONICAL', 'the function name or the arguments are not UTF-8', { cause });
  }
}

// Never the message or the arguments. The name is the caller's own text, so it is written only where it can be a name.
function refusalLine(stub: ChaincodeStub, name: string, refusal: ChannelError): string {
  const named = /^[a-z][a-z.-]{0,59}$/.test(name) ? name : '?';
  const fields = [
    'refused',
    `code=${refusal.code}`,
    `function=${named}`,
    // Not getMspID(), which is the peer's own.
    `member=${stub.getCreator().mspid}`,
    `channel=${stub.getChannelID()}`,
    `transaction=${stub.getTxID()}`,
    ...faultPlace(refusal),
  ];
  return fields.join(' ');
}

// Of a fault of the software also where it arose: file and line of the frames, without the error's own text.
function faultPlace({ code, details: { cause } }: ChannelError): string[] {
  if (code !== 'INTERNAL' || !(cause instanceof Error)) return [];
  const frames = (cause.stack ?? '').split('\n').filter((line) => /^ {4}at /.test(line));
  return [
    `at=${JSON.stringify(
      frames
        .slice(0, 4)
        .map((line) => line.trim())
        .join(' | '),
    )}`,
  ];
}
