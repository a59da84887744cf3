// What the channel's own transactions do not reach: TLS, private collections, certificates, bytes that are no text, faults.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { credentials, Server, ServerCredentials, type ServerDuplexStream } from '@grpc/grpc-js';
import { peer } from '@hyperledger/fabric-protos';
import { canonical, type ErrorCode, type ErrorReport, isChannelError, sha256 } from '../../../emissions/index.ts';
import { steps } from '../../toy-contract.conformance.ts';
import { type Bundle, bundleChaincode } from './bundle.ts';
import { StandInChannel, type StandInIdentity, standInIdentity } from './stand-in-channel.conformance.ts';
import { type Simulation, StandInPeer } from './stand-in-peer.conformance.ts';
import type { Proposal } from './stand-in-proposal.conformance.ts';
import { type RunningBundle, runBundle } from './test-bundle.conformance.ts';
import { testCertificate } from './test-certificate.conformance.ts';

const folder = mkdtempSync(join(tmpdir(), 'uec-bundle-'));
const entry = fileURLToPath(import.meta.resolve('./toy-main.conformance.ts'));
const server = testCertificate('chaincode');
const client = testCertificate('peer');
const first = standInIdentity('Org1MSP');
const second = standInIdentity('Org2MSP');
const empty = { state: new Map(), hashes: new Map() };
let bundle: Bundle;
let running: RunningBundle;
let other: RunningBundle;
let own: StandInPeer;
let foreign: StandInPeer;
let registered: string;

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

function tls(pair?: { readonly certificate: string; readonly privateKey: string }) {
  return credentials.createSsl(
    Buffer.from(server.certificate),
    pair && Buffer.from(pair.privateKey),
    pair && Buffer.from(pair.certificate),
  );
}

before(async () => {
  bundle = await bundleChaincode(folder, entry);
  running = await runBundle(bundle.file, {
    UEC_BATCHING: 'on',
    CHAINCODE_TLS_KEY_FILE: file('server.key', server.privateKey),
    CHAINCODE_TLS_CERT_FILE: file('server.pem', server.certificate),
    CHAINCODE_CLIENT_CA_CERT_FILE: file('client.pem', client.certificate),
  });
  other = await runBundle(bundle.file, { CHAINCODE_TLS_DISABLED: 'true' });
  ({ peer: own, registered } = await StandInPeer.dial(running.address, {
    member: 'Org1MSP',
    batching: true,
    tls: tls(client),
  }));
  // Fabric 2.5: no batch messages, and none come where the setting is left out.
  ({ peer: foreign } = await StandInPeer.dial(other.address, { member: 'Org2MSP', batching: false }));
});
after(async () => {
  own.close();
  foreign.close();
  await Promise.all([running.stop(), other.stop()]);
  rmSync(folder, { recursive: true });
});

function simulate(changes: Partial<Proposal>, by: StandInIdentity = first): Promise<Simulation> {
  const proposal = { channel: 'toy', transactionId: randomBytes(32).toString('hex'), timestamp: new Date(), args: [] };
  return own.simulate({ ...proposal, member: by.member, certificate: by.certificate, ...changes }, empty);
}

async function refused(changes: Partial<Proposal>, code: ErrorCode): Promise<ErrorReport> {
  const { status, message } = await simulate(changes);
  assert.equal(status, 500);
  const report = JSON.parse(message) as ErrorReport;
  assert.equal(report.code, code);
  assert.equal(canonical(report), message);
  return report;
}

test('the same sources give the same bytes', async () => {
  const again = await bundleChaincode(join(folder, 'again'), entry);
  assert.deepEqual(readFileSync(again.file), readFileSync(bundle.file));
  assert.equal(again.sha256, sha256(readFileSync(bundle.file)));
  const text = readFileSync(bundle.file, 'utf8');
  assert.ok(!text.includes(process.cwd()));
  // One copy of the protocol's messages.
  assert.equal(text.match(/^\/\/ node_modules\S*\/chaincode_shim_pb\.js$/gm)?.length, 1);
});

test('the package.json lets a peer start it', () => {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  assert.deepEqual(manifest.scripts, { start: 'node main.cjs' });
  assert.equal(manifest.dependencies, undefined);
});

