import { z } from 'zod';
import { ChannelError, defined } from '../../emissions/index.ts';
import { type Progress, useCases } from '../../node/index.ts';
import { operation } from '../operation.ts';
import * as s from '../schemas/channel.ts';
import * as c from '../schemas/common.ts';

const tag = 'Checks';

function countsOfVerify(answer: z.infer<typeof s.verifyAnswer>): Record<string, number> {
  if ('ledger' in answer) {
    const { blocks, transactions, faults, replay } = answer.ledger;
    return { blocks, transactions, faults: faults.length + (replay?.faults.length ?? 0) };
  }
  const { checks } = answer.record;
  return { checks: checks.length, failed: checks.filter(({ result }) => result === 'failed').length };
}

const verify = operation(
  {
    ...{ id: 'verify', method: 'POST', path: '/verifications', tag, role: 'auditor', job: true },
    summary: 'Check the whole ledger, or everything behind one record',
    body: z.strictObject({ record: c.idOrPrefix.optional(), head: c.hash.optional() }),
    answer: s.verifyAnswer,
    counts: countsOfVerify,
  },
  async ({ api, body }) =>
    (progress: Progress) =>
      useCases.verify(api.node, defined(body), progress),
);

const fsck = operation(
  {
    ...{ id: 'fsck', method: 'POST', path: '/checks', tag, role: 'auditor', job: true },
    summary: 'Check every file of the node and change nothing',
    detail:
      '`rebuild` builds state and read model anew from the log first: that takes the role admin, and is not stopped half-way.',
    body: z.strictObject({ rebuild: z.boolean().optional() }),
    answer: s.fsckAnswer,
    counts: ({ parts }: z.infer<typeof s.fsckAnswer>) => ({
      faults: parts.reduce((sum, { faults }) => sum + faults.length, 0),
    }),
  },
  async ({ api, body, principal }) => {
    if (body.rebuild !== true) return (progress: Progress) => useCases.fsck(api.node, {}, progress);
    if (principal.role !== 'admin')
      throw new ChannelError('ROLE_INSUFFICIENT', 'building anew asks for the role admin');
    return (progress: Progress) =>
      api.turn.take(() => useCases.fsck(api.node, { rebuild: true }, unstoppable(progress)));
  },
);

/** A step of progress is where a job is stopped: what must run to its end is not. */
function unstoppable(progress: Progress): Progress {
  return (step) => {
    try {
      progress(step);
    } catch {
      // It was asked to stop, and goes on.
    }
  };
}

const exportBundle = operation(
  {
    ...{ id: 'exportBundle', method: 'POST', path: '/bundles', tag, role: 'auditor', job: true },
    summary: 'A record with everything that shows it to somebody without a network',
    body: z.strictObject({ record: c.idOrPrefix }),
    answer: s.bundleAnswer,
  },
  async ({ api, body }) =>
    (progress: Progress) =>
      useCases.exportBundle(api.node, body, progress),
);

const channelTrust = operation(
  {
    ...{ id: 'channelTrust', method: 'GET', path: '/trust', tag, role: 'viewer', fresh: 'ledger' },
    summary: 'What others need to check bundles of this channel',
    answer: s.trust,
  },
  ({ api }) => useCases.channelTrust(api.node, {}),
);

export const checkOperations = { verify, fsck, exportBundle, channelTrust } as const;
