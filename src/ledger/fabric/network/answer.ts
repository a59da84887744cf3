import type { Role } from '../../../channel/index.ts';
import type { Network } from './network.ts';

/** A network that is ready, by its members. */
export interface FabricNetworkAnswer {
  readonly dir: string;
  readonly channel: string;
  readonly chaincode: string;
  readonly sequence: number;
  readonly members: readonly {
    readonly id: string;
    readonly name: string;
    readonly roles: readonly Role[];
    readonly peer: string;
    /** File of the member's connection profile. */
    readonly profile: string;
  }[];
}

export function answerOf({ paths, state }: Network): FabricNetworkAnswer {
  return {
    dir: paths.dir,
    channel: state.channel,
    chaincode: state.chaincode,
    sequence: state.deployed.sequence,
    members: state.members.map(({ id, name, roles: theirs, peerPort }) => ({
      id,
      name,
      roles: theirs,
      peer: `localhost:${peerPort}`,
      profile: paths.profile(id),
    })),
  };
}
