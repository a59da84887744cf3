import { TokenStore } from '../api/access/index.ts';
import { nodePaths, readConfig, replaceConfig } from './config.ts';

/** Does something with a node's tokens, after the one of an older version was taken over. */
export async function withTokens<T>(folder: string, work: (tokens: TokenStore) => T): Promise<T> {
  const config = readConfig(folder);
  const tokens = new TokenStore(nodePaths(folder).access);
  try {
    if (config.tokenHash !== undefined) {
      // First into the store: killed between the two, it is taken over once more, which changes nothing.
      tokens.adopt(config.tokenHash, { role: 'admin', label: 'init' });
      const { tokenHash: _taken, ...rest } = config;
      await replaceConfig(folder, rest);
    }
    return work(tokens);
  } finally {
    tokens.close();
  }
}

/** Takes over the token of an older version, where there is one. */
export async function adoptToken(folder: string): Promise<void> {
  await withTokens(folder, () => undefined);
}
