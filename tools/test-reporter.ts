// One line a file that failed, failures in full, and a closing line that counts: what a person and a CI both want to read.
import { relative } from 'node:path';
import type { TestEvent } from 'node:test/reporters';

class Tally {
  #passed = 0;
  #failed = 0;
  readonly #skipped: string[] = [];

  /** Text to print for a finished test: failures in full, nothing for the others. */
  finished({ type, data }: Extract<TestEvent, { type: 'test:pass' | 'test:fail' }>): string {
    const { name, file, skip, details } = data;
    const place = `${file === undefined ? '' : relative(process.cwd(), file)}: ${name}`;
    const skipped = skip !== undefined && skip !== false;
    // A suite counts by its tests; skipped as a whole it has none.
    if (details.type === 'suite' && !skipped) {
      // A hook that failed is told by its suite alone; its tests say only that they were cancelled.
      const { failureType } = (details as { error?: { failureType?: string } }).error ?? {};
      if (failureType !== 'hookFailed') return '';
      return `\nFAILED ${place}\n${describe((details as { error?: Error }).error)}\n`;
    }
    if (skipped) {
      this.#skipped.push(`skipped: ${place}${typeof skip === 'string' ? ` (${skip})` : ''}`);
      return '';
    }
    if (type === 'test:pass') {
      this.#passed += 1;
      return '';
    }
    this.#failed += 1;
    return `\nFAILED ${place}\n${describe(data.details.error)}\n`;
  }

  closing(): string {
    const skipped = this.#skipped.map((line) => `${line}\n`).join('');
    return `${skipped}\n${this.#passed} passed, ${this.#failed} failed, ${this.#skipped.length} skipped\n`;
  }
}

async function* report(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const tally = new Tally();
  for await (const event of source) {
    if (event.type === 'test:pass' || event.type === 'test:fail') yield tally.finished(event);
    else if (event.type === 'test:stderr') yield event.data.message;
  }
  yield tally.closing();
}

function describe(error: Error | undefined): string {
  const cause = error?.cause instanceof Error ? error.cause : error;
  return (cause?.stack ?? String(cause)).replace(/^/gm, '  ');
}

// The runner takes a reporter by its default export.
export { report as default };
