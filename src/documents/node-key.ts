/**
 * The key that wraps every secret of a vault; the one thing that must be kept outside it. Asynchronous so that a key
 * management service or a hardware module can stand behind it. Secrets are 100 bytes to some kilobytes long: a service
 * that takes less wraps a data key of its own.
 */
export interface NodeKey {
  /**
   * The secret, encrypted and authenticated together with `context`. Two calls give two results.
   * @throws {ChannelError} STORE_UNAVAILABLE when a service cannot be reached
   */
  wrap(secret: Uint8Array, context: string): Promise<Uint8Array>;
  /**
   * The secret in a buffer that the caller may zero.
   * @throws {ChannelError} VAULT_KEY_WRONG when it was wrapped by another key, for another context, or is damaged;
   * STORE_UNAVAILABLE when a service cannot be reached
   */
  unwrap(wrapped: Uint8Array, context: string): Promise<Buffer>;
}
