// Packs the built package, installs it into another project as its users do, and reads a PDF bill there: the process that reads PDFs is to
// find its libraries, which stand among those of others then, and to be able to read nothing of the others. node tools/installed-package.ts
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const project = realpathSync(mkdtempSync(join(tmpdir(), 'uec-installed-')));
const npm = (args: readonly string[], cwd: string) => execFileSync('npm', args, { cwd, encoding: 'utf8' });

function demand(holds: boolean, what: string): void {
  if (!holds) throw new Error(`the installed package: ${what}`);
}

try {
  const [{ filename }] = JSON.parse(npm(['pack', '--json', '--pack-destination', project], root)) as [
    { filename: string },
  ];
  // What stands beside it: a package of the project's own, and one that both need.
  mkdirSync(join(project, 'neighbour'));
  writeFileSync(join(project, 'neighbour/package.json'), JSON.stringify({ name: 'neighbour', version: '1.0.0' }));
  const dependencies = { neighbour: 'file:neighbour', 'utility-emissions-channel': `file:${filename}` };
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'project', private: true, dependencies }));
  npm(['install', '--omit=optional', '--install-links', '--no-audit', '--no-fund'], project);

  const modules = join(project, 'node_modules');
  const installed = join(modules, 'utility-emissions-channel');
  demand(
    existsSync(join(modules, 'unpdf')) && !existsSync(join(installed, 'node_modules/unpdf')),
    'no library is hoisted',
  );
  const read = (...args: string[]): { pages: number; digest: string | null } => {
    const bill = join(installed, 'samples/pdf/us-electricity.pdf');
    const command = [join(installed, 'dist/cli/main.js'), 'bills', 'read', bill, '--zip', '77002', '--json', ...args];
    return JSON.parse(execFileSync(process.execPath, command, { cwd: project, encoding: 'utf8' }));
  };
  demand(/^[0-9a-f]{64}$/.test(read().digest ?? ''), 'the sample bill gives no proposal');
  const template = join(installed, 'samples/pdf/templates/example-power-and-light.json');
  demand(read('--template', template).digest !== null, 'the sample bill is not read by its template');

  const { readableFolders } = (await import(
    pathToFileURL(join(installed, 'dist/bills/pdf/readable-folders.js')).href
  )) as typeof import('../src/bills/pdf/readable-folders.ts');
  const folders = readableFolders();
  const right = [join(installed, 'dist'), join(modules, 'unpdf')];
  demand(JSON.stringify(folders) === JSON.stringify(right), `the reading process may read ${folders.join(', ')}`);
} finally {
  rmSync(project, { recursive: true, force: true });
}
