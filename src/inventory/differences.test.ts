import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { Inventory } from './inventory.ts';
import { Chain, electricity } from './sample-blocks.conformance.ts';

const folder = mkdtempSync(join(tmpdir(), 'uec-differences-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const chain = new Chain();
chain.submit(
  electricity({ start: '2022-01-01', end: '2022-02-01' }),
  electricity({ start: '2022-02-01', end: '2022-03-01' }),
);
let files = 0;

/** Two models of the same blocks, the first one edited. */
function differences(...statements: string[]): string[] {
  files += 1;
  const path = join(folder, `${files}.sqlite`);
  const [edited, fresh] = [Inventory.open(path), Inventory.open(`${path}.other`)];
  try {
    for (const block of chain.blocks) for (const inventory of [edited, fresh]) inventory.apply(block);
    const database = new DatabaseSync(path);
    database.function('repacked', (body) => zstdCompressSync(zstdDecompressSync(body as Uint8Array), STRONG));
    for (const statement of statements) database.exec(statement);
    database.close();
    return edited.differences(fresh).map(({ table, key, what, columns }) => [table, key, what, ...columns].join(' '));
  } finally {
    edited.close();
    fresh.close();
  }
}

const STRONG = { params: { [constants.ZSTD_c_compressionLevel]: 19, [constants.ZSTD_c_checksumFlag]: 1 } };

test('two models of the same blocks do not differ', () => {
  assert.deepEqual(differences(), []);
});

test('each kind of difference names table, key and columns', () => {
  assert.deepEqual(
    differences(
      'UPDATE records SET quantity = 9, counted = 0 WHERE seq = 2',
      "INSERT INTO voids VALUES (1, 'x', 'y')",
      'DELETE FROM traits',
    ),
    ['records seq 2 changed quantity counted', 'traits id 1 missing', 'voids seq 1 foreign'],
  );
});

test('many differences of a table are told by the first five', () => {
  const insert = Array.from({ length: 20 }, (_, at) => `INSERT INTO voids VALUES (${at + 1}, 'x', 'y')`);
  assert.deepEqual(
    differences(...insert),
    [1, 2, 3, 4, 5].map((seq) => `voids seq ${seq} foreign`),
  );
});

test('the same texts in other compressed bytes are the same', () => {
  assert.deepEqual(differences('UPDATE texts SET body = repacked(body)'), []);
});
