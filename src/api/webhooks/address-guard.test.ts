import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AddressGuard, isPublicAddress, type PinnedAddress } from './address-guard.ts';

const v4 = (address: string): PinnedAddress => ({ address, family: 4 });
const v6 = (address: string): PinnedAddress => ({ address, family: 6 });
const resolves =
  (...addresses: PinnedAddress[]) =>
  async () =>
    addresses;

// Ranges of IANA's special-purpose registries, RFC 6890 and its updates, and what cloud machines call their metadata.
const CLOSED = [
  '0.0.0.0',
  '10.0.0.1',
  '10.255.255.255',
  '100.64.0.1',
  '100.127.255.255',
  '127.0.0.1',
  '127.255.255.255',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.0.0.1',
  '192.0.2.1',
  '192.88.99.1',
  '192.168.0.1',
  '198.18.0.1',
  '198.19.255.255',
  '198.51.100.1',
  '203.0.113.1',
  '224.0.0.1',
  '239.255.255.255',
  '240.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::ffff:127.0.0.1',
  '::ffff:10.0.0.1',
  '::ffff:169.254.169.254',
  '::ffff:8.8.8.8',
  '::127.0.0.1',
  '64:ff9b::7f00:1',
  '64:ff9b:1::1',
  '100::1',
  'fc00::1',
  'fd00:ec2::254',
  'fe80::1',
  'fec0::1',
  'ff02::1',
  '2001::1',
  '2001:db8::1',
  '2002:7f00:1::',
  '2001:10::1',
  '3fff::1',
  '5f00::1',
];
const OPEN = [
  '1.1.1.1',
  '8.8.8.8',
  '100.63.255.255',
  '100.128.0.1',
  '172.15.0.1',
  '172.32.0.1',
  '192.167.0.1',
  '198.17.0.1',
  '223.255.255.255',
  '2606:4700:4700::1111',
  '2a00:1450:4001::1',
  '2001:4860:4860::8888',
];

test('only public addresses are open', () => {
  for (const address of CLOSED) assert.equal(isPublicAddress(address), false, address);
  for (const address of OPEN) assert.equal(isPublicAddress(address), true, address);
  for (const none of ['', 'localhost', '127.1', '0x7f000001', '1.2.3.4.5']) assert.equal(isPublicAddress(none), false);
});

test('a URL that names a closed address is refused, however it is written', () => {
  const guard = new AddressGuard();
  for (const host of [
    ...CLOSED.map((address) => (address.includes(':') ? `[${address}]` : address)),
    '2130706433',
    '0x7f000001',
    '0177.0.0.1',
    '127.1',
    '0x7f.1',
    '0',
    '127.0.0.1.',
    '①②⑦.0.0.1',
    '169.254.43518',
  ])
    assert.throws(() => guard.parse(`https://${host}/hook`), { code: 'WEBHOOK_REFUSED' }, host);
});

test('other schemes, credentials, fragments and what is no URL are refused; the path and query are the operator’s', () => {
  const guard = new AddressGuard();
  for (const url of [
    '',
    'hook',
    '//a.example',
    'ftp://a.example',
    'file:///etc/passwd',
    'gopher://a.example',
    'javascript:alert(1)',
    'data:,x',
    'https://user@a.example',
    'https://u:p@a.example',
    'https://a.example/#x',
    `https://a.example/${'a'.repeat(2_000)}`,
  ])
    assert.throws(() => guard.parse(url), { code: 'WEBHOOK_REFUSED' }, url);
  assert.equal(guard.parse('https://a.example:8443/hook?x=1').href, 'https://a.example:8443/hook?x=1');
});

test('a name is judged by all of its addresses, and none is taken of those that are not public', async () => {
  const url = new URL('https://a.example/hook');
  assert.deepEqual(await new AddressGuard([], resolves(v4('8.8.8.8'))).pin(url), [v4('8.8.8.8')]);
  for (const found of [
    [v4('127.0.0.1')],
    [v4('8.8.8.8'), v4('169.254.169.254')],
    [v6('::1')],
    [v6('::ffff:10.0.0.1')],
    [],
  ])
    await assert.rejects(new AddressGuard([], resolves(...found)).pin(url), { code: 'WEBHOOK_REFUSED' });
  const lost = new AddressGuard([], async () => Promise.reject(new Error('ENOTFOUND')));
  await assert.rejects(lost.pin(url), { code: 'WEBHOOK_REFUSED' });
});

test('http is for allowed addresses only, and an allowed range opens nothing else', async () => {
  const guard = new AddressGuard(['10.1.0.0/16', 'fd00::/8'], resolves(v4('10.1.2.3')));
  assert.equal(guard.parse('http://10.1.2.3/hook').protocol, 'http:');
  assert.equal(guard.parse('https://[fd00::7]/hook').protocol, 'https:');
  assert.deepEqual(await guard.pin(new URL('http://inside.example/hook')), [v4('10.1.2.3')]);
  for (const url of ['http://10.2.0.1/', 'http://127.0.0.1/', 'http://8.8.8.8/', 'http://[fe80::1]/'])
    assert.throws(() => guard.parse(url), { code: 'WEBHOOK_REFUSED' }, url);
  await assert.rejects(new AddressGuard([], resolves(v4('8.8.8.8'))).pin(new URL('http://a.example/')), {
    code: 'WEBHOOK_REFUSED',
  });
  for (const range of ['x', '10.0.0.0/33', '10.0.0/8', '', 'fd00::/129', '10.0.0.0/1e1', '10.0.0.0/', '10.0.0.0/-1'])
    assert.throws(() => new AddressGuard([range]), { code: 'CONFIG_INVALID' }, range);
});
