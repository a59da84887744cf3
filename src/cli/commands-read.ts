import { isChannelError } from '../emissions/index.ts';
import type { UseCaseArgs, UseCaseResult } from '../node/index.ts';
import { type NodeClient, withNode } from './node-client.ts';
import { print, table } from './output.ts';
import type { CommandFilter } from './record-filter.ts';
import { filterOf } from './record-filter.ts';
import { isEmpty, renderInventory, renderNothing } from './render-inventory.ts';
import { renderExplanation } from './render-record.ts';
import { amount, days, explainEvidence, lastDay } from './words.ts';

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
  const { answer, sites, years } = await withNode(folder, 'uec inventory', async (node) => {
    const found = await node.call('inventory', request);
    const years = json !== true && isEmpty(found) ? await yearsOf(node, found.owner) : [];
    return { answer: found, sites: await sitesOf(node, request), years };
  });
  print({ ...answer, sites }, json, () =>
    isEmpty(answer) ? renderNothing(answer, years) : renderInventory(answer, sites ?? []),
  );
}

/** An inventory is none the worse for sites that cannot be told: by a damaged vault, or a node of an earlier version. */
async function sitesOf(node: NodeClient, request: UseCaseArgs<'sites'>): Promise<UseCaseResult<'sites'>['sites']> {
  try {
    return (await node.call('sites', request)).sites;
  } catch (error) {
    if (!isChannelError(error)) throw error;
    process.stderr.write(`note: completeness by site cannot be told: ${error.code}: ${error.message}\n`);
    return null;
  }
}

const MOST_YEARS = 30;

/** Years with records of the member, oldest first: those of the last thirty before its newest record. */
async function yearsOf(node: NodeClient, member: string): Promise<number[]> {
  const newest = (await node.call('records', { member, state: 'active', limit: 1 })).items[0];
  if (newest === undefined) return [];
  const last = Number(lastDay(newest.end).slice(0, 4));
  const years: number[] = [];
  for (let year = last; year > last - MOST_YEARS; year -= 1) {
    const { items } = await node.call('records', { member, state: 'active', year, limit: 1 });
    if (items.length > 0) years.unshift(year);
  }
  return years;
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
      explainEvidence(line.evidence),
    ]);
    const list = table(
      ['record', 'member', 'first to last day', 'quantity', 'of', 'kg CO2e', 'market-based', 'state', 'evidence'],
      rows,
    );
    return answer.next === undefined ? list : `${list}\n\nmore: --cursor ${answer.next}`;
  });
}

/** `dir` is the folder as it was given, for the command that the page ends with. */
export async function show(folder: string, dir: string, record: string, options: Json): Promise<void> {
  const answer = await withNode(folder, 'uec show', (node) => node.call('show', { record }));
  print(answer, options.json, () => renderExplanation(answer, dir));
}
