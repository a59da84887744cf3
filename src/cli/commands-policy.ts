import { readFile } from 'node:fs/promises';
import { ChannelError, type Policy } from '../emissions/index.ts';
import { withNode } from './node-client.ts';
import { print } from './output.ts';

interface Json {
  readonly json?: boolean;
}

export async function show(folder: string, options: Json): Promise<void> {
  const policy = await withNode(folder, 'uec policy', (node) => node.call('policy', {}));
  print(policy, options.json, () => render(policy));
}

/** The file holds what `uec policy show --json` prints. */
export async function set(folder: string, file: string, options: Json): Promise<void> {
  const policy = await withNode(folder, 'uec policy set', async (node) =>
    node.call('setPolicy', { policy: await readPolicy(file) }),
  );
  print(policy, options.json, () => render(policy));
}

async function readPolicy(file: string): Promise<Policy> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Policy;
  } catch (cause) {
    throw new ChannelError('FILE_UNREADABLE', 'the policy cannot be read as JSON', {
      where: 'file',
      fix: 'Start from what uec policy show --json prints.',
      cause,
    });
  }
}

function render({ ruleSet, publishers, vintageLimit, residualVintageLimit }: Policy): string {
  return [
    `rule ${ruleSet}; a factor may be ${vintageLimit} years older than the bill, a residual mix ${residualVintageLimit}`,
    ...Object.entries(publishers).map(
      ([country, names]) => `  ${country === '*' ? 'elsewhere' : country}: ${names.join(', then ')}`,
    ),
  ].join('\n');
}
