import { styleText } from 'node:util';
import { ChannelError, defined } from '../emissions/index.ts';
import type { UseCaseResult } from '../node/index.ts';
import { exitCodes } from './exit-code.ts';
import { withNode } from './node-client.ts';
import { print } from './output.ts';
import { progressLine } from './progress-line.ts';

interface Json {
  readonly json?: boolean;
}

export async function verify(
  folder: string,
  record: string | undefined,
  { json, head, evidence = false }: Json & { readonly head?: string; readonly evidence?: boolean },
): Promise<void> {
  if (evidence && record === undefined)
    throw new ChannelError('OPTION_INVALID', 'the evidence of one record is asked for, and none is named', {
      where: '--evidence',
      fix: 'Name it: uec verify DIR RECORD --evidence. All documents: uec document verify DIR.',
    });
  const { progress, end } = progressLine();
  const answer = await withNode(folder, 'uec verify', (node) =>
    node.call('verify', defined({ record, head: head?.toLowerCase() }), progress),
  ).finally(end);
  if (!passed(answer, evidence)) process.exitCode = exitCodes.integrity;
  print(answer, json, () => renderVerification(answer));
}

/** `evidence`: whether the number alone is not enough. */
function passed(answer: UseCaseResult<'verify'>, evidence: boolean): boolean {
  if ('record' in answer) {
    const { numberVerified, evidenceVerified, checks } = answer.record;
    return numberVerified && (evidenceVerified || !evidence) && !checks.some(({ result }) => result === 'failed');
  }
  return answer.ledger.faults.length === 0 && (answer.ledger.replay?.faults.length ?? 0) === 0;
}

const MARKS = {
  passed: styleText('green', 'passed      '),
  failed: styleText('red', 'FAILED      '),
  'not-verified': styleText('yellow', 'not verified'),
  'not-checked': styleText('yellow', 'not checked '),
};

export function renderVerification(answer: UseCaseResult<'verify'>): string {
  return 'record' in answer ? renderRecord(answer.record) : renderLedger(answer.ledger);
}

type RecordPart = Extract<UseCaseResult<'verify'>, { readonly record: unknown }>['record'];
type LedgerPart = Extract<UseCaseResult<'verify'>, { readonly ledger: unknown }>['ledger'];

function renderRecord({ recordId, checks, ...record }: RecordPart): string {
  const numbers = checks.slice(0, -1);
  return [
    `Record ${recordId}`,
    ...checks.map(({ check, result, detail }) => `  ${MARKS[result]}  ${check}: ${detail}`),
    `  told          the record counts: ${standing(record)}`,
    `The number ${verdict(numbers)}; the evidence ${verdict(checks.slice(-1))}.${record.counted ? '' : ` The record counts in no total: ${standing(record)}.`}`,
  ].join('\n');
}

function standing({ state, counted, by }: Pick<RecordPart, 'state' | 'counted' | 'by'>): string {
  if (state === 'superseded') return `superseded${by === null ? '' : ` by ${by.slice(0, 12)}`}`;
  if (state === 'voided') return 'voided';
  return counted ? 'active' : 'active, and what it adjusts no longer is';
}

function verdict(checks: RecordPart['checks']): string {
  if (checks.some(({ result }) => result === 'failed')) return 'DOES NOT VERIFY';
  return checks.every(({ result }) => result === 'passed') ? 'verifies' : 'is not verified';
}

function renderLedger(ledger: LedgerPart): string {
  const faults = [...ledger.faults, ...(ledger.replay?.faults ?? [])];
  const notices = ledger.notices.map((notice) => `notice: ${notice}`);
  if (faults.length > 0)
    return [
      `THE LEDGER DOES NOT VERIFY: ${faults.length} fault${faults.length === 1 ? '' : 's'}`,
      ...faults.map(({ code, where, message }) => `  ${code} at ${where}: ${message}`),
      ...fixesOf(faults).map((fix) => `      ${fix}`),
      ...notices,
    ].join('\n');
  const replayed =
    ledger.replay === null ? 'the rules were not run again here' : 'the rules run again give the same answers';
  return [
    `The ledger verifies: ${ledger.blocks} blocks, ${ledger.transactions} transactions; every hash, link and signature holds, ${replayed}.`,
    `Head ${ledger.head}`,
    ...(ledger.found === null ? [] : [`The block asked for is block ${ledger.found} of this chain.`]),
    ...notices,
  ].join('\n');
}

/** What to do, each thing once. */
function fixesOf(faults: readonly { readonly fix?: string | undefined }[]): string[] {
  return [...new Set(faults.flatMap(({ fix }) => fix ?? []))];
}

export async function fsck(folder: string, options: Json & { readonly rebuild?: boolean }): Promise<void> {
  const { progress, end } = progressLine();
  const answer = await withNode(folder, 'uec fsck', (node) =>
    node.call('fsck', options.rebuild === true ? { rebuild: true } : {}, progress),
  ).finally(end);
  if (!answer.ok) process.exitCode = exitCodes.integrity;
  print(answer, options.json, () =>
    answer.parts
      .flatMap(({ part, ok, checked, detail, faults }) => [
        `${MARKS[ok ? 'passed' : checked || faults.length > 0 ? 'failed' : 'not-checked']}  ${part}: ${detail}`,
        ...faults.map(({ where, message }) => `                ${where}: ${message}`),
        ...fixesOf(faults).map((fix) => `                  ${fix}`),
      ])
      .join('\n'),
  );
}
