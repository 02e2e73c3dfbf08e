import { type DataMap, identifierTypesOf } from '../domain/data-map.ts';
import { unknownProperties } from '../domain/edits.ts';
import { propertiesOf, type RequestDocument } from '../domain/request.ts';
import { postpone } from '../domain/request-state.ts';
import { announce } from '../requests/announce.ts';
import type { Services } from '../services.ts';
import { readDataMap } from '../store/data-maps.ts';
import { changeState, type RequestKey, readRequest } from '../store/requests.ts';
import { mapConcurrently } from './concurrently.ts';

const READS_AT_ONCE = 32;
/** How long such a request rests before the map is looked at again; `:retry` is faster. */
const RECHECK_MILLISECONDS = 15 * 60_000;

/**
 * Those whose properties and identifier types the data map still knows. A name that was known at the acceptance and has left
 * the map since would otherwise find nothing, and complete as if there had been nothing to do.
 */
export async function withKnownNames(services: Services, due: readonly RequestKey[]): Promise<RequestKey[]> {
  const maps = new Map<string, DataMap | undefined>();
  for (const tenant of new Set(due.map((key) => key.tenant)))
    maps.set(tenant, await readDataMap(services.store, tenant));
  const isKnown = await mapConcurrently(due, READS_AT_ONCE, async (key) => {
    const map = maps.get(key.tenant);
    const found = await readRequest(services.store, key);
    if (map === undefined || found === undefined) return false;
    const reason = unknownName(map, found.document);
    if (reason === undefined) return true;
    await showBlocked(services, found.document, reason);
    return false;
  });
  return due.filter((_, index) => isKnown[index]);
}

function unknownName(map: DataMap, document: RequestDocument): string | undefined {
  if (unknownProperties(map, propertiesOf(document)).length > 0) return 'unknown_property';
  const types = identifierTypesOf(map);
  return document.subjects.every(({ type }) => types.includes(type)) ? undefined : 'unknown_identifier_type';
}

async function showBlocked(services: Services, document: RequestDocument, reason: string): Promise<void> {
  const now = services.clock();
  const waits = { condition: 'blocked', reason, until: now + RECHECK_MILLISECONDS } as const;
  const before = (await readRequest(services.store, document))?.state.history.length;
  const outcome = await changeState(services.store, document, (state) => postpone(state, waits, now));
  if (outcome?.isChanged && outcome.state.history.length !== before)
    await announce(services, document, outcome.state, outcome.state.history.length - 1);
}
