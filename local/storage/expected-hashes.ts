import type { IncomingHttpHeaders } from 'node:http';
import { invalid } from './api-error.ts';
import type { Context } from './context.ts';
import type { Content, UploadRecord } from './records.ts';

/** The hashes that the caller says the bytes have. https://cloud.google.com/storage/docs/data-validation */
export function expectedHashes(
  metadata: Record<string, unknown>,
  headers: IncomingHttpHeaders,
): UploadRecord['expected'] {
  const header = [headers['x-goog-hash'] ?? []].flat().join(',');
  const named = new Map(
    [...header.matchAll(/(crc32c|md5)=([^,\s]+)/g)].map(([, kind, hash]) => [kind, hash]),
  );
  const md5 = metadata['md5Hash'] ?? named.get('md5') ?? headers['content-md5'];
  const crc32c = metadata['crc32c'] ?? named.get('crc32c');
  return {
    ...(typeof md5 === 'string' && { md5 }),
    ...(typeof crc32c === 'string' && { crc32c }),
  };
}

/** Removes the content and throws when a hash differs. */
export async function checkExpectedHashes(
  context: Context,
  content: Content,
  { md5, crc32c }: UploadRecord['expected'],
): Promise<void> {
  const hasOtherMd5 = md5 !== undefined && md5 !== content.md5;
  const hasOtherCrc32c = crc32c !== undefined && crc32c !== content.crc32c;
  if (!hasOtherMd5 && !hasOtherCrc32c) return;
  await context.content.remove(content.id);
  throw invalid(
    hasOtherMd5
      ? `Provided MD5 hash "${md5}" doesn't match calculated MD5 hash "${content.md5}".`
      : `Provided CRC32C "${crc32c}" doesn't match calculated CRC32C "${content.crc32c}".`,
  );
}
