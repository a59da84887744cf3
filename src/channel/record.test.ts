import assert from 'node:assert/strict';
import { test } from 'node:test';
import { line, recordOf } from '../../test/support/fixture-channel.ts';
import { slicesOf } from './record.ts';

test('rule D: lines of a balance have a result, flagged; other flows say why they have none', () => {
  const net = recordOf(line({ flow: 'net-only' }));
  // 1000 kWh in the US of 2022: T1 of the worked examples.
  assert.equal(net.location?.co2e, '373.127954');
  assert.ok(net.flags.includes('net-only'));
  for (const flow of ['exported', 'generated', 'self-consumed'] as const) {
    const record = recordOf(line({ flow }));
    assert.equal(record.noResult, 'flow', flow);
    assert.equal(record.location, undefined, flow);
  }
  assert.equal(recordOf(line({ commodity: 'water', unit: 'm3' })).noResult, 'commodity');
});

test('the only slice of a record is the record: its dates, energy and figures', () => {
  const record = recordOf(line());
  const [slice, ...others] = slicesOf(record);
  assert.deepEqual(others, []);
  assert.equal(slice?.start, '2022-03-01');
  assert.equal(slice?.end, '2022-04-01');
  assert.equal(slice?.energy, '1000');
  assert.deepEqual(slice?.location, record.location);
  assert.deepEqual(slice?.market, record.market);
});

test('slices of a record that was cut have dates and figures of their own', () => {
  // T5 of the worked examples.
  const record = recordOf(line({ start: '2021-12-16', end: '2022-01-15', quantity: '3000' }));
  assert.deepEqual(
    slicesOf(record).map(({ start, end, energy, location }) => [start, end, energy, location?.co2e]),
    [
      ['2021-12-16', '2022-01-01', '1600', '645.44545'],
      ['2022-01-01', '2022-01-15', '1400', '522.379135'],
    ],
  );
});
