/** https://cloud.google.com/bigquery/docs/batch-loading-data#loading_compressed_and_uncompressed_data */
import { open } from 'node:fs/promises';

const GZIP_MAGIC = Buffer.from([0x1f, 0x8b]);

export async function isZipped(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return buffer.subarray(0, bytesRead).equals(GZIP_MAGIC);
  } finally {
    await file.close();
  }
}
