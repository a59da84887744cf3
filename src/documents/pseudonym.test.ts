import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isChannelError } from '../emissions/index.ts';
import { meterText, pseudonym } from './pseudonym.ts';

const kMeter = Buffer.from('202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f', 'hex');
const T27 = '0f301729be08bfa53e6746b8b8ae63122a609997b0caad434309a257eb5f69eb';

test('T27: the pseudonym of the sample meter, in every spelling of it', () => {
  assert.equal(pseudonym(kMeter, 'acme-electric', '0012345678'), T27);
  assert.equal(pseudonym(kMeter, '  Acme-Electric\n', ' 0012 345\t678 '), T27);
});

test('what can tell two meters apart stays', () => {
  for (const number of ['12345678', '0012345679', '0012-345678']) {
    assert.notEqual(pseudonym(kMeter, 'acme-electric', number), T27);
  }
  assert.notEqual(pseudonym(kMeter, 'acme electric', '0012345678'), T27);
});

test('the text is normalised and its divider cannot be imitated', () => {
  assert.equal(meterText(' Stadtwerke  Köln ', 'de 00 a1'), 'stadtwerke köln|DE00A1');
  assert.equal(meterText('Ko\u0308ln', '1'), 'köln|1');
  assert.equal(meterText('a|b', 'c'), 'a%7Cb|C');
  assert.equal(meterText('a', 'b|c'), 'a|B|C');
  assert.equal(meterText('a%7Cb', 'c'), 'a%257cb|C');
});

test('a blank utility or number is refused', () => {
  assert.throws(
    () => meterText(' ', '1'),
    (error) => isChannelError(error, 'FIELD_INVALID'),
  );
  assert.throws(
    () => meterText('a', '\t'),
    (error) => isChannelError(error, 'FIELD_INVALID'),
  );
});
