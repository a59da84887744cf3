import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jsonLog, newRequestId } from './log.ts';

test('a line is one JSON object with the known fields, and none that a caller made', () => {
  const lines: string[] = [];
  const log = jsonLog(
    (line) => lines.push(line),
    () => new Date('2026-03-01T00:00:00Z'),
  );
  const passed = { request: 'r1', status: 200, operation: 'records.list', path: '/api?zip=94105', token: 'uec_secret' };
  log.write('info', 'request', passed);
  log.write('error', 'fault', { code: 'INTERNAL', outcome: 'a\nb' });
  assert.deepEqual(lines, [
    '{"at":"2026-03-01T00:00:00.000Z","level":"info","event":"request","request":"r1","operation":"records.list","status":200}\n',
    '{"at":"2026-03-01T00:00:00.000Z","level":"error","event":"fault","code":"INTERNAL","outcome":"a\\nb"}\n',
  ]);
});

test('request ids are the node’s own', () => {
  assert.match(newRequestId(), /^[0-9a-f]{24}$/);
  assert.notEqual(newRequestId(), newRequestId());
});
