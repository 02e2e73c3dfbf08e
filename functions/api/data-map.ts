import { parseDataMap } from '../domain/data-map.ts';
import { LetheError } from '../domain/errors.ts';
import { checkDataMap } from '../requests/check-data-map.ts';
import { readDataMapText, writeDataMap } from '../store/data-maps.ts';
import { json } from './answer.ts';
import { readText } from './body.ts';
import type { TenantHandler } from './route.ts';

/** GET …/data-map: the YAML as it was put. */
export const readMap: TenantHandler = async ({ services, tenant }) => {
  const found = await readDataMapText(services.store, tenant);
  if (found === undefined) throw new LetheError('not_found', 'The tenant has no data map.');
  return {
    answer: { status: 200, headers: { 'content-type': 'application/yaml' }, body: found.text },
    touched: {},
  };
};

/** PUT …/data-map: checked for its form and against the real tables, then put; of a map with a finding nothing is kept. */
export const writeMap: TenantHandler = async ({ services, tenant, headers, rawBody }) => {
  const text = readText(rawBody, headers['content-encoding']);
  const standing = await readDataMapText(services.store, tenant);
  const map = parseDataMap(text);
  const { findings, warnings } = await checkDataMap(services, map, tenant);
  if (findings.length > 0) {
    throw new LetheError('invalid_data_map', `${findings[0]?.field}: ${findings[0]?.detail}`, {
      fields: findings,
    });
  }
  const isWritten = await writeDataMap(services.store, tenant, text, standing?.generation);
  if (!isWritten)
    throw new LetheError('map_changed', 'The data map was changed meanwhile; read it and put it again.');
  return { answer: json(200, { tables: map.tables.length, warnings }), touched: {} };
};
