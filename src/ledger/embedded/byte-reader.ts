/** Reads length-prefixed fields; every step past the end throws a RangeError. */
export class ByteReader {
  readonly #bytes: Buffer;
  /** Offset of the next field. */
  at: number;

  constructor(bytes: Buffer, at = 0) {
    this.#bytes = bytes;
    this.at = at;
  }

  u32(): number {
    const value = this.#bytes.readUInt32BE(this.at);
    this.at += 4;
    return value;
  }

  take(length: number): Buffer {
    const end = this.at + length;
    if (end > this.#bytes.length) {
      throw new RangeError(`a field of ${length} bytes at ${this.at} passes the end at ${this.#bytes.length}`);
    }
    const part = this.#bytes.subarray(this.at, end);
    this.at = end;
    return part;
  }

  chunk(): Buffer {
    return this.take(this.u32());
  }

  text(): string {
    return this.chunk().toString();
  }

  end(): void {
    if (this.at !== this.#bytes.length) {
      throw new RangeError(`${this.#bytes.length - this.at} bytes follow the last field at ${this.at}`);
    }
  }
}
