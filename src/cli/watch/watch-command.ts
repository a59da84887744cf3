import { styleText } from 'node:util';
import type { UseCaseArgs } from '../../node/index.ts';
import { withNode } from '../node-client.ts';
import { stopSignal } from '../stop-signal.ts';
import { amount, counted } from '../words.ts';
import { type WatchEvent, watchFolder } from './watch-folder.ts';

/** Watches a folder until SIGINT or SIGTERM, and tells of each file: a line for a person, a line of JSON for programs. */
export async function watchCommand(
  folder: string,
  watched: string,
  request: Omit<UseCaseArgs<'record'>, 'files'>,
  json: boolean | undefined,
): Promise<void> {
  const { signal, end } = stopSignal();
  // A name can hold an account number: it is shown to a person at a terminal, and stands in no log.
  const named = process.stdout.isTTY === true && json !== true;
  try {
    await watchFolder({
      folder: watched,
      request,
      signal,
      withNode: (work) => withNode(folder, 'uec record --watch', work),
      say: (event) => {
        const text = json === true ? JSON.stringify(withoutName(event)) : lineOf(event, named);
        process.stdout.write(`${text}\n`);
      },
    });
  } finally {
    end();
  }
}

function withoutName(event: WatchEvent): unknown {
  if (!('name' in event)) return event;
  const { name: _name, ...rest } = event;
  return rest;
}

function lineOf(event: WatchEvent, named: boolean): string {
  const what = 'name' in event && named ? event.name : 'a file';
  switch (event.event) {
    case 'watching':
      return 'Watching the folder: files that come in are recorded and moved to done or refused. Ctrl-C ends it.';
    case 'recorded': {
      const left =
        event.rejected === 0
          ? ''
          : `; ${counted(event.rejected, 'row')} left out: mend refused/*.errors.csv and put it into the folder`;
      const id = event.import === null ? '' : `, import ${event.import.slice(0, 12)}`;
      return `${styleText('green', 'recorded')}   ${what}: ${counted(event.lines, 'line')}, ${amount(event.totals.kWh)} kWh${id}${left}`;
    }
    case 'duplicate':
      return `duplicate  ${what}: ${event.error.message}; moved to done`;
    case 'refused':
      return `${styleText('red', 'refused')}    ${what}: ${event.error.code}: ${event.error.message}; see refused/*.reasons.txt`;
    case 'ignored':
      return `ignored    ${what}: no regular file; links are not followed`;
    case 'waiting':
      return `${styleText('yellow', 'waiting')}    ${event.error.code}: ${event.error.message}. ${event.error.fix}`;
    case 'stopped':
      return 'Stopped.';
  }
}
