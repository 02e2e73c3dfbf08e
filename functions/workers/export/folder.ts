/** Where one attempt writes its files: streamed, hashed and counted on the way, so that any size takes the same memory. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { ExportedFile } from '../../domain/exported.ts';
import type { FileStore } from '../../ports.ts';
import { Meter } from './meter.ts';

export type Written = Pick<ExportedFile, 'object' | 'name' | 'bytes' | 'sha256'>;

export interface Place {
  /** Nobody else writes below it. */
  path: string;
  /** Milliseconds since the epoch. */
  expiresAt: number;
}

export interface Folder {
  writeLines(name: string, lines: AsyncIterable<string>): Promise<Written>;
  writeText(name: string, format: 'json' | 'html', text: string): Promise<Written>;
  /** @returns the one file that holds all others, where they are not files of their own */
  close(): Promise<Written | undefined>;
  /** Leaves nothing half written. */
  abort(error: Error): Promise<void>;
}

const CONTENT_TYPES = { json: 'application/json', html: 'text/html; charset=utf-8' } as const;

/** Each file is an object of the bucket; lines are compressed, and their names end with `.gz`. */
export function openFolder(store: FileStore, { path, expiresAt }: Place): Folder {
  const write = async (
    name: string,
    content: AsyncIterable<Uint8Array>,
    contentType: string,
  ): Promise<Written> => {
    const object = `${path}/${name}`;
    const meter = new Meter();
    await store.write(object, meter.through(content), { contentType, expiresAt });
    return { object, name, ...meter.result() };
  };
  return {
    async writeLines(name, lines) {
      const gzip = createGzip();
      const [written] = await Promise.all([
        write(`${name}.gz`, gzip, 'application/gzip'),
        pipeline(Readable.from(withBreaks(lines)), gzip),
      ]);
      return written;
    },
    writeText: (name, format, text) => write(name, Readable.from([Buffer.from(text)]), CONTENT_TYPES[format]),
    close: async () => undefined,
    // A file that was not written to its end was never there.
    abort: async () => undefined,
  };
}

export async function* withBreaks(lines: AsyncIterable<string>): AsyncGenerator<Buffer> {
  for await (const line of lines) yield Buffer.from(`${line}\n`);
}
