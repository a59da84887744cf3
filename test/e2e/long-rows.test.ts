// Rows with much text beside the bill's own: what is held of them is bounded in characters, not in rows alone.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { billFile, type Channel, newChannel, onNode, temporaryFolder } from '../support/nodes.ts';

const folder = temporaryFolder();
const day = (at: number): string => new Date(Date.UTC(2023, 0, 1 + at)).toISOString().slice(0, 10);
let channel: Channel;
before(async () => {
  channel = await newChannel();
});

/** Daily bills of 1 kWh with a note as long as `note`. */
const withNotes = (meter: string, count: number, note: number, quantity = '1'): string[] =>
  Array.from(
    { length: count },
    (_, at) => `${meter},electricity,${day(at)},${day(at + 1)},exclusive,${quantity},kWh,DE,${'x'.repeat(note)}`,
  );

test('of rows of 50,000 characters as many are answered as 8 million characters hold; all are recorded', async () => {
  const file = billFile(join(folder, 'notes.csv'), withNotes('N-1', 200, 50_000), ',note');
  await onNode(channel.acme, async (call) => {
    const { lines, omitted, totals } = await call('record', { files: [file], read: {} });
    // 159 rows hold 7,950,000 characters of notes and some 50 each beside; 160 more than 8 million.
    assert.deepEqual([lines.length, omitted, totals.lines, totals.kWh], [159, 41, 200, '200']);
  });
});

test('rejected rows with more than 20 million characters refuse the file even where the good rows would be recorded', async () => {
  const rows = [...withNotes('R-1', 5, 10), ...withNotes('R-2', 500, 50_000, 'none')];
  const file = billFile(join(folder, 'rejected.csv'), rows, ',note');
  await onNode(channel.acme, async (call) => {
    const request = { files: [file], read: {}, acceptPartial: true };
    await assert.rejects(call('record', request), (error: Error & { code: string }) => {
      assert.equal(error.code, 'FILE_REFUSED');
      // 400 rows are 20,000,000 characters of notes alone.
      assert.match(error.message, /^(39\d|400) of the first \d+ lines, with 20\d{6} characters of text/);
      return true;
    });
    const few = billFile(join(folder, 'few.csv'), rows.slice(0, 300), ',note');
    const { totals } = await call('record', { ...request, files: [few] });
    assert.deepEqual([totals.lines, totals.rejected], [5, 295]);
  });
});
