/** Files of any size take the same memory: what is read is passed on, never gathered. */
import { randomBytes } from 'node:crypto';
import { type Folder, openFolder } from '../../../functions/workers/export/folder.ts';
import { openZip } from '../../../functions/workers/export/zip-folder.ts';
import type { FileStore } from '../../../functions/ports.ts';

const ROWS = 100_000;
const ROW_BYTES = 1_000;
const GROWTH_BYTES_MAX = 64 * 2 ** 20;

/** Takes everything as slowly as a network does, and keeps nothing. */
class Sink implements FileStore {
  bytes = 0;
  peak = 0;
  readonly #before = process.memoryUsage().rss;

  async write(_name: string, content: AsyncIterable<Uint8Array>): Promise<void> {
    for await (const part of content) {
      this.bytes += part.length;
      this.peak = Math.max(this.peak, process.memoryUsage().rss - this.#before);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async signUrl(): Promise<string> {
    throw new Error('nobody downloads');
  }
}

/** Not compressible, so that what comes out is large too. */
async function* rows(): AsyncGenerator<string> {
  for (let row = 0; row < ROWS; row += 1)
    yield `{"row":${row},"text":"${randomBytes(ROW_BYTES).toString('base64')}"}`;
}

const PLACE = { path: 'tenant/request/attempt', expiresAt: 0 };

test.each<[string, (store: FileStore) => Folder]>([
  ['gzip', (store) => openFolder(store, PLACE)],
  ['a ZIP with a password', (store) => openZip(store, PLACE, 'a password of length')],
])(
  '100 MB of rows pass through %s with a few of them in memory',
  async (_name, open) => {
    const sink = new Sink();
    const folder = open(sink);

    await folder.writeLines('events.ndjson', rows());
    await folder.close();

    expect(sink.bytes).toBeGreaterThan(90 * 2 ** 20);
    expect(sink.peak).toBeLessThan(GROWTH_BYTES_MAX);
  },
  120_000,
);

test('what breaks off on the way breaks the file off too', async () => {
  async function* broken(): AsyncGenerator<string> {
    yield 'one';
    throw new Error('the table is gone');
  }
  for (const open of [openFolder, (store: FileStore) => openZip(store, PLACE, 'a password of length')]) {
    const folder = open(new Sink(), PLACE);
    await expect(folder.writeLines('events.ndjson', broken())).rejects.toThrow('the table is gone');
    await folder.abort(new Error('given up'));
  }
});
