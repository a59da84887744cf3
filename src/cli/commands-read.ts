import { withNode } from './node-client.ts';
import { print, table } from './output.ts';
import type { CommandFilter } from './record-filter.ts';
import { filterOf } from './record-filter.ts';
import { renderInventory } from './render-inventory.ts';
import { renderExplanation } from './render-record.ts';
import { amount, days } from './words.ts';

interface Json {
  readonly json?: boolean;
}

export async function inventory(
  folder: string,
  options: Json & { readonly year: number; readonly member?: string; readonly csv?: boolean },
): Promise<void> {
  const { year, member, csv, json } = options;
  const request = member === undefined ? { year } : { year, member };
  if (csv === true) {
    const text = await withNode(folder, 'uec inventory', (node) => node.call('inventoryTable', request));
    process.stdout.write(text);
    return;
  }
  const answer = await withNode(folder, 'uec inventory', (node) => node.call('inventory', request));
  print(answer, json, () => renderInventory(answer));
}

export async function records(folder: string, options: Json & CommandFilter): Promise<void> {
  const answer = await withNode(folder, 'uec records', (node) => node.call('records', filterOf(options)));
  print(answer, options.json, () => {
    const rows = answer.items.map((line) => [
      line.id.slice(0, 12),
      line.owner,
      days(line.start, line.end),
      amount(line.quantity),
      `${line.unit} ${line.commodity}${line.flow === 'delivered' ? '' : ` ${line.flow}`}`,
      amount(line.location ?? line.emissions ?? ''),
      amount(line.market ?? ''),
      line.state,
      line.evidence,
    ]);
    const list = table(
      ['record', 'member', 'first to last day', 'quantity', 'of', 'kg CO2e', 'market-based', 'state', 'evidence'],
      rows,
    );
    return answer.next === undefined ? list : `${list}\n\nmore: --cursor ${answer.next}`;
  });
}

export async function show(folder: string, record: string, options: Json): Promise<void> {
  const answer = await withNode(folder, 'uec show', (node) => node.call('show', { record }));
  print(answer, options.json, () => renderExplanation(answer));
}
