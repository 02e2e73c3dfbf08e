/** Streams into the bucket, hashed and counted on the way: of a file of any size only a few pages are in memory. */
import { createHash, type Hash } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { ExportedFile } from '../../domain/exported.ts';
import type { BatchContext } from '../worker.ts';

type Written = Pick<ExportedFile, 'bytes' | 'sha256'>;

const CONTENT_TYPES = { json: 'application/json', html: 'text/html; charset=utf-8' } as const;

/** Lines as gzip. @returns undefined when there is none: then there is no file either */
export async function writeLines(
  { services }: BatchContext,
  lines: AsyncIterator<string>,
  { object, expiresAt }: { object: string; expiresAt: number },
): Promise<(Written & { rows: number }) | undefined> {
  const first = await lines.next();
  if (first.done) return undefined;
  const counted = { rows: 0 };
  const meter = new Meter();
  const gzip = createGzip();
  const options = { contentType: 'application/gzip', expiresAt };
  await Promise.all([
    pipeline(Readable.from(withBreaks(first.value, lines, counted)), gzip),
    services.exports.write(object, meter.through(gzip), options),
  ]);
  return { ...meter.result(), rows: counted.rows };
}

export async function writeText(
  { services }: BatchContext,
  text: string,
  { object, format, expiresAt }: { object: string; format: keyof typeof CONTENT_TYPES; expiresAt: number },
): Promise<Written> {
  const meter = new Meter();
  const content = meter.through(Readable.from([Buffer.from(text)]));
  await services.exports.write(object, content, { contentType: CONTENT_TYPES[format], expiresAt });
  return meter.result();
}

async function* withBreaks(
  first: string,
  rest: AsyncIterator<string>,
  counted: { rows: number },
): AsyncGenerator<string> {
  for (let line = first; ; ) {
    counted.rows += 1;
    yield `${line}\n`;
    const next = await rest.next();
    if (next.done) return;
    line = next.value;
  }
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

  result(): Written {
    return { bytes: this.#bytes, sha256: this.#hash.digest('hex') };
  }
}
