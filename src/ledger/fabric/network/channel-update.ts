import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { memberConfigText } from './channel-config.ts';
import { asAdmin, type Network, ordererArgs } from './network.ts';
import type { MemberState } from './state.ts';
import { runTool } from './tool.ts';

interface ChannelConfig {
  readonly channel_group: { readonly groups: { readonly Application: { readonly groups: Organisations } } };
}

/** The members' organisations in a channel's configuration, by MSP id, as configtxlator writes them. */
type Organisations = Record<string, unknown>;

/** Adds a member to the configuration of the running channel, with its Fabric peer as anchor. */
export async function addToChannel(network: Network, member: MemberState): Promise<void> {
  const folder = join(network.paths.config, member.id);
  mkdirSync(folder, { recursive: true });
  const definition = await definitionOf(network, member, folder);
  await updateMembers(network, folder, (organisations) => {
    organisations[member.id] = definition;
  });
}

/**
 * Changes the members' organisations in the configuration of the running channel. A majority of the members' administrators
 * signs; the first of them by submitting it. The folder takes what Fabric's programs read and write on the way.
 */
export async function updateMembers(
  network: Network,
  folder: string,
  change: (organisations: Organisations) => void,
): Promise<void> {
  const file = (name: string): string => join(folder, name);
  const [first, ...others] = network.state.members as [MemberState, ...MemberState[]];
  const { channel } = network.state;
  const present = await currentConfig(network, first.id, file);
  const changed = structuredClone(present);
  change(changed.channel_group.groups.Application.groups);
  const before = await encode(network, 'common.Config', present, file('present'));
  const after = await encode(network, 'common.Config', changed, file('changed'));
  await translate(network, [
    'compute_update',
    `--channel_id=${channel}`,
    `--original=${before}`,
    `--updated=${after}`,
    `--output=${file('update.pb')}`,
  ]);
  const update = await decode(network, 'common.ConfigUpdate', file('update.pb'));
  // Type 2 is CONFIG_UPDATE.
  const envelope = {
    payload: { header: { channel_header: { channel_id: channel, type: 2 } }, data: { config_update: update } },
  };
  const signed = await encode(network, 'common.Envelope', envelope, file('envelope'));
  const majority = Math.floor(network.state.members.length / 2) + 1;
  for (const { id } of others.slice(0, majority - 1))
    await asAdmin(network, id, ['channel', 'signconfigtx', '-f', signed]);
  await asAdmin(network, first.id, ['channel', 'update', '-c', channel, '-f', signed, ...ordererArgs(network)]);
}

async function currentConfig(network: Network, id: string, file: (name: string) => string): Promise<ChannelConfig> {
  const block = file('config.block');
  const { channel } = network.state;
  await asAdmin(network, id, ['channel', 'fetch', 'config', block, '-c', channel, ...ordererArgs(network)]);
  const decoded = (await decode(network, 'common.Block', block)) as {
    readonly data: {
      readonly data: readonly [{ readonly payload: { readonly data: { readonly config: ChannelConfig } } }];
    };
  };
  return decoded.data.data[0].payload.data.config;
}

async function definitionOf({ paths, binaries }: Network, member: MemberState, folder: string): Promise<unknown> {
  writeFileSync(join(folder, 'configtx.yaml'), memberConfigText(paths, member));
  const args = ['-printOrg', member.id, '-configPath', folder];
  return JSON.parse((await runTool({ command: binaries.configtxgen, args, log: paths.toolLog })).toString());
}

async function encode(network: Network, type: string, value: unknown, file: string): Promise<string> {
  writeFileSync(`${file}.json`, JSON.stringify(value));
  await translate(network, ['proto_encode', `--type=${type}`, `--input=${file}.json`, `--output=${file}.pb`]);
  return `${file}.pb`;
}

async function decode(network: Network, type: string, file: string): Promise<unknown> {
  await translate(network, ['proto_decode', `--type=${type}`, `--input=${file}`, `--output=${file}.json`]);
  return JSON.parse(readFileSync(`${file}.json`, 'utf8'));
}

function translate({ paths, binaries }: Network, args: readonly string[]): Promise<Buffer> {
  return runTool({ command: binaries.configtxlator, args, log: paths.toolLog });
}