test('started by a peer it dials that peer and registers under the id it was given', async () => {
  const { promise, resolve } = Promise.withResolvers<peer.ChaincodeMessage>();
  const listening = new Server();
  listening.addService(peer.ChaincodeSupportService, {
    register: (stream: ServerDuplexStream<peer.ChaincodeMessage, peer.ChaincodeMessage>) =>
      stream.once('data', resolve),
  });
  const port = await new Promise<number>((bound, fail) => {
    listening.bindAsync('localhost:0', ServerCredentials.createInsecure(), (error, found) =>
      error === null ? bound(found) : fail(error),
    );
  });
  const child = spawn(process.execPath, [bundle.file, '--peer.address', `localhost:${port}`], {
    env: { PATH: process.env.PATH, CORE_CHAINCODE_ID_NAME: 'uec:installed' },
    stdio: 'ignore',
  });
  const message = await promise;
  assert.equal(message.getType(), peer.ChaincodeMessage.Type.REGISTER);
  assert.equal(peer.ChaincodeID.deserializeBinary(message.getPayload_asU8()).getName(), 'uec:installed');
  child.kill();
  await once(child, 'exit');
  listening.forceShutdown();
});

test('a wrong setting ends it with one line', () => {
  const env = { PATH: process.env.PATH, CHAINCODE_SERVER_ADDRESS: 'localhost:1', CHAINCODE_ID: 'uec:1' };
  const { status, stderr } = spawnSync(process.execPath, [bundle.file], { env, encoding: 'utf8' });
  assert.equal(status, 1);
  assert.match(stderr, /^\S+Z CONFIG_INVALID: CHAINCODE_TLS_KEY_FILE is not set\. .*\n$/);
});

test('chaincode.version answers the hash of what runs, to anybody', async () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
  const { status, payload } = await simulate({ args: ['chaincode.version', '{}'] });
  assert.equal(status, 200);
  assert.equal(payload, canonical({ source: bundle.sha256, version }));
});

test('with mutual TLS a peer without a certificate of its own, or with another, is turned away', async () => {
  assert.equal(registered, 'uec:1');
  for (const pair of [undefined, testCertificate('stranger')]) {
    await assert.rejects(
      StandInPeer.dial(running.address, { member: 'Org1MSP', batching: true, tls: tls(pair) }),
      /UNAVAILABLE/,
    );
  }
  await running.line(/ serving uec:1 at localhost:\d+ \(TLS, clients authenticated\)$/);
  await other.line(/without TLS: only for a peer on this machine/);
});

test('many keys are one message with batching, and one each without', async () => {
  const keys = Array.from({ length: 1_500 }, (_, at) => `k/${at}`);
  const args = steps(['getMany', keys], ...keys.map((key) => ['put', key, '"v"'] as const));
  const { messages } = await simulate({ args: ['steps', args] });
  // GET_STATE_MULTIPLE, WRITE_BATCH_STATE, COMPLETED: 1,000 and 500 keys.
  assert.deepEqual(messages, [25, 25, 24, 24, 6]);
  const channel = new StandInChannel('toy', [foreign]);
  const { made } = await channel.submit(
    first,
    'steps',
    steps(['getMany', ['a', 'b']], ['put', 'a', '"v"'], ['delete', 'b']),
  );
  // GET_STATE twice, PUT_STATE, DEL_STATE, COMPLETED.
  assert.deepEqual(made.messages, [8, 8, 9, 10, 6]);
});

