/** Options of the command itself, for a node that is named by its URL. */
export interface RemoteOptions {
  readonly tokenFile?: string;
  readonly ca?: string;
}

let chosen: RemoteOptions = {};

/** Told once, before a command runs: every command may name a node by its URL. */
export function chooseRemote(options: RemoteOptions): void {
  chosen = options;
}

export function remoteOptions(): RemoteOptions {
  return chosen;
}
