import { type DataMap, locationOf, splitTableName } from '../domain/data-map.ts';
import { mappedPlaces, unaddressableProperties, unknownProperties } from '../domain/edits.ts';
import { type ErrorCode, type FieldError, LetheError } from '../domain/errors.ts';
import { judgeFailure } from '../domain/failure.ts';
import { planTable } from '../domain/planned-table.ts';
import { canHold } from '../domain/property-place.ts';
import { type CreateRequest, scopeOf, propertiesOf } from '../domain/request.ts';
import { WarehouseError } from '../ports.ts';
import type { Services } from '../services.ts';

/**
 * Nothing that an order names may be skipped later: every property must be one that the map knows and that a statement can
 * address, and a new value one that its columns can hold.
 * @throws LetheError `unknown_property`, `unaddressable_property`, `wrong_value_type`
 */
export async function checkProperties(services: Services, map: DataMap, order: CreateRequest): Promise<void> {
  const names = propertiesOf({ scope: scopeOf(order) });
  const field = (name: string) =>
    order.type === 'correction' ? `properties.${name}` : `scope.properties[${names.indexOf(name)}]`;
  const refuse = (code: ErrorCode, wrong: readonly string[], detail: (name: string) => string) => {
    const fields = wrong.map((name) => ({ field: field(name), detail: detail(name) }));
    throwFirst(code, fields);
  };
  refuse('unknown_property', unknownProperties(map, names), (name) => `"${name}" is not in the data map`);
  refuse(
    'unaddressable_property',
    unaddressableProperties(map, names),
    (name) => `"${name}" would be a JSON key that no JSONPath can address`,
  );
  if (order.type !== 'correction') return;
  const found = await wrongValues(services, map, order.properties);
  throwFirst(
    'wrong_value_type',
    found.map(({ name, detail }) => ({ field: field(name), detail })),
  );
}

function throwFirst(code: ErrorCode, fields: FieldError[]): void {
  const [first] = fields;
  if (first !== undefined) throw new LetheError(code, `${first.field}: ${first.detail}`, { fields });
}

/** Asks BigQuery for the types: a table may have changed since its map was accepted. */
async function wrongValues(
  { warehouse, config }: Services,
  map: DataMap,
  values: Extract<CreateRequest, { type: 'correction' }>['properties'],
): Promise<{ name: string; detail: string }[]> {
  const names = Object.keys(values);
  const tables = map.tables.filter((table) => names.some((name) => mappedPlaces(table, name).length > 0));
  const found = await Promise.all(
    tables.map(async (table) => {
      const metadata = await unlessBlocked(() =>
        warehouse.describe(splitTableName(table.table, config.project)),
      );
      if (metadata === undefined) return [];
      const defaults = { project: config.project, location: locationOf(map, table) };
      const planned = planTable(table, metadata, defaults, names);
      // What is wrong with the table itself is no fault of this order: its step will be blocked, and say so.
      if ('findings' in planned) return [];
      return planned.table.places.flatMap((place) => {
        const value = values[place.property];
        const detail = value === undefined ? undefined : canHold(place, value);
        return detail === undefined ? [] : [{ name: place.property, detail: `${table.table}: ${detail}` }];
      });
    }),
  );
  return found.flat();
}

/** `undefined`: the table is missing, or may not be read. That is no fault of this order either. */
async function unlessBlocked<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof WarehouseError && judgeFailure(error.failure).kind === 'block') return undefined;
    throw error;
  }
}
