import { resolve } from 'node:path';

/** Paths are the caller's: under `npm run`, npm has changed the working directory and says where it came from. */
export function resolvePath(path: string): string {
  const from = process.env.npm_lifecycle_event === undefined ? undefined : process.env.INIT_CWD;
  return resolve(from ?? process.cwd(), path);
}
