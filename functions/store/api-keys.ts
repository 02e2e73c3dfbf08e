/** API keys, hashed: `keys/{id}`. */
import type { ApiKeyDocument } from '../domain/api-key.ts';
import type { ObjectStore } from '../ports.ts';

export async function readApiKey(store: ObjectStore, id: string): Promise<ApiKeyDocument | undefined> {
  const found = await store.read(`keys/${id}`);
  return found && (JSON.parse(found.body) as ApiKeyDocument);
}
