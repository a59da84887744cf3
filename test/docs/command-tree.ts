// Prints every command with its options as JSON, taken from the help texts: what a person can see.
import { run } from '../../src/cli/program.ts';

async function helpOf(words: readonly string[]): Promise<string> {
  const { write } = process.stdout;
  let text = '';
  process.stdout.write = (chunk: string | Uint8Array) => {
    text += chunk.toString();
    return true;
  };
  try {
    await run(['node', 'uec', ...words, '--help']);
  } finally {
    process.stdout.write = write;
  }
  return text;
}

async function addTo(tree: Record<string, string[]>, words: readonly string[]): Promise<void> {
  const help = await helpOf(words);
  tree[words.join(' ')] = [...help.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)].map((match) => match[1] as string);
  const listed = help.split('\nCommands:\n')[1]?.split('\n\n')[0] ?? '';
  for (const [, name] of listed.matchAll(/^ {2}([a-z][a-z-]*)/gm)) {
    if (name !== undefined && name !== 'help') await addTo(tree, [...words, name]);
  }
}

const tree: Record<string, string[]> = {};
await addTo(tree, []);
process.stdout.write(JSON.stringify(tree));
