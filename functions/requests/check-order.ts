import { type DataMap, identifierTypesOf } from '../domain/data-map.ts';
import { LetheError } from '../domain/errors.ts';
import type { CreateRequest } from '../domain/request.ts';
import type { Services } from '../services.ts';
import { readDataMap } from '../store/data-maps.ts';
import { checkProperties } from './check-properties.ts';

/**
 * Holds an order to the tenant's data map, for whoever accepts or previews it.
 * @returns the map
 * @throws LetheError `no_data_map`, `unknown_identifier_type`, `unknown_property`, `unaddressable_property`,
 * `wrong_value_type`
 */
export async function checkOrder(services: Services, tenant: string, order: CreateRequest): Promise<DataMap> {
  const map = await readDataMap(services.store, tenant);
  if (map === undefined) throw new LetheError('no_data_map', `Tenant ${tenant} has no data map yet.`);
  refuseUnknownTypes(order, identifierTypesOf(map));
  await checkProperties(services, map, order);
  return map;
}

function refuseUnknownTypes(order: CreateRequest, known: readonly string[]): void {
  const fields = order.subjects.flatMap(({ type }, index) =>
    known.includes(type)
      ? []
      : [
          {
            field: `subjects[${index}].type`,
            detail: `"${type}" is not in the data map, which has ${known.join(', ')}`,
          },
        ],
  );
  const first = fields[0];
  if (first !== undefined)
    throw new LetheError('unknown_identifier_type', `${first.field}: ${first.detail}`, { fields });
}
