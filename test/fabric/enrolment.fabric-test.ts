// An identity that a real fabric-ca server issues, under the authority of a member of a real channel: it writes as that member,
// within the roles of its attribute.
import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { canonical, isChannelError } from '../../src/emissions/index.ts';
import { openFabricLedger, readProfile } from '../../src/ledger/fabric/index.ts';
import { updateMembers } from '../../src/ledger/fabric/network/channel-update.ts';
import { openRunningNetwork } from '../../src/ledger/fabric/network/network.ts';
import { freePorts } from '../../src/ledger/fabric/network/ports.ts';
import { line, pageOf, recordOf } from '../support/fixture-channel.ts';
import { egrid, residual } from '../support/fixture-releases.ts';
import { onFabric, onPath, ownNetwork } from './support.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const withAuthority = {
  ...onFabric,
  skip:
    onFabric.skip ||
    (['fabric-ca-server', 'fabric-ca-client'].every(onPath) ? false : "needs fabric-ca's binaries on PATH"),
};

interface Told {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers of many commands
  readonly answer: any;
}

suite('an identity of a real certificate authority', withAuthority, () => {
  const folder = mkdtempSync(join(tmpdir(), 'uec-ca-'));
  let server: ChildProcess;
  let url: string;
  let profile: string;
  let dir: string;

  before(async () => {
    const network = await ownNetwork({ members: ['ACME', 'BETA'], orderers: 1 });
    dir = network.dir;
    profile = network.members[0]?.profile as string;
    const issuing = join(dir, 'crypto', 'peerOrganizations', 'ACME', 'ca');
    const [key, certificate] = ['_sk', '.pem'].map((end) =>
      join(issuing, readdirSync(issuing).find((name) => name.endsWith(end)) as string),
    ) as [string, string];
    const [port, operations] = (await freePorts(2)) as [number, number];
    url = `https://localhost:${port}`;
    const identity = (name: string, attrs: Record<string, string>) => ({
      ...{ name, pass: `${name}-secret`, type: 'client', affiliation: '', maxenrollments: 2, attrs },
    });
    const registrar = identity('registrar', {
      'hf.Registrar.Roles': 'client',
      'hf.Revoker': 'true',
      'hf.GenCRL': 'true',
    });
    const home = join(folder, 'home');
    mkdirSync(home);
    // JSON, which is YAML too.
    const config = {
      port,
      tls: { enabled: true },
      ca: { name: 'acme', keyfile: key, certfile: certificate },
      csr: { cn: 'localhost', hosts: ['localhost'] },
      registry: {
        maxenrollments: -1,
        identities: [
          identity('node1', { 'uec.role': 'reporter' }),
          identity('node2', {}),
          identity('node3', {}),
          registrar,
        ],
      },
      db: { type: 'sqlite3', datasource: 'ca.db' },
      operations: { listenAddress: `127.0.0.1:${operations}` },
      signing: {
        default: { usage: ['digital signature'], expiry: '48h' },
        profiles: {
          tls: { usage: ['digital signature', 'key encipherment', 'server auth'], expiry: '48h' },
          // From the next full minute, or the last: it is expired half a minute later at the latest.
          brief: { usage: ['digital signature'], expiry: '1s' },
        },
      },
    };
    writeFileSync(join(home, 'fabric-ca-server-config.yaml'), JSON.stringify(config));
    server = spawn('fabric-ca-server', ['start', '--home', home, '--address', '127.0.0.1'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    server.stderr?.on('data', (part) => (said += part));
    const deadline = performance.now() + 30_000;
    while (!said.includes('Listening on')) {
      assert.ok(performance.now() < deadline, said);
      assert.equal(server.exitCode, null, said);
      await sleep(50);
    }
    writeFileSync(join(folder, 'tls.pem'), readFileSync(join(home, 'tls-cert.pem')));
    await caClient('node3', 'enroll', '--enrollment.profile', 'brief');
    for (const name of ['node1', 'node2']) writeFileSync(join(folder, name), `${name}-secret\n`);
  });
  after(async () => {
    if (server?.exitCode === null) {
      server.kill();
      await once(server, 'exit');
    }
    rmSync(folder, { recursive: true, force: true });
  });

  function enroll(msp: string, id: string, ...args: readonly string[]): Promise<Told> {
    const all = [
      'fabric',
      'enroll',
      join(folder, msp),
      '--id',
      id,
      '--tls-root',
      join(folder, 'tls.pem'),
      '--url',
      url,
    ];
    return new Promise((resolve) => {
      execFile(process.execPath, [main, ...all, ...args, '--json'], (error, stdout) =>
        resolve({ status: error === null ? 0 : Number(error.code), answer: JSON.parse(stdout) }),
      );
    });
  }

  async function openWith(msp: string) {
    const file = join(dirname(profile), `${msp}.json`);
    const identity = { msp: join(folder, msp) };
    writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(profile, 'utf8')), identity }));
    return openFabricLedger({ profile: readProfile(file) });
  }

  test('it writes as its member, in no other role than its attribute names', async () => {
    const { status, answer } = await enroll('one', 'node1', '--secret-file', join(folder, 'node1'));
    assert.equal(status, 0, JSON.stringify(answer));
    assert.equal(answer.id, 'node1');
    const left = new Date(answer.validTo).getTime() - Date.now();
    assert.ok(left > 40 * 3_600_000 && left < 49 * 3_600_000, answer.validTo);
    assert.equal(statSync(join(folder, 'one', 'keystore', 'priv_sk')).mode & 0o777, 0o600);
    const [whole, narrow] = [await openFabricLedger({ profile: readProfile(profile) }), await openWith('one')];
    try {
      assert.match(narrow.notices[0]?.message ?? '', /expires in [12] days?,/);
      for (const { manifest } of [egrid, residual]) await whole.submit('factors.publish', canonical({ manifest }));
      const { height } = await narrow.submit('records.submit', canonical(pageOf([recordOf(line())])));
      assert.ok(height !== undefined);
      const suspend = narrow.submit('members.suspend', canonical({ id: 'BETA', reason: 'Rivalry' }));
      await assert.rejects(suspend, (error) => isChannelError(error, 'NOT_ALLOWED'));
    } finally {
      await whole.close();
      await narrow.close();
    }
  });

  test('an identity without the attribute has every role of its member', async () => {
    process.env.UEC_TEST_SECRET = 'node2-secret';
    const { status, answer } = await enroll(
      'two',
      'node2',
      '--secret-variable',
      'UEC_TEST_SECRET',
      '--ca-name',
      'acme',
    );
    delete process.env.UEC_TEST_SECRET;
    assert.equal(status, 0, JSON.stringify(answer));
    const ledger = await openWith('two');
    await ledger.submit('members.suspend', canonical({ id: 'BETA', reason: 'Left' }));
    await ledger.close();
  });

  test('what the authority refuses is told, and nothing is written', async () => {
    const secret = ['--secret-file', join(folder, 'node1')];
    const cases: readonly [string[], string, RegExp][] = [
      [['three', 'node2', ...secret], 'IDENTITY_REFUSED', /the secret is another/],
      [['three', 'nobody', ...secret], 'IDENTITY_REFUSED', /it knows no such id/],
      [['three', 'node1', ...secret, '--ca-name', 'other'], 'IDENTITY_REFUSED', /error \d+/],
      [
        ['three', 'node1', ...secret, '--tls-root', join(folder, 'one', 'signcerts', 'cert.pem')],
        'CONFIG_INVALID',
        /TLS/,
      ],
      [['three', 'node1', ...secret, '--url', 'https://localhost:1'], 'CA_UNAVAILABLE', /ECONNREFUSED/],
      [['three', 'node1', ...secret, '--url', url.replace('https', 'http')], 'OPTION_INVALID', /no address/],
      [['three', 'node1'], 'OPTION_INVALID', /secret .* is needed/],
      [['one', 'node1', ...secret], 'OPTION_INVALID', /is not empty/],
    ];
    for (const [[msp, id, ...args], code, text] of cases) {
      const { status, answer } = await enroll(msp as string, id as string, ...args);
      assert.notEqual(status, 0);
      assert.equal(answer.error.code, code, JSON.stringify(answer));
      assert.match(answer.error.message, text);
      assert.ok(!JSON.stringify(answer).includes('node1-secret'));
    }
    assert.ok(!readdirSync(folder).includes('three'));
    assert.ok(readdirSync(folder).every((name) => !name.startsWith('.')));
  });

  /** Fabric's own client of the authority. */
  async function caClient(id: string, ...args: readonly string[]): Promise<void> {
    const home = ['--home', join(folder, `home-${id}`), '--mspdir', join(folder, `client-${id}`)];
    const tls = ['--tls.certfiles', join(folder, 'tls.pem')];
    await promisify(execFile)('fabric-ca-client', [
      ...args,
      ...home,
      ...tls,
      '-u',
      url.replace('//', `//${id}:${id}-secret@`),
    ]);
  }

  test('a revoked certificate is refused from the block on that holds the list, and the others are not', async () => {
    const revoked = await openWith('two');
    const other = await openWith('one');
    try {
      await caClient('registrar', 'enroll');
      await caClient('registrar', 'revoke', '--revoke.name', 'node2', '--gencrl');
      const list = readFileSync(join(folder, 'client-registrar', 'crls', 'crl.pem')).toString('base64');
      const before = await other.height();
      await updateMembers(openRunningNetwork(dir), folder, (organisations) => {
        const acme = organisations.ACME as { values: { MSP: { value: { config: { revocation_list: string[] } } } } };
        acme.values.MSP.value.config.revocation_list = [list];
      });
      while ((await other.height()) === before) await sleep(20);
      await assert.rejects(revoked.height(), (error) => isChannelError(error, 'IDENTITY_REFUSED'));
      const submission = revoked.submit('members.grant', canonical({ id: 'BETA', roles: [] }));
      await assert.rejects(submission, (error) => isChannelError(error, 'IDENTITY_REFUSED'));
      const record = recordOf(line({ start: '2022-05-01', end: '2022-06-01' }));
      await other.submit('records.submit', canonical(pageOf([record], 'after')));
      // What it wrote before the list stands.
      assert.deepEqual((await other.verify()).faults, []);
    } finally {
      await revoked.close();
      await other.close();
    }
  });

  test('an id whose enrolments are used up is refused', async () => {
    const secret = ['--secret-file', join(folder, 'node1')];
    assert.equal((await enroll('four', 'node1', ...secret)).status, 0);
    assert.equal((await enroll('five', 'node1', ...secret)).answer.error.code, 'IDENTITY_REFUSED');
  });

  test('an expired certificate is told by the peer too, for a clock that says otherwise', async () => {
    const file = join(dirname(profile), 'expired.json');
    const identity = { msp: join(folder, 'client-node3') };
    writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(profile, 'utf8')), identity }));
    const open = (now: Date) => openFabricLedger({ profile: readProfile(file), now: () => now });
    const certificate = new X509Certificate(readFileSync(join(identity.msp, 'signcerts', 'cert.pem')));
    // The peer's clock has whole seconds.
    while (Date.now() <= certificate.validToDate.getTime() + 1_000) await sleep(200);
    await assert.rejects(open(new Date()), (error) => isChannelError(error, 'IDENTITY_EXPIRED'));
    await assert.rejects(open(certificate.validFromDate), (error) => {
      assert.ok(isChannelError(error, 'IDENTITY_EXPIRED'), String(error));
      assert.match(error.message, /the certificate is expired/);
      return true;
    });
  });
});
