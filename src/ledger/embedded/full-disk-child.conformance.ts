// Runs under a limit on the size of files: submits until a block does not fit, then goes on with smaller ones.
import { isChannelError } from '../../emissions/index.ts';
import { steps } from '../toy-contract.conformance.ts';
import { createTestLedger } from './test-ledger.conformance.ts';

const ledger = await createTestLedger(process.argv[2] as string);
const committed: string[] = [];
const refused: string[] = [];
for (const [round, size] of [30_000, 1_000].entries()) {
  for (let number = 0; number < 400; number += 1) {
    const key = `fill/${round}/${String(number).padStart(3, '0')}`;
    // Two at once, so that one failed write concerns both.
    const outcomes = await Promise.allSettled(
      ['a', 'b'].map((half) =>
        ledger.submit('steps', steps(['put', `${key}/${half}`, '"v"'], ['get', 'x'.repeat(size)])),
      ),
    );
    for (const [index, outcome] of outcomes.entries()) {
      if (outcome.status === 'fulfilled') committed.push(`${key}/${'ab'[index]}`);
      else refused.push(isChannelError(outcome.reason) ? outcome.reason.code : String(outcome.reason));
    }
    if (outcomes.some(({ status }) => status === 'rejected')) break;
  }
}
const [found] = JSON.parse(await ledger.evaluate('steps', steps(['range', 'fill/', 'fill0']))) as [[string, string][]];
await ledger.close();
process.stdout.write(JSON.stringify({ committed, refused, found: found.map(([key]) => key) }));
