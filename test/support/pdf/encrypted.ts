import { createCipheriv, createHash } from 'node:crypto';
import type { Cipher } from '../../../tools/pdf/pdf-writer.ts';
import { billObjects, type PdfCase, SEEN } from './pdf-case.ts';

// Encrypted files (ISO 32000-1, 7.6; ISO 32000-2, 7.6.4): with a password to open them, and without one, as many utilities send
// bills that may be read by all and changed by none.

export const encryptedFiles: readonly PdfCase[] = [
  {
    name: 'a password is needed (AES-256)',
    make: () => aes256('example'),
    right:
      'Refuses with a code of its own, and says to save it without the password first. Never asks for or keeps the password.',
    outcome: 'refused',
  },
  {
    name: 'a password is needed (RC4)',
    make: () => rc4Bill('example'),
    right: 'Refuses, as with AES-256.',
    outcome: 'refused',
  },
  {
    name: 'encrypted with an empty password (AES-256)',
    make: () => aes256(''),
    right: 'Reads it: every viewer opens it without asking.',
    outcome: 'read',
    shows: [SEEN],
  },
  {
    name: 'encrypted with an empty password (RC4)',
    make: () => rc4Bill(''),
    right: 'Reads it: every viewer opens it without asking.',
    outcome: 'read',
    shows: [SEEN],
  },
  {
    name: 'encrypted in a way that nobody knows',
    make: () => encrypted('<< /Filter /Example.Unknown /V 9 /R 9 >>'),
    right: 'Refuses; what it cannot decrypt it does not read as text.',
    outcome: 'refused',
  },
];

const PERMISSIONS = -1340;
/** All the randomness of these files: they are the same every time. */
const KEY = createHash('sha256').update('key of a test file').digest();
const SALTS = createHash('sha256').update('salts of a test file').digest();
const ID = createHash('md5').update('a test file').digest();

const hex = (bytes: Uint8Array) => `<${Buffer.from(bytes).toString('hex')}>`;

function encrypted(dictionary: string, cipher?: Cipher): Buffer {
  const { writer, root } = billObjects();
  const number = writer.add(dictionary);
  return writer.file({ root, trailer: `/Encrypt ${number} 0 R /ID [${hex(ID)} ${hex(ID)}]` }, cipher);
}

function aes256(password: string): Buffer {
  const user = Buffer.from(password);
  const owner = Buffer.from('owner of a test file');
  const [userCheck, userKey, ownerCheck, ownerKey] = [0, 8, 16, 24].map((at) => SALTS.subarray(at, at + 8)) as [
    Buffer,
    Buffer,
    Buffer,
    Buffer,
  ];
  const none = Buffer.alloc(0);
  const u = Buffer.concat([hash(user, userCheck, none), userCheck, userKey]);
  const o = Buffer.concat([hash(owner, ownerCheck, u), ownerCheck, ownerKey]);
  const wrap = (key: Buffer) => cbc('aes-256-cbc', key, Buffer.alloc(16), KEY);
  const rights = Buffer.alloc(16, 0xff);
  rights.writeInt32LE(PERMISSIONS, 0);
  rights.write('Tadb', 8);
  const ecb = createCipheriv('aes-256-ecb', KEY, null).setAutoPadding(false);
  const dictionary =
    '<< /Filter /Standard /V 5 /R 6 /Length 256 /CF << /StdCF << /CFM /AESV3 /AuthEvent /DocOpen /Length 32 >> >> ' +
    `/StmF /StdCF /StrF /StdCF /P ${PERMISSIONS} /U ${hex(u)} /UE ${hex(wrap(hash(user, userKey, none)))} ` +
    `/O ${hex(o)} /OE ${hex(wrap(hash(owner, ownerKey, u)))} /Perms ${hex(ecb.update(rights))} >>`;
  return encrypted(dictionary, (number, bytes) => {
    const start = createHash('md5').update(`start ${number}`).digest();
    const cipher = createCipheriv('aes-256-cbc', KEY, start);
    return Buffer.concat([start, cipher.update(bytes), cipher.final()]);
  });
}

/** Algorithm 2.B of ISO 32000-2. */
function hash(password: Buffer, salt: Buffer, user: Buffer): Buffer {
  let key = createHash('sha256').update(password).update(salt).update(user).digest();
  for (let round = 0, last = 0; round < 64 || last > round - 32; round += 1) {
    const once = Buffer.concat([password, key, user]);
    const out = cbc('aes-128-cbc', key.subarray(0, 16), key.subarray(16, 32), Buffer.concat(Array(64).fill(once)));
    const rest = out.subarray(0, 16).reduce((sum, byte) => sum + byte, 0) % 3;
    key = createHash(['sha256', 'sha384', 'sha512'][rest] as string)
      .update(out)
      .digest();
    last = out.at(-1) ?? 0;
  }
  return key.subarray(0, 32);
}

function cbc(name: string, key: Uint8Array, start: Uint8Array, bytes: Uint8Array): Buffer {
  return createCipheriv(name, key, start).setAutoPadding(false).update(bytes);
}

const PADDING = Buffer.from('28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a', 'hex');

function rc4Bill(password: string): Buffer {
  const pad = (text: string) => Buffer.concat([Buffer.from(text), PADDING]).subarray(0, 32);
  const again = (bytes: Uint8Array, times: number) => {
    let digest = md5(bytes);
    for (let count = 0; count < times; count += 1) digest = md5(digest);
    return digest;
  };
  const twenty = (key: Uint8Array, bytes: Uint8Array) =>
    Array.from({ length: 20 }, (_, round) => round).reduce<Uint8Array>(
      (text, round) =>
        rc4(
          key.map((byte) => byte ^ round),
          text,
        ),
      bytes,
    );
  const o = twenty(again(pad('owner of a test file'), 50), pad(password));
  const rights = Buffer.alloc(4);
  rights.writeInt32LE(PERMISSIONS);
  const key = again(Buffer.concat([pad(password), o, rights, ID]), 50);
  const u = Buffer.concat([twenty(key, md5(Buffer.concat([PADDING, ID]))), Buffer.alloc(16)]);
  const dictionary = `<< /Filter /Standard /V 2 /R 3 /Length 128 /P ${PERMISSIONS} /O ${hex(o)} /U ${hex(u)} >>`;
  return encrypted(dictionary, (number, bytes) =>
    rc4(md5(Buffer.concat([key, Buffer.from([number, 0, 0, 0, 0])])), bytes),
  );
}

function md5(bytes: Uint8Array): Buffer {
  return createHash('md5').update(bytes).digest();
}

function rc4(key: Uint8Array, bytes: Uint8Array): Uint8Array {
  const state = Uint8Array.from({ length: 256 }, (_, index) => index);
  const swap = (a: number, b: number) => {
    [state[a], state[b]] = [state[b] as number, state[a] as number];
  };
  for (let at = 0, other = 0; at < 256; at += 1) {
    other = (other + (state[at] as number) + (key[at % key.length] as number)) & 255;
    swap(at, other);
  }
  let [at, other] = [0, 0];
  return bytes.map((byte) => {
    at = (at + 1) & 255;
    other = (other + (state[at] as number)) & 255;
    swap(at, other);
    return byte ^ (state[((state[at] as number) + (state[other] as number)) & 255] as number);
  });
}
