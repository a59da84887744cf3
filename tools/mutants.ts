// The mutants of a source text. Types are blanked out first (offsets stay), so that only what runs is changed.
import { stripTypeScriptTypes } from 'node:module';

export type MutantKind = 'number' | 'operator' | 'condition' | 'literal' | 'text';

/** One change: the characters `[start, end)` of the file become `to`. */
export interface Mutant {
  readonly file: string;
  readonly line: number;
  readonly kind: MutantKind;
  readonly from: string;
  readonly to: string;
  readonly start: number;
  readonly end: number;
}

type TokenKind = 'comment' | 'template' | 'text' | 'regex' | 'number' | 'word' | 'punctuator';

interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly at: number;
}

const PATTERNS: readonly (readonly [TokenKind, RegExp])[] = [
  ['comment', /\/\/[^\n]*|\/\*[\s\S]*?\*\//y],
  ['text', /'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/y],
  ['template', /`(?:[^`\\]|\\[\s\S])*`/y],
  ['regex', /\/(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y],
  ['number', /(?:0x[0-9a-fA-F_]+|[0-9][0-9_]*(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?)n?/y],
  ['word', /#?[\p{ID_Start}$_][\p{ID_Continue}$]*/uy],
  [
    'punctuator',
    />>>=|\.\.\.|===|!==|\*\*=|>>>|<<=|>>=|&&=|\|\|=|\?\?=|=>|==|!=|<=|>=|&&|\|\||\?\?|\?\.|\+\+|--|\+=|-=|\*=|\/=|%=|&=|\|=|\^=|\*\*|<<|>>|[\s\S]/y,
  ],
];

const SWAPS: Readonly<Record<string, string>> = {
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
  '===': '!==',
  '!==': '===',
  '+': '-',
  '-': '+',
  '*': '+',
  '/': '*',
  '%': '*',
  '&': '|',
  '|': '&',
  '^': '|',
  '>>': '<<',
  '&&': '||',
  '||': '&&',
  '??': '&&',
  '+=': '-=',
  '-=': '+=',
  '>>=': '<<=',
  '++': '--',
};
const WORD_SWAPS: Readonly<Record<string, string>> = {
  true: 'false',
  false: 'true',
  some: 'every',
  every: 'some',
  min: 'max',
  max: 'min',
  floor: 'ceil',
};
// Texts that name something (a unit, a code, a set); sentences for people are left alone.
const NAME = /^'[A-Za-z0-9_*][A-Za-z0-9_.:/()*-]*'$/;

export function mutantsOf(file: string, source: string): Mutant[] {
  const tokens = tokensOf(stripTypeScriptTypes(source));
  const mutants: Mutant[] = [];
  const push = (kind: MutantKind, from: Token, to: string, end = from.at + from.text.length) => {
    const line = source.slice(0, from.at).split('\n').length;
    const shown = source.slice(from.at, end).replace(/\s+/g, ' ');
    mutants.push({ file, line, kind, from: shown, to, start: from.at, end });
  };
  tokens.forEach((token, at) => {
    const before = tokens[at - 1];
    if (token.kind === 'number') push('number', token, `(${token.text} + 1${token.text.endsWith('n') ? 'n' : ''})`);
    if (token.kind === 'punctuator') mutateOperator(token, before, push);
    if (token.kind === 'word') mutateWord(tokens, at, push);
    if (token.kind === 'text' && NAME.test(token.text) && !isSpecifier(tokens, at)) push('text', token, "'~'");
  });
  return mutants;
}

type Push = (kind: MutantKind, from: Token, to: string, end?: number) => void;

function mutateOperator(token: Token, before: Token | undefined, push: Push): void {
  const swap = Object.hasOwn(SWAPS, token.text) ? SWAPS[token.text] : undefined;
  if (swap !== undefined) push('operator', token, swap);
  if (token.text === '!' && before?.text !== '!') push('operator', token, '');
}

function mutateWord(tokens: readonly Token[], at: number, push: Push): void {
  const token = tokens[at] as Token;
  const next = tokens[at + 1];
  const isMember = tokens[at - 1]?.text === '.' || tokens[at - 1]?.text === '?.';
  const swap = Object.hasOwn(WORD_SWAPS, token.text) ? WORD_SWAPS[token.text] : undefined;
  const isLiteral = token.text === 'true' || token.text === 'false';
  if (swap !== undefined && isLiteral !== isMember && next?.text !== ':') push('literal', token, swap);
  if (token.text === 'if' && next?.text === '(') {
    const close = closing(tokens, at + 1);
    if (close !== undefined) push('condition', next, '(false)', close.at + 1);
  }
}

function closing(tokens: readonly Token[], open: number): Token | undefined {
  let depth = 0;
  for (let at = open; at < tokens.length; at += 1) {
    const { text, kind } = tokens[at] as Token;
    if (kind !== 'punctuator') continue;
    if (text === '(') depth += 1;
    if (text === ')') depth -= 1;
    if (depth === 0) return tokens[at];
  }
  return undefined;
}

/** True for the module that an import or export names. */
function isSpecifier(tokens: readonly Token[], at: number): boolean {
  const before = tokens[at - 1]?.text;
  return before === 'from' || before === 'import';
}

function tokensOf(code: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < code.length) {
    if (/\s/.test(code[at] as string)) {
      at += 1;
      continue;
    }
    const token = tokenAt(code, at, tokens.at(-1));
    if (token.kind !== 'comment') tokens.push(token);
    at += token.text.length;
  }
  return tokens;
}

function tokenAt(code: string, at: number, before: Token | undefined): Token {
  for (const [kind, pattern] of PATTERNS) {
    // A slash after a value divides; after anything else it opens a regular expression.
    if (kind === 'regex' && before !== undefined && (before.kind !== 'punctuator' || /[)\]}]/.test(before.text)))
      continue;
    pattern.lastIndex = at;
    const match = pattern.exec(code);
    if (match !== null) return { kind, text: match[0], at };
  }
  throw new Error(`no token at ${at}`);
}
