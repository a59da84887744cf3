import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { documents, read, root } from './documents.ts';

test('every relative link of the documents leads to a file, and to a heading where it names one', () => {
  const broken = documents().flatMap((path) =>
    [...withoutCode(read(path)).matchAll(/\]\(([^)\s]+)\)/g)]
      .map((match) => match[1] as string)
      .filter((target) => !/^[a-z]+:/.test(target) && !leadsSomewhere(path, target))
      .map((target) => `${path}: ${target}`),
  );
  assert.deepEqual(broken, []);
});

function leadsSomewhere(from: string, target: string): boolean {
  const [file, anchor] = target.split('#') as [string, string?];
  const full = file === '' ? from : relative(root, join(root, dirname(from), file));
  return existsSync(join(root, full)) && (anchor === undefined || anchors(read(full)).includes(anchor));
}

test('sources and folders that the documents name exist, in full or from src/ on', () => {
  const named =
    /`((?:src|test|tools|docs|samples|bench|emissions|channel|ledger|factors|bills|documents|inventory|node|cli)\/[\w./-]*?(?:\.ts|\.md|\/))`/g;
  const missing = documents().flatMap((path) =>
    [...read(path).matchAll(named)]
      .map((match) => match[1] as string)
      .filter((name) => !existsSync(join(root, name)) && !existsSync(join(root, 'src', name)))
      .map((name) => `${path}: ${name}`),
  );
  assert.deepEqual(missing, []);
});

test('every uec command and option that the documents show exists', () => {
  const tree = commandTree();
  const wrong: string[] = [];
  let shown = 0;
  for (const path of documents()) {
    for (const words of commandLines(read(path))) {
      shown += 1;
      const fault = commandFault(tree, words);
      if (fault !== undefined) wrong.push(`${path}: uec ${words.join(' ')}: ${fault}`);
    }
  }
  assert.deepEqual(wrong, []);
  assert.ok(shown > 50, 'the commands are no longer found in the documents');
});

function withoutCode(markdown: string): string {
  return markdown.replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`/g, '');
}

/** Anchors as GitHub makes them of headings. */
function anchors(markdown: string): string[] {
  const seen = new Map<string, number>();
  return [...markdown.replace(/^```[\s\S]*?^```/gm, '').matchAll(/^#+ (.*)$/gm)].map(([, heading]) => {
    const plain = (heading as string)
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replace(/\s/g, '-');
    const before = seen.get(plain) ?? 0;
    seen.set(plain, before + 1);
    return before === 0 ? plain : `${plain}-${before}`;
  });
}

/** The words after `uec` of each command in code spans and code blocks, up to what ends a command. */
function commandLines(markdown: string): string[][] {
  const blocks = [...markdown.matchAll(/^```\w*\n([\s\S]*?)^```/gm)].map((match) => match[1] as string);
  const indented = [...markdown.matchAll(/^ {4}(.*)$/gm)].map((match) => match[1] as string);
  const spans = [...markdown.replace(/^```[\s\S]*?^```/gm, '').matchAll(/`([^`\n]+)`/g)].map(
    (match) => match[1] as string,
  );
  return [...blocks, ...indented, ...spans]
    .flatMap((text) => text.replace(/\\\n/g, ' ').split('\n'))
    .flatMap((line) => [...line.matchAll(/(?:^|[\s(])uec(?: --)? ([a-z].*)$/g)].map((match) => match[1] as string))
    .map((rest) => (rest.split(/ [|>#&;] ?|;/)[0] as string).trim().split(/\s+/));
}

/** Options by the words of their command, `document erase`; of groups and the program itself too. */
function commandTree(): ReadonlyMap<string, readonly string[]> {
  const script = fileURLToPath(new URL('./command-tree.ts', import.meta.url));
  const { stdout, stderr } = spawnSync(process.execPath, [script], { encoding: 'utf8' });
  assert.ok(stdout.startsWith('{'), stderr);
  return new Map(Object.entries(JSON.parse(stdout) as Record<string, string[]>));
}

function commandFault(tree: ReadonlyMap<string, readonly string[]>, words: readonly string[]): string | undefined {
  let command = '';
  let at = 0;
  for (; isGroup(tree, command); at += 1) {
    const next = `${command} ${words[at] ?? ''}`.trim();
    if (next === command) return undefined;
    if (!tree.has(next)) return `there is no command '${next}'`;
    command = next;
  }
  return words
    .slice(at)
    .filter((word) => word.startsWith('--'))
    .map((word) => word.replace(/[^a-z-].*$/, ''))
    .filter((option) => !tree.get(command)?.includes(option))
    .map((option) => `there is no option ${option}`)[0];
}

function isGroup(tree: ReadonlyMap<string, readonly string[]>, command: string): boolean {
  const prefix = command === '' ? '' : `${command} `;
  return [...tree.keys()].some((words) => words !== command && words.startsWith(prefix));
}
