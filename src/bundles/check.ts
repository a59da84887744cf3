import { isChannelError } from '../emissions/index.ts';

/** One thing that was checked. `not-verified`: it could not be checked here, which is never a pass. */
export interface Check {
  readonly check: string;
  readonly result: 'passed' | 'failed' | 'not-verified';
  readonly detail: string;
  /** Left unverified because no bundle can show it, or because nothing was given to show it with. */
  readonly open?: true;
}

export function passed(check: string, detail: string): Check {
  return { check, result: 'passed', detail };
}

export function failed(check: string, detail: string): Check {
  return { check, result: 'failed', detail };
}

export function notVerified(check: string, detail: string): Check {
  return { check, result: 'not-verified', detail };
}

export function leftOpen(check: string, detail: string): Check {
  return { ...notVerified(check, detail), open: true };
}

/**
 * What a rule, a hash or a parser says of content that somebody made up: whatever is thrown is a failed check. Content of
 * another shape than the rules know is met by them as any kind of error.
 */
export async function attempt(check: string, run: () => string | Promise<string>): Promise<Check> {
  return (await attemptTo(check, async () => ({ detail: await run(), value: undefined }))).check;
}

/** The same where the check finds something that later checks need; absent when it failed. */
export async function attemptTo<T>(
  check: string,
  run: () => Promise<{ readonly detail: string; readonly value: T }>,
): Promise<{ readonly check: Check; readonly value?: T }> {
  try {
    const { detail, value } = await run();
    return { check: passed(check, detail), value };
  } catch (error) {
    const detail = isChannelError(error) ? `${error.code}: ${error.message}` : 'the content is malformed';
    return { check: failed(check, detail) };
  }
}
