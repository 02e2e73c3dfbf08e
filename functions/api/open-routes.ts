import { listPublicKeys } from '../store/signing-keys.ts';
import { json } from './answer.ts';
import type { OpenHandler } from './route.ts';

/** The process runs. */
export const livez: OpenHandler = async () => json(200, { status: 'ok' });

/** The process runs and reaches its store. */
export const readyz: OpenHandler = async ({ store }) => {
  await store.head('readyz');
  return json(200, { status: 'ready' });
};

/** The public keys of every receipt ever signed (RFC 7517). */
export const jwks: OpenHandler = async ({ store }) =>
  json(200, { keys: await listPublicKeys(store) }, { 'cache-control': 'public, max-age=300' });
