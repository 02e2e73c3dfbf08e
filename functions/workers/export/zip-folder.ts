/** One ZIP that opens with a password: AES-256, as 7-Zip, WinZip and macOS' and Linux' tools of today read it. */
import { PassThrough, Readable, Writable } from 'node:stream';
import { ZipWriter } from '@zip.js/zip.js';
import type { FileStore } from '../../ports.ts';
import { type Folder, type Place, withBreaks, type Written } from './folder.ts';
import { Meter } from './meter.ts';

const NAME = 'export.zip';
/** https://www.winzip.com/en/support/aes-encryption/: 256 bits. */
const AES_256 = 3;

export function openZip(store: FileStore, { path, expiresAt }: Place, password: string): Folder {
  const object = `${path}/${NAME}`;
  const bytes = new PassThrough();
  const meter = new Meter();
  const options = { contentType: 'application/zip', expiresAt };
  // Settled, not awaited, until the end: what fails on the way shows at the entry that is being written.
  const stored = Promise.allSettled([store.write(object, meter.through(bytes), options)]);
  const zip = new ZipWriter(Writable.toWeb(bytes), {
    password,
    encryptionStrength: AES_256,
    useWebWorkers: false,
  });
  const add = async (name: string, content: AsyncIterable<Uint8Array>): Promise<Written> => {
    const entry = new Meter();
    await zip.add(name, Readable.toWeb(Readable.from(entry.through(content))) as ReadableStream);
    return { object, name, ...entry.result() };
  };
  return {
    writeLines: (name, lines) => add(name, withBreaks(lines)),
    writeText: (name, _format, text) => add(name, Readable.from([Buffer.from(text)])),

    async close() {
      await zip.close();
      const [outcome] = await stored;
      if (outcome.status === 'rejected') throw outcome.reason;
      return { object, name: NAME, ...meter.result() };
    },

    async abort(error) {
      bytes.destroy(error);
      await stored;
    },
  };
}
