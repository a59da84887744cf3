import assert from 'node:assert/strict';
import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { test } from 'node:test';
import { hmacSha256, isPublicKey, keyIdOf, sha256, sha256Bytes, verifySignature } from './crypto.ts';

const spkiOf = (key: KeyObject) => key.export({ format: 'der', type: 'spki' }).toString('base64');
const message = Buffer.from('a page of records');
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ed25519 = generateKeyPairSync('ed25519');

test('SHA-256 of the examples of FIPS 180-4', () => {
  const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
  assert.equal(sha256('abc'), abc);
  assert.equal(sha256(Buffer.from('abc')), abc);
  assert.equal(sha256Bytes('abc').toString('hex'), abc);
  assert.equal(sha256(''), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  assert.equal(sha256('ü'), sha256(Buffer.from([0xc3, 0xbc])));
});

test('HMAC takes a key of 32 bytes and its parts in order', () => {
  const key = Buffer.alloc(32, 0x0b);
  // Python: hmac.new(b"\x0b" * 32, b"Hi There", "sha256").hexdigest()
  const expected = '198a607eb44bfbc69903a0f1cf2bbdc5ba0aa3f3d9ae3c1c7a3b1696a0b68cf7';
  assert.equal(hmacSha256(key, 'Hi There'), expected);
  assert.equal(hmacSha256(key, 'Hi', Buffer.from(' '), 'There'), expected);
  for (const length of [0, 31, 33, 64]) {
    assert.throws(() => hmacSha256(Buffer.alloc(length), 'x'), {
      code: 'COMMITMENT_INVALID',
      message: `the key has ${length} bytes, 32 are needed`,
    });
  }
});

test('Ed25519: the first example of RFC 8032, section 7.1', () => {
  const raw = 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a';
  const spki = Buffer.from(`302a300506032b6570032100${raw}`, 'hex').toString('base64');
  const signature = Buffer.from(
    'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
    'hex',
  );
  assert.equal(verifySignature(spki, Buffer.alloc(0), signature.toString('base64')), true);
  assert.equal(verifySignature(spki, Buffer.from('x'), signature.toString('base64')), false);
});

test('ECDSA P-256: the example of RFC 6979, section A.2.5, message "sample"', () => {
  const point =
    '0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb67903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299';
  const spki = Buffer.from(`3059301306072a8648ce3d020106082a8648ce3d030107034200${point}`, 'hex').toString('base64');
  const r = 'efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716';
  const s = 'f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8';
  const signature = Buffer.from(`3046022100${r}022100${s}`, 'hex').toString('base64');
  assert.equal(verifySignature(spki, Buffer.from('sample'), signature), true);
  assert.equal(verifySignature(spki, Buffer.from('test'), signature), false);
});

test('a signature counts for its own key and message alone', () => {
  for (const [{ publicKey, privateKey }, digest] of [
    [p256, 'sha256'],
    [ed25519, null],
  ] as const) {
    const signature = sign(digest, message, privateKey).toString('base64');
    for (let again = 0; again < 2; again += 1)
      assert.equal(verifySignature(spkiOf(publicKey), message, signature), true);
    assert.equal(verifySignature(spkiOf(publicKey), Buffer.from('another page'), signature), false);
    const other = publicKey === p256.publicKey ? ed25519 : p256;
    assert.equal(verifySignature(spkiOf(other.publicKey), message, signature), false);
  }
});

test('a key or signature in any other writing is refused', () => {
  const signature = sign('sha256', message, p256.privateKey).toString('base64');
  const spki = spkiOf(p256.publicKey);
  for (const text of [`!!${signature}`, `${signature}\n`, `${signature}AAAA`, signature.replace(/=+$/, ''), '', 'x']) {
    if (text !== signature) assert.equal(verifySignature(spki, message, text), false, text);
  }
  const der = Buffer.from(spki, 'base64');
  const bad = [
    '',
    'x',
    `${spki}\n`,
    ` ${spki}`,
    spki.replace(/=+$/, ''),
    der.toString('hex'),
    der.subarray(1).toString('base64'),
  ];
  bad.push(Buffer.concat([der, Buffer.from('more')]).toString('base64'));
  for (const text of bad) {
    assert.equal(isPublicKey(text), false, text);
    assert.equal(verifySignature(text, message, signature), false, text);
  }
});

test('only Ed25519 and P-256 keys are accepted', () => {
  assert.equal(isPublicKey(spkiOf(p256.publicKey)), true);
  assert.equal(isPublicKey(spkiOf(ed25519.publicKey)), true);
  const others = [
    generateKeyPairSync('ec', { namedCurve: 'P-384' }),
    generateKeyPairSync('ec', { namedCurve: 'secp256k1' }),
    generateKeyPairSync('rsa', { modulusLength: 1024 }),
  ];
  for (const { publicKey, privateKey } of others) {
    const spki = spkiOf(publicKey);
    assert.equal(isPublicKey(spki), false);
    const signature = sign('sha256', message, privateKey).toString('base64');
    // Twice: a refused key is not remembered either.
    for (let again = 0; again < 2; again += 1) assert.equal(verifySignature(spki, message, signature), false);
  }
  assert.equal(isPublicKey(spkiOf(generateKeyPairSync('x25519').publicKey)), false);
  const pem = createPublicKey(p256.privateKey).export({ format: 'pem', type: 'spki' }).toString();
  assert.equal(isPublicKey(pem), false);
});

test('more keys than are remembered still verify', () => {
  const pairs = Array.from({ length: 1_030 }, () => generateKeyPairSync('ed25519'));
  for (const { publicKey, privateKey } of pairs) {
    const signature = sign(null, message, privateKey).toString('base64');
    assert.equal(verifySignature(spkiOf(publicKey), message, signature), true);
  }
});

test("a key's id is the SHA-256 of its bytes", () => {
  const der = p256.publicKey.export({ format: 'der', type: 'spki' });
  assert.equal(keyIdOf(spkiOf(p256.publicKey)), createHash('sha256').update(der).digest('hex'));
});
