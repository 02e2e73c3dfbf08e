import { createHash, type Hash } from 'node:crypto';
import type { ExportedFile } from '../../domain/exported.ts';

/** Counts and hashes what passes. */
export class Meter {
  readonly #hash: Hash = createHash('sha256');
  #bytes = 0;

  async *through(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const part of content) {
      this.#hash.update(part);
      this.#bytes += part.length;
      yield part;
    }
  }

  result(): Pick<ExportedFile, 'bytes' | 'sha256'> {
    return { bytes: this.#bytes, sha256: this.#hash.digest('hex') };
  }
}
