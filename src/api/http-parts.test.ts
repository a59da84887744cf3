import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chosenType } from './body.ts';
import { isKnown, isNamed } from './etag.ts';
import { billLines } from './ndjson/rows.ts';
import { pageLinks, pageOfList } from './paging.ts';
import { Router } from './router.ts';
import { eventStream } from './sse.ts';

test('Accept chooses by weight, and by the more exact range (RFC 9110, section 12.5.1)', () => {
  const produces = ['application/json', 'text/csv'];
  assert.equal(chosenType(null, produces), 'application/json');
  assert.equal(chosenType('*/*', produces), 'application/json');
  assert.equal(chosenType('text/*, application/json;q=0.5', produces), 'text/csv');
  assert.equal(chosenType('text/csv;q=0, */*', produces), 'application/json');
  assert.throws(() => chosenType('text/html', produces), /application\/json or text\/csv/);
});

test('If-None-Match compares weakly, any of a list (RFC 9110, section 13.1.2)', () => {
  assert.equal(isKnown('"a", W/"b"', '"b"'), true);
  assert.equal(isKnown('*', '"b"'), true);
  assert.equal(isKnown('"bb"', '"b"'), false);
  assert.equal(isKnown(null, '"b"'), false);
});

test('If-Match compares strongly, any of a list (RFC 9110, section 13.1.1)', () => {
  assert.equal(isNamed('"a", "b"', '"b"'), true);
  assert.equal(isNamed('*', '"b"'), true);
  assert.equal(isNamed('W/"b"', '"b"'), false);
  assert.equal(isNamed('W/"b"', 'W/"b"'), false);
  assert.equal(isNamed('', '"b"'), false);
});

test('pages of a list skip nothing when an item before them goes', () => {
  const items = ['a', 'b', 'c', 'd', 'e'];
  const first = pageOfList(items, (item) => item, { limit: 2 });
  assert.deepEqual(first.items, ['a', 'b']);
  const second = pageOfList(items.slice(1), (item) => item, { limit: 2, cursor: first.next });
  assert.deepEqual(second.items, ['c', 'd']);
  assert.deepEqual(
    pageOfList(items, (item) => item, { limit: 2, cursor: second.next }),
    { items: ['e'] },
  );
  assert.throws(() => pageOfList(items, (item) => item, { cursor: 'not a cursor' }), /no cursor/);
});

test('links keep the question and change the cursor alone', () => {
  const url = new URL('http://node.test/api/v1/records?year=2022&cursor=old&limit=5');
  assert.equal(
    pageLinks(url, 'new'),
    '</api/v1/records?year=2022&limit=5>; rel="first", </api/v1/records?year=2022&limit=5&cursor=new>; rel="next"',
  );
});

test('a path that is spelled out wins over one with a parameter; dots and slashes stay inside a segment', () => {
  const at = (path: `/${string}`, id: string) =>
    ({ id, method: 'GET', path, tag: 'Node', summary: '', handle: async () => undefined }) as const;
  const router = new Router([at('/records/{id}', 'one'), at('/records/void', 'void')]);
  assert.equal(router.match('/records/void')?.operations.get('GET')?.id, 'void');
  assert.deepEqual(router.match('/records/..%2F..%2Fetc')?.params, { id: '../../etc' });
  assert.equal(router.match('/records/a/b'), undefined);
});

test('rows of a stream are the same however it is cut; what is no row is told and passed over', async () => {
  const good = JSON.stringify({
    ...{ meter: 'Zähler 1', commodity: 'electricity', start: '2022-01-01', end: '2022-02-01' },
    ...{ quantity: '5', unit: 'kWh', place: { country: 'DE' } },
  });
  const bytes = Buffer.from([good, '', '{"meter":', '[]', 'null', good].join('\n'));
  for (const size of [1, 7, bytes.length]) {
    const cut = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
      bytes.subarray(at * size, (at + 1) * size),
    );
    const items = await Array.fromAsync(billLines(ReadableStream.from(cut) as AsyncIterable<Uint8Array>));
    assert.deepEqual(
      items.map((item) => ('line' in item ? item.line.meter : item.where)),
      ['Zähler 1', 'row 2', 'row 3', 'row 4', 'Zähler 1'],
    );
  }
  const endless = ReadableStream.from([Buffer.alloc(70_000, 'x')]) as AsyncIterable<Uint8Array>;
  await assert.rejects(Array.fromAsync(billLines(endless)), /more than 65536 bytes/);
});

test('a reader that does not read is not read for: the source is asked for a few events and no more', async () => {
  let made = 0;
  let stopped = 0;
  async function* source() {
    for (;;) {
      made += 1;
      yield { id: String(made), event: 'tick', data: {} };
    }
  }
  const response = eventStream(source(), () => {
    stopped += 1;
  });
  for (let turn = 0; turn < 100; turn += 1) await new Promise(setImmediate);
  assert.ok(made < 10, `${made} events were made`);
  await response.body?.cancel();
  assert.equal(stopped, 1);
});
