import { ledger, msp } from '@hyperledger/fabric-protos';
import type { OpenedTransaction } from './envelope.ts';

/**
 * Whether a transaction is endorsed by the member that submitted it, as everything must be that writes; one that writes nothing
 * needs nobody. It says nothing of the signatures: they are checked on their own.
 */
export function endorsedByItsMember(opened: OpenedTransaction): boolean {
  const member = memberOf(opened.creator);
  const own = opened.endorsements.some((endorsement) => memberOf(endorsement.getEndorser_asU8()) === member);
  return own || !writesAnything(opened);
}

/** The MSP id of a serialised identity. */
export function memberOf(serialised: Uint8Array): string {
  return msp.SerializedIdentity.deserializeBinary(serialised).getMspid();
}

function writesAnything({ action, chaincode }: OpenedTransaction): boolean {
  return ledger.rwset.TxReadWriteSet.deserializeBinary(action.getResults_asU8())
    .getNsRwsetList()
    .filter((each) => each.getNamespace() === chaincode)
    .some((each) => {
      const { KVRWSet } = ledger.rwset.kvrwset;
      const written = KVRWSet.deserializeBinary(each.getRwset_asU8()).getWritesList();
      return written.length > 0 || each.getCollectionHashedRwsetList().length > 0;
    });
}
