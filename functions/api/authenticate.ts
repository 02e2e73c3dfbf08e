import { isSecretOf, parseApiKey } from '../domain/api-key.ts';
import { LetheError } from '../domain/errors.ts';
import type { Services } from '../services.ts';
import { readApiKey } from '../store/api-keys.ts';

export interface Caller {
  /** Id of the API key. */
  key: string;
  tenant: string;
}

/**
 * Who calls: `Authorization: Bearer lethe_…`.
 * @throws LetheError `unauthenticated`; the same whether the key is malformed, unknown or wrong
 */
export async function authenticate(
  { store, config }: Services,
  authorization: string | undefined,
): Promise<Caller> {
  const token = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
  const parsed = token === undefined ? undefined : parseApiKey(token);
  const document = parsed && (await readApiKey(store, parsed.id));
  if (
    parsed === undefined ||
    document === undefined ||
    !isSecretOf(document, config.hashKey, parsed.secret)
  ) {
    throw new LetheError('unauthenticated', 'Send a valid API key: Authorization: Bearer lethe_…', {
      headers: { 'WWW-Authenticate': 'Bearer realm="lethe"' },
    });
  }
  return { key: document.id, tenant: document.tenant };
}
