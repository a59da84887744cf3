import { styleText } from 'node:util';
import type { UseCaseResult } from '../node/index.ts';
import { exitCodes } from './exit-code.ts';
import { withNode } from './node-client.ts';
import { print } from './output.ts';
import { progressLine } from './progress-line.ts';

interface Json {
  readonly json?: boolean;
}

export async function verify(folder: string, record: string | undefined, options: Json): Promise<void> {
  const { progress, end } = progressLine();
  const answer = await withNode(folder, 'uec verify', (node) =>
    node.call('verify', record === undefined ? {} : { record }, progress),
  ).finally(end);
  if (!passed(answer)) process.exitCode = exitCodes.integrity;
  print(answer, options.json, () => renderVerification(answer));
}

function passed(answer: UseCaseResult<'verify'>): boolean {
  if ('record' in answer)
    return answer.record.numberVerified && !answer.record.checks.some(({ result }) => result === 'failed');
  return answer.ledger.faults.length === 0 && (answer.ledger.replay?.faults.length ?? 0) === 0;
}

const MARKS = {
  passed: styleText('green', 'passed      '),
  failed: styleText('red', 'FAILED      '),
  'not-verified': styleText('yellow', 'not verified'),
};

export function renderVerification(answer: UseCaseResult<'verify'>): string {
  if ('record' in answer) {
    const { recordId, checks, numberVerified, evidenceVerified } = answer.record;
    return [
      `Record ${recordId}`,
      ...checks.map(({ check, result, detail }) => `  ${MARKS[result]}  ${check}: ${detail}`),
      `The number ${numberVerified ? 'verifies' : 'DOES NOT VERIFY'}; the evidence ${evidenceVerified ? 'verifies' : 'is not verified'}.`,
    ].join('\n');
  }
  const { ledger } = answer;
  const faults = [...ledger.faults, ...(ledger.replay?.faults ?? [])];
  const replayed =
    ledger.replay === null ? 'the rules were not run again here' : 'the rules run again give the same answers';
  if (faults.length === 0)
    return `The ledger verifies: ${ledger.blocks} blocks, ${ledger.transactions} transactions; every hash, link and signature holds, ${replayed}.\nHead ${ledger.head}`;
  return [
    `THE LEDGER DOES NOT VERIFY: ${faults.length} fault${faults.length === 1 ? '' : 's'}`,
    ...faults.map(({ code, where, message }) => `  ${code} at ${where}: ${message}`),
  ].join('\n');
}

export async function fsck(folder: string, options: Json & { readonly rebuild?: boolean }): Promise<void> {
  const { progress, end } = progressLine();
  const answer = await withNode(folder, 'uec fsck', (node) =>
    node.call('fsck', options.rebuild === true ? { rebuild: true } : {}, progress),
  ).finally(end);
  if (!answer.ok) process.exitCode = exitCodes.integrity;
  print(answer, options.json, () =>
    answer.parts
      .flatMap(({ part, ok, detail, faults }) => [
        `${ok ? MARKS.passed : MARKS.failed}  ${part}: ${detail}`,
        ...faults.map(({ where, message }) => `                ${where}: ${message}`),
      ])
      .join('\n'),
  );
}
