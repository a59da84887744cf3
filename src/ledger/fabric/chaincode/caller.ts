import { X509Certificate } from 'node:crypto';
import { type ChaincodeStub, ClientIdentity } from 'fabric-shim';
import type { Caller } from '../../../channel/index.ts';
import { ChannelError, sha256 } from '../../../emissions/index.ts';

/** Attribute of a service identity's certificate: the roles it is limited to, separated by commas. */
const ROLE_ATTRIBUTE = 'uec.role';

/**
 * Who sent the proposal: the MSP id, the SHA-256 of the certificate's public key, and the roles to which the certificate
 * limits it. The peer has checked certificate and signature.
 * @throws {ChannelError} NOT_ALLOWED where the identity is no X.509 certificate or its attributes cannot be read
 */
export function callerOf(stub: ChaincodeStub): Caller {
  const { mspid: member, idBytes } = stub.getCreator();
  try {
    const key = new X509Certificate(idBytes).publicKey.export({ format: 'der', type: 'spki' });
    const limit = roleLimit(stub);
    return { member, keyId: sha256(key), ...(limit === undefined ? {} : { roles: limit }) };
  } catch (cause) {
    throw new ChannelError('NOT_ALLOWED', `the certificate of ${member}'s submitter cannot be read`, {
      member,
      cause,
      fix: 'Use an X.509 certificate issued by the member, its attributes as fabric-ca writes them.',
    });
  }
}

// Not through getAttributeValue, which takes an empty attribute for none: a limit to no role would be no limit.
function roleLimit(stub: ChaincodeStub): string[] | undefined {
  const { attrs } = new ClientIdentity(stub) as unknown as { readonly attrs: Readonly<Record<string, unknown>> };
  if (!Object.hasOwn(attrs, ROLE_ATTRIBUTE)) return undefined;
  const names = attrs[ROLE_ATTRIBUTE];
  if (typeof names !== 'string') throw new TypeError(`${ROLE_ATTRIBUTE} is no text`);
  return names.split(',').map((name) => name.trim());
}
