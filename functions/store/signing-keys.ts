/** Public keys of every key that ever signed a receipt: `signing-keys/{kid}`. Receipts outlive keys. */
import type { ObjectStore, PublicJwk } from '../ports.ts';

/** A kid may be a KMS resource name, with slashes. */
const keyName = (kid: string) => `signing-keys/${encodeURIComponent(kid)}`;

export async function archivePublicKey(store: ObjectStore, key: PublicJwk): Promise<void> {
  await store.create(keyName(key.kid), JSON.stringify(key));
}

export async function listPublicKeys(store: ObjectStore): Promise<PublicJwk[]> {
  const keys: PublicJwk[] = [];
  for await (const { name } of store.list('signing-keys/')) {
    const found = await store.read(name);
    if (found !== undefined) keys.push(JSON.parse(found.body) as PublicJwk);
  }
  return keys;
}
