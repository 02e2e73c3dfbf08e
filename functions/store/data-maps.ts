/** Data maps: `maps/{tenant}.yaml`, as people wrote them. */
import { type DataMap, parseDataMap } from '../domain/data-map.ts';
import type { ObjectStore } from '../ports.ts';

const mapName = (tenant: string) => `maps/${tenant}.yaml`;

export async function readDataMapText(
  store: ObjectStore,
  tenant: string,
): Promise<{ text: string; generation: string } | undefined> {
  const found = await store.read(mapName(tenant));
  return found && { text: found.body, generation: found.object.generation };
}

export async function readDataMap(store: ObjectStore, tenant: string): Promise<DataMap | undefined> {
  const found = await readDataMapText(store, tenant);
  return found && parseDataMap(found.text);
}

/** Every tenant's map as people wrote it. */
export async function* listDataMapTexts(store: ObjectStore): AsyncIterable<{ tenant: string; text: string }> {
  for await (const { name } of store.list('maps/')) {
    const found = await store.read(name);
    if (found !== undefined)
      yield { tenant: name.slice('maps/'.length).replace(/\.yaml$/, ''), text: found.body };
  }
}

/** @returns false when somebody else wrote it in the meantime. */
export async function writeDataMap(
  store: ObjectStore,
  tenant: string,
  text: string,
  generation: string | undefined,
): Promise<boolean> {
  const written =
    generation === undefined
      ? await store.create(mapName(tenant), text)
      : await store.replace(mapName(tenant), text, generation);
  return written !== undefined;
}
