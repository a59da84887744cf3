import { Hono } from 'hono';
import { stream } from 'hono/streaming';
import type { ChannelError, ErrorReport } from '../emissions/index.ts';
import { asChannelError } from './foreign-error.ts';
import type { Node } from './node.ts';
import type { Progress } from './progress.ts';
import { type UseCaseName, useCases } from './use-cases.ts';

/** One line of an answer: steps of progress, then the result or the error. */
export type CallLine =
  | { readonly progress: { readonly what: string; readonly done: number; readonly total?: number } }
  | { readonly result: unknown }
  | { readonly error: ErrorReport };

/**
 * The node's use cases for the command on the same machine: POST /call/NAME with JSON, answered line by line. Served on a Unix
 * socket that only this user can open, never on a port. `done` is told of each call before it is answered.
 */
export function localCalls(
  node: Node,
  done: (name: UseCaseName, error?: ChannelError) => Promise<void> = async () => undefined,
): Hono {
  const app = new Hono();
  let turn: Promise<unknown> = Promise.resolve();
  app.post('/call/:name', async (context) => {
    const name = context.req.param('name');
    if (!Object.hasOwn(useCases, name)) return context.notFound();
    const args: unknown = await context.req.json();
    return stream(context, async (out) => {
      const say = (line: CallLine): Promise<unknown> => out.write(`${JSON.stringify(line)}\n`);
      // One at a time: use cases that write read what they are about to change.
      const useCase = useCases[name as UseCaseName] as (
        node: Node,
        args: unknown,
        progress: Progress,
        signal: AbortSignal,
      ) => Promise<unknown>;
      // Whoever asked has gone: what can stop between two steps does.
      const gone = new AbortController();
      out.onAbort(() => gone.abort());
      const run = turn.then(() => useCase(node, args, (progress) => void say({ progress }), gone.signal));
      turn = run.catch(() => undefined);
      try {
        const result = await run;
        await done(name as UseCaseName);
        await say({ result: result ?? null });
      } catch (error) {
        const told = asChannelError(error);
        await done(name as UseCaseName, told).catch(() => undefined);
        await say({ error: told.report() });
      }
    });
  });
  return app;
}
