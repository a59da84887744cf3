import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import parse from 'parse-prometheus-text-format';
import { Metrics } from './metrics.ts';

function filled(): Metrics {
  const metrics = new Metrics();
  const requests = metrics.counter('uec_http_requests_total', 'Requests answered.', ['operation', 'status']);
  requests.add(['records.list', '200']);
  requests.add(['records.list', '200'], 2);
  requests.add(['records.list', '404']);
  requests.add(['a"b\\c\nd', '500']);
  const seconds = metrics.histogram('uec_seconds', 'Time\nto the \\ answer.', ['operation'], [0.1, 1]);
  for (const value of [0.05, 0.1, 0.5, 7]) seconds.observe(['records.list'], value);
  metrics.counter('uec_empty_total', 'Nothing yet.');
  metrics.gauge('uec_height', 'Blocks.', async () => 12);
  metrics.gauge('uec_lost', 'Cannot be had.', () => Promise.reject(new Error('no')));
  metrics.gauge('uec_thrown', 'Cannot be had.', () => {
    throw new Error('no');
  });
  metrics.info('uec_build_info', 'Version.', { version: '1.2.3' });
  return metrics;
}

test('an independent parser reads what was counted', async () => {
  const families = new Map(parse(await filled().text()).map((family) => [family.name, family]));
  assert.deepEqual(
    [...families.keys()],
    ['uec_http_requests_total', 'uec_seconds', 'uec_empty_total', 'uec_height', 'uec_build_info'],
  );
  assert.deepEqual(families.get('uec_http_requests_total'), {
    name: 'uec_http_requests_total',
    help: 'Requests answered.',
    type: 'COUNTER',
    metrics: [
      { labels: { operation: 'records.list', status: '200' }, value: '3' },
      { labels: { operation: 'records.list', status: '404' }, value: '1' },
      { labels: { operation: 'a"b\\c\nd', status: '500' }, value: '1' },
    ],
  });
  // This parser leaves out the labels of a histogram; its lines are checked below.
  assert.deepEqual(families.get('uec_seconds')?.metrics, [{ buckets: { '0.1': '2', '1': '3', '+Inf': '4' } }]);
  assert.deepEqual(families.get('uec_empty_total')?.metrics, [{ value: '0' }]);
  assert.deepEqual(families.get('uec_height')?.metrics, [{ value: '12' }]);
  assert.deepEqual(families.get('uec_build_info')?.metrics, [{ labels: { version: '1.2.3' }, value: '1' }]);
});

test('a histogram is written as the format says: buckets that include the smaller ones, then sum and count', async () => {
  const lines = (await filled().text()).split('\n').filter((line) => line.includes('uec_seconds'));
  assert.deepEqual(lines, [
    '# HELP uec_seconds Time\\nto the \\\\ answer.',
    '# TYPE uec_seconds histogram',
    'uec_seconds_bucket{operation="records.list",le="0.1"} 2',
    'uec_seconds_bucket{operation="records.list",le="1"} 3',
    'uec_seconds_bucket{operation="records.list",le="+Inf"} 4',
    'uec_seconds_sum{operation="records.list"} 7.65',
    'uec_seconds_count{operation="records.list"} 4',
  ]);
});

const python = spawnSync('python3', ['-c', 'import prometheus_client']).status === 0;

test('Prometheus’ own parser for Python reads it', {
  skip: python ? false : 'prometheus_client is not installed',
}, async () => {
  const script = `
import json, sys
from prometheus_client.parser import text_string_to_metric_families as parse
print(json.dumps([[s.name, s.labels, s.value] for f in parse(sys.stdin.read()) for s in f.samples]))`;
  const { stdout, stderr } = spawnSync('python3', ['-c', script], { input: await filled().text(), encoding: 'utf8' });
  assert.equal(stderr, '');
  const samples = JSON.parse(stdout) as [string, Record<string, string>, number][];
  assert.deepEqual(samples.slice(0, 3), [
    ['uec_http_requests_total', { operation: 'records.list', status: '200' }, 3],
    ['uec_http_requests_total', { operation: 'records.list', status: '404' }, 1],
    ['uec_http_requests_total', { operation: 'a"b\\c\nd', status: '500' }, 1],
  ]);
  assert.equal(samples.length, 3 + 5 + 1 + 1 + 1);
});

test('the number of series is bounded, whatever the labels are', async () => {
  const metrics = new Metrics();
  const counter = metrics.counter('uec_total', 'Bounded.', ['operation']);
  for (let at = 0; at < 10_000; at += 1) counter.add([`made up ${at}`]);
  const [family] = parse(await metrics.text());
  assert.ok((family?.metrics.length ?? 0) <= 501);
  const total = family?.metrics.reduce((sum, { value }) => sum + Number(value), 0);
  assert.equal(total, 10_000);
});
