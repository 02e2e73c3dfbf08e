import { type DataMap, locationOf, type MappedTable, splitTableName } from '../domain/data-map.ts';
import type { FieldError } from '../domain/errors.ts';
import { planTable } from '../domain/planned-table.ts';
import { WarehouseError } from '../ports.ts';
import type { Services } from '../services.ts';

export interface MapCheck {
  /** What makes the map unusable: `tables[2].identifiers[0].column`, and what is wrong. */
  findings: FieldError[];
  /** What its author should know: tables that look mapped and are not. */
  warnings: FieldError[];
}

/** Compares a data map with the real tables: missing tables and columns, views, wrong types, wrong locations. */
export async function checkDataMap(services: Services, map: DataMap): Promise<MapCheck> {
  const checks = await Promise.all(map.tables.map((table, index) => checkTable(services, map, table, index)));
  return {
    findings: checks.flatMap(({ findings }) => findings),
    warnings: checks.flatMap(({ warnings }) => warnings),
  };
}

async function checkTable(
  { warehouse, config }: Services,
  map: DataMap,
  table: MappedTable,
  index: number,
): Promise<MapCheck> {
  const field = (name: string) => `tables[${index}].${name}`;
  const location = locationOf(map, table);
  if (!config.locations.includes(location)) {
    const detail = `this deployment works in ${config.locations.join(', ')}, not in ${location}`;
    return { findings: [{ field: field('location'), detail }], warnings: [] };
  }
  const name = splitTableName(table.table, config.project);
  try {
    const properties = (table.properties ?? []).map((property) => property.name);
    const planned = planTable(
      table,
      await warehouse.describe(name),
      { project: config.project, location },
      properties,
    );
    const findings = 'findings' in planned ? planned.findings : [];
    const strays = name.isSharded ? await warehouse.strayShards(name) : [];
    return {
      findings: findings.map((finding) => ({ ...finding, field: field(finding.field) })),
      warnings: strays.map((stray) => ({
        field: field('table'),
        detail: `${stray} begins like a date shard, but does not end in a date: it is not worked on`,
      })),
    };
  } catch (error) {
    if (!(error instanceof WarehouseError) || !isAboutTheTable(error)) throw error;
    const what = error.failure.reason === 'notFound' ? 'does not exist' : 'may not be read by this service';
    return { findings: [{ field: field('table'), detail: `${table.table} ${what}` }], warnings: [] };
  }
}

function isAboutTheTable({ failure }: WarehouseError): boolean {
  return failure.reason === 'notFound' || failure.reason === 'accessDenied';
}
