/** The file to load: its bytes, unzipped, and the first line of it. */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { PassThrough, pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

const GZIP_MAGIC = Buffer.from([0x1f, 0x8b]);
/** Longest header that is looked for. */
const HEADER_BYTES_MAX = 1024 * 1024;

/**
 * A gzipped file is told by its first bytes, as BigQuery does, not by its name.
 * @throws when it cannot be read
 */
export async function openFile(path: string): Promise<Readable> {
  const isZipped = (await firstBytes(path, GZIP_MAGIC.length)).equals(GZIP_MAGIC);
  // An error of the file or of the archive comes out of the last stream.
  const forget = () => undefined;
  return pipeline(createReadStream(path), isZipped ? createGunzip() : new PassThrough(), forget);
}

async function firstBytes(path: string, length: number): Promise<Buffer> {
  try {
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new Error(`There is no file ${path}.`, { cause: error });
    throw new Error(`${path} cannot be read: ${message}`, { cause: error });
  }
}

/** The cells of the first line of a CSV file. */
export async function readHeader(path: string): Promise<string[]> {
  const file = await openFile(path);
  let text = '';
  for await (const chunk of file) {
    text += (chunk as Buffer).toString('utf8');
    if (text.includes('\n') || text.length > HEADER_BYTES_MAX) break;
  }
  file.destroy();
  const [line = ''] = text.split(/\r?\n/, 1);
  return line
    .replace(/^\ufeff/, '')
    .split(',')
    .map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'));
}

/**
 * Whether the first line holds the columns' names. BigQuery takes the columns by their position, so names in another order
 * would put values into the wrong columns.
 * @throws when they are in another order
 */
export function isHeader(cells: readonly string[], columns: readonly string[]): boolean {
  const found = cells.map((cell) => cell.toLowerCase());
  const wanted = columns.map((column) => column.toLowerCase());
  if (!found.every((cell) => wanted.includes(cell))) return false;
  const at = found.findIndex((cell, index) => cell !== wanted[index]);
  if (at === -1) return true;
  throw new Error(
    `The file's column ${at + 1} is ${cells[at]}, the schema's is ${columns[at]}: they must be in the same order.`,
  );
}
