/**
 * Edits: what a deletion of named properties or a correction does to a row. Requests that ask for the same edits form one
 * group, and all groups of a batch share one statement a table.
 */
import type { Work } from './batch.ts';
import type { DataMap, MappedTable } from './data-map.ts';
import { EVERY_PROPERTY, isAddressableKey, keysOf, placesFor } from './mapped-property.ts';
import type { PlannedTable } from './planned-table.ts';
import { canHold, type PropertyPlace, type Scalar } from './property-place.ts';
import type { RequestDocument } from './request.ts';
import type { Subject } from './subject.ts';

/** One property erased, or (with a value) set. */
export interface Edit {
  property: string;
  value?: Scalar;
}

export interface EditGroup {
  edits: Edit[];
  subjects: Subject[];
  /** Positions in the batch's requests of the tenant. */
  requests: number[];
}

/** What a request edits; `undefined` when it is not about named properties. */
export function editsOf(request: Pick<RequestDocument, 'type' | 'scope' | 'properties'>): Edit[] | undefined {
  if (request.type === 'correction')
    return Object.entries(request.properties ?? {}).map(([property, value]) => ({ property, value }));
  if (request.type === 'deletion' && request.scope !== 'everything')
    return request.scope.properties.map((property) => ({ property }));
  return undefined;
}

export function editGroups(
  requests: readonly Pick<RequestDocument, 'type' | 'scope' | 'properties' | 'subjects'>[],
): EditGroup[] {
  const groups = new Map<string, EditGroup>();
  requests.forEach((request, index) => {
    const edits = editsOf(request)?.toSorted((a, b) => (a.property < b.property ? -1 : 1));
    if (edits === undefined) return;
    const key = JSON.stringify(edits);
    const group = groups.get(key) ?? { edits, subjects: [], requests: [] };
    group.subjects.push(...request.subjects);
    group.requests.push(index);
    groups.set(key, group);
  });
  return [...groups.values()];
}

/** What is done for a request. */
export function workOf(request: Pick<RequestDocument, 'type' | 'scope' | 'properties'>): Work {
  if (request.type === 'export') return 'export';
  return editsOf(request) === undefined ? 'delete' : 'edit';
}

/** The position of each request's group. */
export function groupByRequest(groups: readonly EditGroup[]): number[] {
  const positions: number[] = [];
  groups.forEach(({ requests }, group) => {
    for (const request of requests) positions[request] = group;
  });
  return positions;
}

/** An edit at one place of a table. */
export interface PlacedEdit {
  place: PropertyPlace;
  value?: Scalar;
}

/**
 * Where the group's edits are to be made in this table; none: the table holds none of the properties. Of two names for one
 * place the later one is meant.
 */
export function placedEdits(table: PlannedTable, { edits }: EditGroup): PlacedEdit[] {
  const placed = new Map<string, PlacedEdit>();
  for (const { property, value } of edits) {
    for (const place of table.places.filter((one) => one.property === property))
      placed.set(placeKey(place), { place, ...(value !== undefined && { value }) });
  }
  return [...placed.values()];
}

function placeKey({ property: _property, ...where }: PropertyPlace): string {
  return JSON.stringify(where);
}

/**
 * A row may carry the identifiers of two groups' subjects, and these may want opposite things of one place: what is to be
 * erased is not corrected, and of two corrections the later one is made. Else each would undo the other for ever.
 */
export function overrules(other: PlacedEdit, edit: PlacedEdit, isLater: boolean): boolean {
  if (edit.value === undefined || placeKey(other.place) !== placeKey(edit.place)) return false;
  return other.value === undefined || (isLater && other.value !== edit.value);
}

/** New values that a column cannot hold any more: its type has changed since the corrections were accepted. */
export function unholdable(
  table: PlannedTable,
  requests: readonly Pick<RequestDocument, 'type' | 'scope' | 'properties'>[],
): string[] {
  return requests.flatMap((request) =>
    (editsOf(request) ?? []).flatMap(({ property, value }) => {
      if (value === undefined) return [];
      const places = table.places.filter((place) => place.property === property);
      return places.flatMap((place) => canHold(place, value) ?? []);
    }),
  );
}

/** Names that no table of the map knows. */
export function unknownProperties(map: DataMap, names: readonly string[]): string[] {
  return names.filter((name) => !map.tables.some((table) => mappedPlaces(table, name).length > 0));
}

/** Names that would have to be a key which no JSONPath can address. */
export function unaddressableProperties(map: DataMap, names: readonly string[]): string[] {
  return names.filter((name) =>
    map.tables.some((table) =>
      mappedPlaces(table, name).some(
        // In a map `*` is every name that has no entry of its own; in a request it would be none.
        (place) => name === EVERY_PROPERTY || keysOf(place)?.some((key) => !isAddressableKey(key)),
      ),
    ),
  );
}

export function mappedPlaces(table: MappedTable, name: string) {
  return placesFor(table.properties ?? [], name);
}
