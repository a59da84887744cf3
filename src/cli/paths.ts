import { resolve } from 'node:path';

/**
 * Paths are the caller's: for `npm run uec` npm has changed the working directory to the package's and says where it came from.
 * Another package's script that runs the installed command means its own working directory.
 * The URL of a node stands where its folder can, and stays as it is.
 */
export function resolvePath(path: string): string {
  if (isUrl(path)) return path;
  const { npm_lifecycle_event: script, npm_package_name: name, INIT_CWD: caller } = process.env;
  const ours = name === 'utility-emissions-channel' && (script === 'uec' || script === 'demo');
  return resolve(ours && caller !== undefined ? caller : process.cwd(), path);
}

/** Whether a node is named by its URL, and not by its folder. */
export function isUrl(place: string): boolean {
  return /^https?:\/\//i.test(place);
}
