import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import type { FactorRow } from '../emissions/index.ts';
import { sampleAbout, sampleRelease, sampleRow } from './factor-store.conformance.ts';
import type { Release } from './factor-store.ts';
import { checkRelease, makeRelease } from './release.ts';
import { formatReleaseFile, parseReleaseFile } from './release-file.ts';

const bytes = (text: string) => Buffer.from(text, 'utf8');

/** Every kind of field, absent and present by turns. */
function varied(): Release {
  const { co2e: _co2e, ...bare } = sampleRow(2021);
  const rows: FactorRow[] = [
    sampleRow(2021),
    { ...sampleRow(2022), notes: '-', source: '\\-', basis: 'Wärme, été', co2: { value: '0.00006', unit: 'kg/kWh' } },
    { ...sampleRow(2023), gwpInferred: true, lifecycle: true, notes: '\\\\' },
    {
      ...bare,
      id: 'T-1:DE:none',
      method: 'residual-mix',
      notApplicable: true,
      place: { country: 'DE', region: 'NORD' },
    },
    {
      ...bare,
      id: 'T-1:DE:loss',
      method: 'loss-rate',
      loss: { basis: 'delivered', share: { value: '4.5', unit: 'percent' } },
      place: { country: 'DE', subdivision: 'DE-BY' },
    },
    {
      ...bare,
      id: 'T-1:DE:gas',
      commodity: 'natural-gas',
      method: 'fuel',
      calorific: 'gross',
      co2: { value: '53.06', unit: 'kg/mmBtu' },
      ch4: { value: '1', unit: 'g/mmBtu' },
      n2o: { value: '0.1', unit: 'g/mmBtu' },
    },
  ];
  return { ...makeRelease(sampleAbout, rows), signature: { publicKey: 'k', signature: 's' } };
}

/** The text with a right digest, whatever its lines say. */
function sealed(text: string): Buffer {
  const body = text.replace(/sha256 .*\n$/, '');
  return bytes(`${body}sha256 ${createHash('sha256').update(body).digest('hex')}\n`);
}

test('a release survives its file, and the file its release', () => {
  for (const release of [varied(), sampleRelease(1), sampleRelease(40)]) {
    const text = formatReleaseFile(release);
    const read = parseReleaseFile(bytes(text));
    assert.deepEqual(read, release);
    assert.equal(formatReleaseFile(read), text);
  }
});

test('the layout is the documented one', () => {
  const lines = formatReleaseFile(sampleRelease(2)).split('\n');
  assert.equal(lines[0], 'uec-factor-release 1');
  assert.equal(JSON.parse(lines[1] as string).rowCount, 2);
  assert.equal(lines[2], '{}');
  assert.deepEqual(lines[3]?.split('\t').slice(0, 8), [
    'id',
    'country',
    'subdivision',
    'region',
    'year',
    'validFrom',
    'validTo',
    'co2',
  ]);
  // Cells equal to the row above are empty; cells at the end are left out.
  assert.equal(lines[5], 'T-1:DE:2022\t\t\t\t2022\t2022-01-01\t2023-01-01\t\t\t\t\t\t\t322.5');
  assert.match(lines[6] as string, /^sha256 [0-9a-f]{64}$/);
  assert.equal(lines[7], '');
});

test('a flipped character anywhere is found', () => {
  const text = formatReleaseFile(sampleRelease(3));
  for (let at = 0; at < text.length; at += 1) {
    const other = text[at] === '1' ? '2' : '1';
    const changed = bytes(text.slice(0, at) + other + text.slice(at + 1));
    assert.throws(() => parseReleaseFile(changed), { code: 'RELEASE_INVALID' }, `character ${at}`);
  }
});

test('a changed figure under a new digest is found by the root', () => {
  const text = formatReleaseFile(sampleRelease(3)).replace('322.5', '322.4');
  const read = parseReleaseFile(sealed(text));
  assert.throws(() => checkRelease(read), { code: 'RELEASE_INVALID', message: /give root/ });
});

test('what is cut short, padded or no release file is refused', () => {
  const text = formatReleaseFile(sampleRelease(3));
  for (let length = 0; length < text.length; length += 7) {
    assert.throws(() => parseReleaseFile(bytes(text.slice(0, length))), { code: 'RELEASE_INVALID' });
  }
  for (const odd of [`${text}\n`, `\ufeff${text}`, text.replaceAll('\n', '\r\n'), 'a,b\n1,2\n', '%PDF-1.4\n', '\0']) {
    assert.throws(() => parseReleaseFile(bytes(odd)), { code: 'RELEASE_INVALID' });
  }
  assert.throws(() => parseReleaseFile(Buffer.from([0xff, 0xfe, 0x00])), { code: 'RELEASE_INVALID', message: /UTF-8/ });
});

test('a malformed line is named by its number', () => {
  const text = formatReleaseFile(sampleRelease(3));
  const second = 'T-1:DE:2022\t\t\t\t2022\t2022-01-01\t2023-01-01\t\t\t\t\t\t\t322.5';
  assert.ok(text.includes(`\n${second}\n`));
  const cases: readonly [string, string, number][] = [
    [second, `${second}\t`, 6],
    [second, second.replace('\t322.5', '\t322.5\tg/kWh'), 6],
    [second, second.replace('2022\t2022-', '22\t2022-'), 6],
    [second, second.replace('322.5', '-'), 6],
    [second, `${second}${'\t'.repeat(30)}x`, 6],
    [second, `${second}\t${'x'.repeat(20_001)}`, 6],
    [second, `${second}\t\t\t0.05`, 6],
    [second, `${second}${'\t'.repeat(16)}false`, 6],
    ['id\tcountry', 'id\tland', 4],
    ['\n{}\n', '\n{"publicKey":"k"}\n', 3],
    ['\n{}\n', '\n[]\n', 3],
    ['"rowCount":3', '"rowCount": 3', 2],
  ];
  for (const [from, to, line] of cases) {
    assert.ok(text.includes(from));
    assert.throws(
      () => parseReleaseFile(sealed(text.replace(from, to))),
      (error: { code?: string; details?: { where?: string }; message?: string }) =>
        error.code === 'RELEASE_INVALID' && error.details?.where === `line ${line}`,
      `${to.slice(0, 120)} on line ${line}`,
    );
  }
});