test("a member's private collection: put from transient data, get, purge; never another member's", async () => {
  const channel = new StandInChannel('toy', [own, foreign]);
  const collection = '_implicit_org_Org1MSP';
  const at = `${collection}/note`;
  const sealed = Buffer.concat([Buffer.from('age-encryption.org/v1\n-> X25519 '), randomBytes(40)]);
  const run = (by: StandInIdentity, step: string, of: string, value?: Buffer) =>
    channel.submit(by, 'private', canonical([step, of, 'note']), value && { transient: { [`${of}/note`]: value } });
  const get = (by: StandInIdentity) => channel.evaluate(by, 'private', canonical(['get', collection, 'note']));

  const { made } = await run(first, 'put', collection, sealed);
  assert.deepEqual([...made.writes], []);
  assert.ok(!JSON.stringify(channel.blocks).includes(sealed.toString('base64')));
  assert.deepEqual([...own.held], [[at, sealed]]);
  assert.deepEqual([...foreign.held], []);
  assert.equal(await get(first), canonical(sealed.toString('base64')));

  await assert.rejects(run(second, 'put', collection, sealed), code('NOT_OWNER'));
  await assert.rejects(run(second, 'get', collection), code('NOT_OWNER'));
  await assert.rejects(run(second, 'purge', collection), code('NOT_OWNER'));
  await assert.rejects(run(first, 'put', 'shared', sealed), code('STORE_UNAVAILABLE'));
  await assert.rejects(run(first, 'put', collection), code('ARGUMENTS_INVALID'));
  await assert.rejects(run(first, 'put', collection, Buffer.from('in the clear')), code('ARGUMENTS_INVALID'));
  // Another member's peer has the hash alone.
  const asked = { channel: 'toy', transactionId: 'f'.repeat(64), timestamp: new Date(), ...first };
  const args = ['private', canonical(['get', collection, 'note'])];
  const { message } = await foreign.simulate({ ...asked, args }, { state: new Map(), hashes: new Map([[at, 'hash']]) });
  assert.equal(JSON.parse(message).code, 'STORE_UNAVAILABLE');

  await run(first, 'purge', collection);
  assert.deepEqual([...own.held], []);
  assert.equal(await get(first), 'null');
});

test('the submitter is the MSP and the key of the certificate', async () => {
  const { payload } = await simulate({ args: ['steps', steps(['caller'])], transactionId: 'e'.repeat(64) }, second);
  const [caller] = JSON.parse(payload);
  assert.equal(caller.member, 'Org2MSP');
  assert.equal(caller.keyId, second.keyId);
  assert.equal(caller.transactionId, 'e'.repeat(64));
});

test('a certificate or a timestamp that cannot be read is refused', async () => {
  const args = ['steps', steps()];
  await refused({ args, certificate: 'no certificate' }, 'NOT_ALLOWED');
  for (const attributes of ['no JSON', '{}', '{"attrs":{"uec.role":["steward"]}}']) {
    const { certificate } = testCertificate('submitter', attributes);
    await refused({ args, certificate }, 'NOT_ALLOWED');
  }
  await refused({ args, timestamp: new Date('+010000-01-01T00:00:00Z') }, 'ARGUMENTS_INVALID');
  const { status } = await simulate({ args, timestamp: new Date('9999-12-31T23:59:59.999Z') });
  assert.equal(status, 200);
});

test('calls that are not a name and one text are refused', async () => {
  await refused({ args: [] }, 'ARGUMENTS_INVALID');
  await refused({ args: ['steps'] }, 'ARGUMENTS_INVALID');
  await refused({ args: ['steps', '[]', '[]'] }, 'ARGUMENTS_INVALID');
  await refused({ args: ['steps', Buffer.from([0x22, 0xff, 0x22])] }, 'NOT_CANONICAL');
  await refused({ args: ['steps', '\ufeff[]'] }, 'NOT_CANONICAL');
});

test('a fault of the rules is INTERNAL; its line says where, never what', async () => {
  const transactionId = 'd'.repeat(64);
  const report = await refused({ args: ['steps', steps(['fail'])], transactionId }, 'INTERNAL');
  assert.equal(report.transactionId, transactionId);
  const line = await running.line(new RegExp(`code=INTERNAL .*${transactionId}`));
  assert.match(line, / at=".*main\.cjs:\d+/);
  assert.ok(!line.includes('told to fail'));
  // A name that is no name of a function is text of the caller's: it is not written.
  await refused({ args: ['a b\nc', '[]'], transactionId: 'c'.repeat(64) }, 'TRANSACTION_UNKNOWN');
  await running.line(new RegExp(`function=\\? .*${'c'.repeat(64)}`));
});

function code(expected: ErrorCode): (error: unknown) => boolean {
  return (error) => isChannelError(error, expected);
}
