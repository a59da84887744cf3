import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressKey, RateLimiter } from './rate-limit.ts';

test('a burst at once, then what time brings, and the wait in whole seconds', () => {
  let now = 0;
  const limiter = new RateLimiter(() => now);
  const rate = { burst: 3, perSecond: 0.5 };
  assert.deepEqual(
    [1, 2, 3, 4].map(() => limiter.take('a', rate)),
    [0, 0, 0, 2],
  );
  // Another caller has a bucket of its own.
  assert.equal(limiter.take('b', rate), 0);
  now = 1_000;
  assert.equal(limiter.take('a', rate), 1);
  now = 2_000;
  assert.equal(limiter.wait('a', rate), 0);
  assert.equal(limiter.take('a', rate), 0);
  assert.equal(limiter.wait('a', rate), 2);
  now = 1_000_000;
  assert.equal(limiter.left('a', rate), 3);
});

test('memory is bounded: the key used longest ago goes first', () => {
  const limiter = new RateLimiter(() => 0, 100);
  const rate = { burst: 1, perSecond: 1 };
  limiter.take('kept', rate);
  for (let at = 0; at < 1000; at += 1) {
    limiter.take(`caller ${at}`, rate);
    limiter.take('kept', rate);
  }
  assert.equal(limiter.size, 100);
  assert.equal(limiter.take('kept', rate), 1);
});

test('an IPv6 subscriber is its /64, an IPv4 one its address, however it is written', () => {
  assert.equal(addressKey('192.0.2.7'), '192.0.2.7');
  assert.equal(addressKey('::ffff:192.0.2.7'), '192.0.2.7');
  assert.equal(addressKey('2001:db8:1:2:3:4:5:6'), '2001:db8:1:2::/64');
  assert.equal(addressKey('2001:DB8:1:2::9'), '2001:db8:1:2::/64');
  assert.equal(addressKey('2001:0db8:0001:0002::9'), '2001:db8:1:2::/64');
  assert.notEqual(addressKey('2001:db8:1:3::9'), addressKey('2001:db8:1:2::9'));
  assert.equal(addressKey('::1'), '0:0:0:0::/64');
  assert.equal(addressKey('fe80::1%eth0'), 'fe80:0:0:0::/64');
});
