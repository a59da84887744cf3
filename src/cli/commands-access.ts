import { styleText } from 'node:util';
import {
  type ApiRole,
  type AuditEntry,
  checkAuditLog,
  headText,
  parseHead,
  type TokenEntry,
} from '../api/access/index.ts';
import { defined } from '../emissions/index.ts';
import { readConfig } from './config.ts';
import { exitCodes } from './exit-code.ts';
import { audited, auditFiles, openAudit } from './local-audit.ts';
import { print, table } from './output.ts';
import { progressLine } from './progress-line.ts';
import { withTokens } from './token-file.ts';

interface Json {
  readonly json?: boolean;
}

export async function addToken(
  folder: string,
  { json, role, label, expires }: Json & { readonly role: ApiRole; readonly label: string; readonly expires?: string },
): Promise<void> {
  readConfig(folder);
  const { token, entry } = await audited(
    folder,
    'command.tokens.add',
    () => withTokens(folder, (tokens) => tokens.add({ role, label, ...defined({ expires }) })),
    (added) => added.entry.id,
  );
  print({ token, ...entry }, json, () =>
    [
      `API token of ${entry.role} '${entry.label}' (${entry.id}), shown this once: ${styleText('bold', token)}`,
      entry.expires === undefined ? 'It does not expire.' : `Its last day is ${entry.expires}.`,
    ].join('\n'),
  );
}

export async function listTokens(folder: string, { json }: Json): Promise<void> {
  const items = await withTokens(folder, (tokens) => tokens.list());
  print({ items }, json, () =>
    table(
      ['id', 'role', 'label', 'made', 'last day', 'last used', 'state'],
      items.map((entry) => [
        entry.id,
        entry.role,
        entry.label,
        entry.created,
        entry.expires ?? '',
        entry.lastUsed ?? 'never',
        stateOf(entry),
      ]),
    ),
  );
}

function stateOf({ revoked, expires }: TokenEntry): string {
  if (revoked !== undefined) return `revoked ${revoked}`;
  return expires !== undefined && expires < new Date().toISOString().slice(0, 10) ? 'expired' : 'valid';
}

export async function revokeToken(folder: string, id: string, { json }: Json): Promise<void> {
  readConfig(folder);
  const entry = await audited(
    folder,
    'command.tokens.revoke',
    () => withTokens(folder, (tokens) => tokens.revoke(id)),
    (revoked) => revoked.id,
  );
  print(entry, json, () => `Token ${entry.id} ('${entry.label}') is revoked; a serving node refuses it from now on.`);
}

export async function listAudit(
  folder: string,
  options: Json & {
    readonly limit?: number;
    readonly from?: number;
    readonly issuer?: string;
    readonly subject?: string;
  },
): Promise<void> {
  readConfig(folder);
  const log = openAudit(folder);
  try {
    const { limit = 50, from, issuer, subject } = options;
    const found = from === undefined ? log.newest(limit) : log.entries(from, limit);
    const person = issuer === undefined || subject === undefined ? undefined : `oidc:${log.pseudonym(issuer, subject)}`;
    const items = person === undefined ? found : found.filter(({ who }) => who === person);
    const head = headText(log.head());
    print({ items, head }, options.json, () =>
      [
        table(
          ['no', 'at', 'who', 'role', 'operation', 'on', 'status', 'code', 'end'],
          items.map((entry) => [
            String(entry.number),
            entry.at,
            entry.who,
            entry.role,
            entry.operation,
            entry.target ?? '',
            String(entry.status),
            entry.code ?? '',
            outcomeText(entry),
          ]),
        ),
        `head ${head}`,
      ].join('\n'),
    );
  } finally {
    log.close();
  }
}

export async function verifyAudit(folder: string, options: Json & { readonly head?: string }): Promise<void> {
  readConfig(folder);
  const { progress, end } = progressLine();
  const pinned = options.head === undefined ? undefined : parseHead(options.head);
  const report = await checkAuditLog(auditFiles(folder), pinned, progress).finally(end);
  const { entries, first, faults } = report;
  if (faults.length > 0) process.exitCode = exitCodes.integrity;
  print({ ...report, head: headText(report.head) }, options.json, () =>
    [
      `${entries} entries from ${first}, ${faults.length === 0 ? 'every seal is right' : `${faults.length} FAULTS`}`,
      ...faults.map(({ where, message }) => `  ${where}: ${message}`),
      `head ${headText(report.head)}`,
    ].join('\n'),
  );
}

function outcomeText({ outcome, counts = {} }: AuditEntry): string {
  const numbers = Object.entries(counts).map(([name, count]) => `${name}=${count}`);
  return [...(outcome === undefined ? [] : [outcome]), ...numbers].join(' ');
}
