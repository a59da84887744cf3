/** Signs for one member. The private key stays behind it: a file, or a key service. */
export interface Signer {
  readonly member: string;
  /** Public key, DER SPKI, base64: Ed25519 or P-256. */
  readonly publicKey: string;
  /** Signature over the bytes, base64: Ed25519, or ECDSA with SHA-256 in DER form. */
  sign(message: Uint8Array): string;
}
