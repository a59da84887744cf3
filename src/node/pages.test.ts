import assert from 'node:assert/strict';
import { test } from 'node:test';
import { line, recordOf } from '../../test/support/fixture-channel.ts';
import type { ActivityRecord } from '../channel/index.ts';
import { ChannelError, isChannelError } from '../emissions/index.ts';
import { submitRecords } from './pages.ts';

const records = Array.from({ length: 7 }, (_, at) => recordOf(line({ quantity: String(at + 1) })));
const quantities = async (page: readonly ActivityRecord[]) => JSON.stringify(page.map(({ quantity }) => quantity));

/** A ledger that takes pages of at most so many records. */
function ledgerTaking(most: number, code: 'PAGE_TOO_LARGE' | 'PAGE_REFUSED' = 'PAGE_TOO_LARGE') {
  const taken: string[][] = [];
  return {
    taken,
    async submit(_name: string, args: string) {
      const page = JSON.parse(args) as string[];
      if (page.length > most) throw new ChannelError(code, 'no');
      taken.push(page);
      return { transactionId: 't', result: 'null' };
    },
  };
}

test('a page that is too large for the ledger goes in halves, every record once and in order, and it is told', async () => {
  const ledger = ledgerTaking(2);
  const split: number[] = [];
  await submitRecords(ledger, records, quantities, (count) => split.push(count));
  assert.deepEqual(ledger.taken, [['1', '2'], ['3', '4'], ['5', '6'], ['7']]);
  assert.deepEqual(split, [7, 4, 3]);
});

test('one record that is too large is refused, and other refusals are never answered with smaller pages', async () => {
  const none = ledgerTaking(0);
  await assert.rejects(
    submitRecords(none, records, quantities, () => undefined),
    (error) => isChannelError(error, 'PAGE_TOO_LARGE'),
  );
  const refusing = ledgerTaking(2, 'PAGE_REFUSED');
  await assert.rejects(
    submitRecords(refusing, records, quantities, () => assert.fail('split')),
    (error) => isChannelError(error, 'PAGE_REFUSED'),
  );
  assert.deepEqual(refusing.taken, []);
});
