import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { nodeWords } from './node-words.ts';
import { chooseRemote } from './remote-options.ts';

const url = 'https://node.example.org';
afterEach(() => chooseRemote({}));

test('a node at a URL comes with the token file and the CA that were given', () => {
  chooseRemote({ tokenFile: 'my token.txt', ca: 'ca.pem' });
  assert.equal(nodeWords(url), `${url} --token-file 'my token.txt' --ca ca.pem`);
  chooseRemote({ tokenFile: 't' });
  assert.equal(nodeWords(url), `${url} --token-file t`);
});

test('a folder needs neither', () => {
  chooseRemote({ tokenFile: 't', ca: 'ca.pem' });
  assert.equal(nodeWords("Jo's node"), "'Jo'\\''s node'");
});
