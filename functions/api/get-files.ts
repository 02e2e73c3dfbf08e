import { LetheError } from '../domain/errors.ts';
import { readReceiptPayload } from '../store/receipts.ts';
import { readState } from '../store/requests.ts';
import { json } from './answer.ts';
import type { TenantHandler } from './route.ts';

/** From each call on so long a file may be begun to download. */
const URL_MILLISECONDS = 15 * 60_000;

/** GET …/files: what an export has written, with addresses that are signed anew on each call. */
export const getFiles: TenantHandler = async ({ services, tenant, params }) => {
  const key = { tenant, id: params['request'] ?? '' };
  const state = await readState(services.store, key);
  if (state === undefined) throw new LetheError('not_found', 'There is no such request.');
  const receipt = state.state === 'completed' ? await readReceiptPayload(services.receipts, key) : undefined;
  if (receipt === undefined)
    throw new LetheError(
      'not_completed',
      `The request is ${state.state}; files are there once it is completed.`,
    );
  const { files, files_expire_at: filesExpireAt } = receipt;
  if (files === undefined || filesExpireAt === undefined)
    throw new LetheError('not_found', 'The request is no export: it has no files.');
  const now = services.clock();
  const expiresAt = Date.parse(filesExpireAt);
  if (expiresAt <= now)
    throw new LetheError('files_expired', `The files were removed at ${filesExpireAt}; order a new export.`);
  const urlsUntil = Math.min(now + URL_MILLISECONDS, expiresAt);
  const signed = await Promise.all(
    files.map(async ({ object, ...file }) => ({
      ...file,
      url: await services.exports.signUrl(object, { fileName: file.name, expiresAt: urlsUntil }),
    })),
  );
  const view = {
    request: key.id,
    files_expire_at: filesExpireAt,
    urls_expire_at: new Date(urlsUntil).toISOString(),
    files: signed,
  };
  return { answer: json(200, view), touched: { request: key.id } };
};
