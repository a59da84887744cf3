import { exitCodes } from './exit-code.ts';
import { withNode } from './node-client.ts';
import { print, table } from './output.ts';
import { resolvePath } from './paths.ts';

interface Json {
  readonly json?: boolean;
}

export async function list(folder: string, options: Json): Promise<void> {
  const answer = await withNode(folder, 'uec document', (node) => node.call('documents', {}));
  print(answer, options.json, () => {
    const documents = answer.documents.map((document) => [
      document.commitment.slice(0, 16),
      document.state,
      document.onLedger ?? 'not recorded',
      document.mediaType ?? '',
      String(document.records.length),
      document.hold === null || document.hold === undefined
        ? ''
        : `held until ${document.hold.until} (${document.hold.reason})`,
    ]);
    const requests = answer.requests.map((request) => [
      request.id.slice(0, 16),
      request.auditor,
      request.owner,
      request.commitment.slice(0, 16),
      request.deadline,
      request.verdict ?? request.answer ?? 'open',
      request.purpose,
    ]);
    return [
      table(['document', 'here', 'on the ledger', 'kind', 'records', ''], documents),
      ...(requests.length === 0
        ? []
        : ['', table(['request', 'auditor', 'owner', 'document', 'deadline', 'state', 'purpose'], requests)]),
    ].join('\n');
  });
}

export async function verify(folder: string, document: string | undefined, options: Json): Promise<void> {
  const answer = await withNode(folder, 'uec document verify', (node) =>
    node.call('verifyDocuments', document === undefined ? {} : { document }),
  );
  const present = answer.filter(({ state }) => state !== 'matches');
  if (present.length > 0) process.exitCode = exitCodes.integrity;
  print(
    answer,
    options.json,
    () =>
      answer.map(({ commitment, state, reason }) => `${commitment.slice(0, 16)}  ${state}: ${reason}`).join('\n') ||
      'no documents in custody',
  );
}

export async function attach(folder: string, file: string, records: readonly string[], options: Json): Promise<void> {
  const answer = await withNode(folder, 'uec document attach', (node) =>
    node.call('attachDocument', { file, records }),
  );
  print(
    answer,
    options.json,
    () =>
      `document ${answer.commitment.slice(0, 16)} is attached to ${answer.records.length} record${answer.records.length === 1 ? '' : 's'}`,
  );
}

export async function hold(
  folder: string,
  document: string,
  options: Json & { readonly until?: string; readonly reason?: string; readonly lift?: boolean },
): Promise<void> {
  const { json, ...terms } = options;
  const answer = await withNode(folder, 'uec document hold', (node) =>
    node.call('holdDocument', { document, ...terms }),
  );
  print(answer, json, () =>
    answer.hold === null || answer.hold === undefined
      ? `document ${answer.commitment.slice(0, 16)} is not held`
      : `document ${answer.commitment.slice(0, 16)} is held until ${answer.hold.until} (${answer.hold.reason})`,
  );
}

export async function erase(
  folder: string,
  document: string,
  options: Json & { readonly order: string; readonly reason: string },
): Promise<void> {
  const { order, reason } = options;
  const answer = await withNode(folder, 'uec document erase', (node) =>
    node.call('eraseDocument', { document, order, reason }),
  );
  print(answer, options.json, () =>
    [
      `document ${answer.commitment.slice(0, 16)} is erased: key and salts destroyed, every copy deleted and looked for again (${answer.evidence.checkedAt})`,
      ...answer.evidence.places.map(({ place, result }) => `  ${place}: ${result}`),
      answer.transactionId === null
        ? '  no record names it, so the ledger says nothing'
        : `  on the ledger: transaction ${answer.transactionId.slice(0, 16)}; the number stays and stays recomputable`,
      ...answer.disclosedTo.map((auditor) => `  ${auditor} was given a copy: ask it to erase that one`),
    ].join('\n'),
  );
}

export async function scrub(
  folder: string,
  options: Json & { readonly announce?: boolean; readonly removeOrphans?: boolean },
): Promise<void> {
  const { json, ...wanted } = options;
  const answer = await withNode(folder, 'uec document scrub', (node) => node.call('scrubDocuments', wanted));
  if (answer.findings.some(({ finding }) => finding === 'missing' || finding === 'corrupt'))
    process.exitCode = exitCodes.integrity;
  print(answer, json, () =>
    [
      `${answer.checked} documents checked, ${answer.findings.length} findings`,
      ...answer.findings.map(
        ({ finding, message, action }) => `  ${finding}: ${message}${action === 'none' ? '' : ` (${action})`}`,
      ),
      ...answer.announced.map((commitment) => `  the channel was told that ${commitment.slice(0, 16)} is lost`),
    ].join('\n'),
  );
}

export async function request(
  folder: string,
  record: string,
  options: Json & { readonly purpose: string; readonly deadline: string },
): Promise<void> {
  const { purpose, deadline } = options;
  const answer = await withNode(folder, 'uec document request', (node) =>
    node.call('requestDocument', { record, purpose, deadline }),
  );
  print(
    answer,
    options.json,
    () =>
      `request ${answer.id}\n${answer.owner} has until ${answer.deadline} to answer for document ${answer.commitment.slice(0, 16)}`,
  );
}

export async function answer(
  folder: string,
  id: string,
  options: Json & { readonly offer?: string; readonly refuse?: string; readonly gone?: boolean },
): Promise<void> {
  const { json, offer, ...other } = options;
  const file = offer === undefined ? {} : { offer: resolvePath(offer) };
  const given = await withNode(folder, 'uec document answer', (node) =>
    node.call('answerRequest', { request: id, ...other, ...file }),
  );
  print(
    given,
    json,
    () =>
      `answered: ${given.answer}${offer === undefined ? '' : `; give ${offer} to ${given.auditor} alone, it holds the document and its key`}`,
  );
}

export async function verdict(
  folder: string,
  id: string,
  options: Json & { readonly opening?: string; readonly notPresented?: boolean },
): Promise<void> {
  const { json, opening, ...other } = options;
  const file = opening === undefined ? {} : { opening: resolvePath(opening) };
  const given = await withNode(folder, 'uec document verdict', (node) =>
    node.call('giveVerdict', { request: id, ...other, ...file }),
  );
  if (given.verdict !== 'matches') process.exitCode = exitCodes.integrity;
  print(given, json, () => `verdict: ${given.verdict}${given.check === null ? '' : ` (${given.check.reason})`}`);
}
