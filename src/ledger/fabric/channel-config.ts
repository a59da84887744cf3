import { X509Certificate } from 'node:crypto';
import { common, msp, orderer } from '@hyperledger/fabric-protos';
import { openHeader } from './envelope.ts';

/** One organisation's membership definition in the channel's configuration. */
export interface MemberMsp {
  readonly mspId: string;
  readonly roots: readonly X509Certificate[];
  readonly intermediates: readonly X509Certificate[];
  /** Revocation lists as they stand there. */
  readonly revocationLists: readonly Uint8Array[];
}

/** What a configuration block says of who may sign. */
export interface ChannelConfig {
  /** Height of the block that holds it. */
  readonly height: number;
  /** Organisations that take part in the channel, by MSP id. */
  readonly members: ReadonlyMap<string, MemberMsp>;
  /** Organisations that run orderers, by MSP id. */
  readonly ordering: ReadonlyMap<string, MemberMsp>;
  /** Where the ordering is fault-tolerant (BFT), the orderers' serialised identities by their number; `undefined` for Raft. */
  readonly consenters: ReadonlyMap<number, Uint8Array> | undefined;
}

/** The configuration that a block holds; `undefined` when it is a block of transactions. Throws for bytes that are no block. */
export function readConfig(block: common.Block): ChannelConfig | undefined {
  const [first] = block.getData()?.getDataList_asU8() ?? [];
  if (first === undefined) return undefined;
  const { payload, channelHeader } = openHeader(common.Envelope.deserializeBinary(first));
  if (channelHeader.getType() !== common.HeaderType.CONFIG) return undefined;
  const root = common.ConfigEnvelope.deserializeBinary(payload.getData_asU8()).getConfig()?.getChannelGroup();
  const ordering = root?.getGroupsMap().get('Orderer');
  const members = root?.getGroupsMap().get('Application');
  if (root === undefined || ordering === undefined) throw new TypeError('the configuration has no orderer group');
  return {
    height: block.getHeader()?.getNumber() ?? 0,
    members: members === undefined ? new Map() : mspsOf(members),
    ordering: mspsOf(ordering),
    consenters: isBft(ordering) ? consentersOf(ordering) : undefined,
  };
}

/** Height of the configuration in force at a block, as its orderers signed it. */
export function configHeight(block: common.Block): number {
  const [signatures] = block.getMetadata()?.getMetadataList_asU8() ?? [];
  const value = common.Metadata.deserializeBinary(signatures ?? new Uint8Array()).getValue_asU8();
  const signed = common.OrdererBlockMetadata.deserializeBinary(value);
  return signed.getLastConfig()?.getIndex() ?? 0;
}

function isBft(group: common.ConfigGroup): boolean {
  const value = group.getValuesMap().get('ConsensusType');
  return value !== undefined && orderer.ConsensusType.deserializeBinary(value.getValue_asU8()).getType() === 'BFT';
}

function consentersOf(group: common.ConfigGroup): Map<number, Uint8Array> {
  const value = group.getValuesMap().get('Orderers');
  if (value === undefined) throw new TypeError('the configuration has no list of orderers');
  const list = common.Orderers.deserializeBinary(value.getValue_asU8()).getConsenterMappingList();
  return new Map(
    list.map((each) => {
      const identity = new msp.SerializedIdentity();
      identity.setMspid(each.getMspId());
      identity.setIdBytes(each.getIdentity_asU8());
      return [each.getId(), identity.serializeBinary()];
    }),
  );
}

function mspsOf(group: common.ConfigGroup): Map<string, MemberMsp> {
  const found = new Map<string, MemberMsp>();
  for (const [, organisation] of group.getGroupsMap().entries() as Iterable<[string, common.ConfigGroup]>) {
    const value = organisation.getValuesMap().get('MSP');
    if (value === undefined) continue;
    const config = msp.MSPConfig.deserializeBinary(value.getValue_asU8()).getConfig_asU8();
    const fabric = msp.FabricMSPConfig.deserializeBinary(config);
    found.set(fabric.getName(), {
      mspId: fabric.getName(),
      roots: fabric.getRootCertsList_asU8().map((pem) => new X509Certificate(pem)),
      intermediates: fabric.getIntermediateCertsList_asU8().map((pem) => new X509Certificate(pem)),
      revocationLists: fabric.getRevocationListList_asU8(),
    });
  }
  return found;
}
