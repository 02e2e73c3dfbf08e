/** Where one attempt writes its files: streamed, hashed and counted on the way, so that any size takes the same memory. */
import { createHash, type Hash } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { ExportedFile } from '../../domain/exported.ts';
import type { FileStore } from '../../ports.ts';

type Written = Pick<ExportedFile, 'object' | 'name' | 'bytes' | 'sha256'>;

const CONTENT_TYPES = { json: 'application/json', html: 'text/html; charset=utf-8' } as const;

export class Folder {
  readonly #store: FileStore;
  readonly #path: string;
  readonly #expiresAt: number;

  /** @param path nobody else writes below it */
  constructor(store: FileStore, path: string, expiresAt: number) {
    this.#store = store;
    this.#path = path;
    this.#expiresAt = expiresAt;
  }

  /** As gzip, with `.gz` after its name. */
  async writeLines(name: string, lines: AsyncIterable<string>): Promise<Written> {
    const gzip = createGzip();
    const [written] = await Promise.all([
      this.#write(`${name}.gz`, gzip, 'application/gzip'),
      pipeline(Readable.from(withBreaks(lines)), gzip),
    ]);
    return written;
  }

  async writeText(name: string, format: keyof typeof CONTENT_TYPES, text: string): Promise<Written> {
    return this.#write(name, Readable.from([Buffer.from(text)]), CONTENT_TYPES[format]);
  }

  async #write(name: string, content: AsyncIterable<Uint8Array>, contentType: string): Promise<Written> {
    const object = `${this.#path}/${name}`;
    const meter = new Meter();
    const options = { contentType, expiresAt: this.#expiresAt };
    await this.#store.write(object, meter.through(content), options);
    return { object, name, ...meter.result() };
  }
}

async function* withBreaks(lines: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const line of lines) yield `${line}\n`;
}

class Meter {
  readonly #hash: Hash = createHash('sha256');
  #bytes = 0;

  async *through(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const part of content) {
      this.#hash.update(part);
      this.#bytes += part.length;
      yield part;
    }
  }

  result(): Pick<Written, 'bytes' | 'sha256'> {
    return { bytes: this.#bytes, sha256: this.#hash.digest('hex') };
  }
}
