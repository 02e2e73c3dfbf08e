/**
 * Requests in the object store: `requests/{tenant}/{request}` with the state in its metadata, and the open markers
 * `open/{location}/{tenant}/{request}` that index what is not finished. The marker is there before the request and
 * is removed last, so that a listing of markers never misses an open request.
 */
import { type RequestDocument, type WorkerName, workerOf } from '../domain/request.ts';
import type { RequestState } from '../domain/request-state.ts';
import type { ObjectStore, StoredObject } from '../ports.ts';
import { fromMetadata, toMetadata } from './request-metadata.ts';

export interface RequestKey {
  tenant: string;
  id: string;
}

export interface OpenMarker extends RequestKey {
  worker: WorkerName;
  location: string;
  createdAt: number;
  generation: string;
}

const requestName = ({ tenant, id }: RequestKey) => `requests/${tenant}/${id}`;
const markerName = (location: string, { tenant, id }: RequestKey) => `open/${location}/${tenant}/${id}`;

/**
 * A marker that stands already is written anew: whoever is about to sweep it has seen another generation.
 * @param now what the marker holds, so that one of another call is told from one's own
 */
export async function markOpen(
  store: ObjectStore,
  key: RequestKey & { type: RequestDocument['type'] },
  locations: readonly string[],
  now: number,
): Promise<void> {
  const body = new Date(now).toISOString();
  const metadata = { worker: workerOf(key.type) };
  await Promise.all(
    locations.map(async (location) => {
      const name = markerName(location, key);
      while ((await store.create(name, body, metadata)) === undefined) {
        const standing = await store.head(name);
        if (
          standing !== undefined &&
          (await store.replace(name, body, standing.generation, metadata)) !== undefined
        )
          return;
      }
    }),
  );
}

/** Removes a marker that is still the one that was seen. */
export async function removeMarker(store: ObjectStore, marker: OpenMarker): Promise<void> {
  await store.remove(markerName(marker.location, marker), marker.generation);
}

export async function unmarkOpen(
  store: ObjectStore,
  key: RequestKey,
  locations: readonly string[],
): Promise<void> {
  await Promise.all(locations.map((location) => store.remove(markerName(location, key))));
}

/** Whether something is still to be done about the request in this location. */
export async function isOpen(store: ObjectStore, location: string, key: RequestKey): Promise<boolean> {
  return (await store.head(markerName(location, key))) !== undefined;
}

/** @param only this tenant's */
export async function* listOpen(
  store: ObjectStore,
  location: string,
  only?: string,
): AsyncIterable<OpenMarker> {
  const prefix = only === undefined ? `open/${location}/` : `open/${location}/${only}/`;
  for await (const { name, createdAt, generation, metadata } of store.list(prefix)) {
    const [, , tenant, id] = name.split('/');
    if (tenant !== undefined && id !== undefined) {
      const worker: WorkerName = metadata['worker'] === 'export' ? 'export' : 'erase';
      yield { tenant, id, location, createdAt, generation, worker };
    }
  }
}

/** Of two calls with the same key exactly one creates; the other is told `false`. */
export async function createRequest(
  store: ObjectStore,
  document: RequestDocument,
  state: RequestState,
): Promise<boolean> {
  const metadata = Object.fromEntries(
    Object.entries(toMetadata(state)).flatMap(([key, value]) =>
      value === null ? [] : [[key, value] as const],
    ),
  );
  return (await store.create(requestName(document), JSON.stringify(document), metadata)) !== undefined;
}

export async function readState(store: ObjectStore, key: RequestKey): Promise<RequestState | undefined> {
  const object = await store.head(requestName(key));
  return object && fromMetadata(object.metadata);
}

export async function readRequest(
  store: ObjectStore,
  key: RequestKey,
): Promise<{ document: RequestDocument; state: RequestState } | undefined> {
  const found = await store.read(requestName(key));
  return found && { document: parseRequest(found.body), state: fromMetadata(found.object.metadata) };
}

/**
 * Applies a change by compare-and-set, again and again until it is written or no longer allowed.
 * @param change pure; `undefined` when the change is not allowed from that state
 * @param customTime of the object from now on; lifecycle counts from it
 * @returns the state afterwards and whether this call changed it; `undefined` when there is no such request
 */
export async function changeState(
  store: ObjectStore,
  key: RequestKey,
  change: (state: RequestState) => RequestState | undefined,
  customTime?: number,
): Promise<{ state: RequestState; isChanged: boolean } | undefined> {
  const name = requestName(key);
  for (;;) {
    const object: StoredObject | undefined = await store.head(name);
    if (object === undefined) return undefined;
    const state = fromMetadata(object.metadata);
    const next = change(state);
    if (next === undefined || next === state) return { state, isChanged: false };
    const written = await store.setMetadata(name, toMetadata(next), object, customTime);
    if (written !== undefined) return { state: next, isChanged: true };
  }
}

const forgottenName = ({ tenant, id }: RequestKey) => `forgotten/${tenant}/${id}`;

/**
 * The request's object itself, identifiers and all; absent already: nothing happens. Its id stays taken, because receipts
 * and events of this id stand for ever.
 */
export async function removeRequest(store: ObjectStore, key: RequestKey): Promise<void> {
  await store.create(forgottenName(key), '');
  await store.remove(requestName(key));
}

/** Of a request that is not there: whether it was once. */
export async function isForgotten(store: ObjectStore, key: RequestKey): Promise<boolean> {
  return (await store.head(forgottenName(key))) !== undefined;
}

function parseRequest(body: string): RequestDocument {
  const document = JSON.parse(body) as RequestDocument;
  if (document.version !== 1) throw new Error(`request document has unknown version ${document.version}`);
  return document;
}
