import { pipeline } from 'node:stream/promises';
import type { Bucket } from '@google-cloud/storage';
import type { ExportSettings } from '../config.ts';
import type { FileStore } from '../ports.ts';

/** Of a resumable upload: so much is kept to be sent again. A multiple of 256 KiB. */
const UPLOAD_CHUNK_BYTES = 8 * 2 ** 20;

/**
 * A `FileStore` in a Cloud Storage bucket. Addresses are signed by the service's own account, through IAM's signBlob, or
 * by the account of a key file (https://cloud.google.com/storage/docs/access-control/signed-urls).
 */
export function createFileStore(
  project: string,
  { bucket: name, urlSigner }: Pick<ExportSettings, 'bucket' | 'urlSigner'>,
): FileStore {
  let opened: Promise<Bucket> | undefined;
  let signing: Promise<Bucket> | undefined;
  const open = async (keyFilename?: string): Promise<Bucket> => {
    const { Storage } = await import('./clients/storage.ts');
    return new Storage({ projectId: project, ...(keyFilename && { keyFilename }) }).bucket(name);
  };
  return {
    async write(path, content, { contentType, expiresAt }) {
      opened ??= open();
      const target = (await opened).file(path).createWriteStream({
        resumable: true,
        chunkSize: UPLOAD_CHUNK_BYTES,
        contentType,
        preconditionOpts: { ifGenerationMatch: 0 },
        metadata: { customTime: new Date(expiresAt).toISOString() },
      });
      await pipeline(content, target);
    },

    async signUrl(path, { fileName, expiresAt }) {
      signing ??= open(urlSigner);
      const [url] = await (await signing).file(path).getSignedUrl({
        version: 'v4',
        action: 'read',
        expires: expiresAt,
        responseDisposition: `attachment; filename="${fileName.replace(/[^\x20-\x7e]|["\\]/g, '_')}"`,
      });
      return url;
    },
  };
}
