import { withNode } from './node-client.ts';
import { print, table } from './output.ts';

interface Json {
  readonly json?: boolean;
}

export async function list(folder: string, options: Json): Promise<void> {
  const meters = await withNode(folder, 'uec meter', (node) => node.call('meters', {}));
  print(meters, options.json, () =>
    table(
      ['pseudonym', 'utility', 'meter', 'site'],
      meters.map(({ pseudonym, utility, number, site }) => [pseudonym.slice(0, 16), utility, number, site ?? '']),
    ),
  );
}

export async function erase(
  folder: string,
  meter: string,
  options: Json & { readonly order: string; readonly reason: string },
): Promise<void> {
  const { order, reason } = options;
  const stone = await withNode(folder, 'uec meter erase', (node) => node.call('eraseMeter', { meter, order, reason }));
  print(
    stone,
    options.json,
    () =>
      `meter ${stone.id.slice(0, 16)}: its key and label are destroyed (${stone.date}); nothing ties its records to it any more`,
  );
}
