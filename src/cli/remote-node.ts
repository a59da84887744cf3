import { readFileSync, statSync } from 'node:fs';
import { isLoopbackName } from '../api/access/index.ts';
import type { NodeAddress } from '../client/send-by-node.ts';
import { ChannelError } from '../emissions/index.ts';
import { resolvePath } from './paths.ts';
import { remoteOptions } from './remote-options.ts';

/**
 * Where a node is, and the token for it, which is read from a file: an argument could be seen by every user of the machine.
 * @throws {ChannelError} OPTION_INVALID, among others for plain HTTP to another machine
 */
export function addressOf(text: string): NodeAddress {
  const { tokenFile, ca } = remoteOptions();
  if (!URL.canParse(text)) throw invalid('the node’s URL is none', 'DIR');
  const url = new URL(text);
  if (url.username !== '' || url.password !== '' || url.pathname !== '/' || url.search !== '' || url.hash !== '')
    throw invalid('the node’s URL has more than scheme, host and port', 'DIR');
  if (url.protocol === 'http:' && !isLoopbackName(url.hostname))
    throw invalid(
      'the token could be read on the way to a node over plain HTTP',
      'DIR',
      'Use the https URL of the node.',
    );
  if (tokenFile === undefined)
    throw invalid('a node at a URL asks for a token', '--token-file', 'Give a file with a token of uec token add.');
  const token = privateText(resolvePath(tokenFile)).trim();
  if (!/^[\x21-\x7e]{8,8192}$/.test(token))
    throw invalid(
      'the file holds no token',
      '--token-file',
      'Write into it the token that uec token add showed, and nothing else.',
    );
  return { url, token, ...(ca === undefined ? {} : { ca: textOf(resolvePath(ca), '--ca') }) };
}

function privateText(path: string): string {
  const mode = statSync(path, { throwIfNoEntry: false })?.mode ?? 0;
  if (process.platform !== 'win32' && (mode & 0o077) !== 0)
    throw invalid(
      `the file has mode ${(mode & 0o777).toString(8)}: others can read the token`,
      '--token-file',
      'Take the others’ permissions away: chmod 600 FILE.',
    );
  return textOf(path, '--token-file');
}

function textOf(path: string, where: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw invalid(`the file cannot be read (${(cause as NodeJS.ErrnoException).code})`, where);
  }
}

function invalid(message: string, where: string, fix?: string): ChannelError {
  return new ChannelError('OPTION_INVALID', message, { where, ...(fix === undefined ? {} : { fix }) });
}
