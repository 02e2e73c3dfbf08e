import {
  asMapped,
  type DataMap,
  isShardSuffix,
  locationOf,
  type MappedTable,
  parseDataMap,
  splitTableName,
  type TableName,
} from '../domain/data-map.ts';
import { type FieldError, LetheError } from '../domain/errors.ts';
import type { MappingTable } from '../domain/identity-map.ts';
import { planTable } from '../domain/planned-table.ts';
import { log } from '../log.ts';
import { WarehouseError } from '../ports.ts';
import type { Services } from '../services.ts';
import { listDataMapTexts } from '../store/data-maps.ts';

export interface MapCheck {
  /** What makes the map unusable: `tables[2].identifiers[0].column`, and what is wrong. */
  findings: FieldError[];
  /** What its author should know: tables that look mapped and are not. */
  warnings: FieldError[];
}

/** Compares a data map with the real tables: missing tables and columns, views, wrong types, wrong locations. */
export async function checkDataMap(services: Services, map: DataMap, tenant: string): Promise<MapCheck> {
  const foreign = await foreignTables(services, map, tenant);
  if (foreign.length > 0) return { findings: foreign, warnings: [] };
  const twice = overlaps(map, services.config.project);
  if (twice.length > 0) return { findings: twice, warnings: [] };
  const checks = await Promise.all([
    ...map.tables.map((table, index) => checkTable(services, map, table, `tables[${index}]`)),
    ...(map.identity?.tables ?? []).map((table, index) => checkMappingTable(services, map, table, index)),
    ...(map.identity === undefined || map.identity.person ? [] : [UNTOLD_SHARING]),
  ]);
  return {
    findings: checks.flatMap(({ findings }) => findings),
    warnings: checks.flatMap(({ warnings }) => warnings),
  };
}

/** A table that two entries reach would be counted and changed twice: `ds.t` beside `project.ds.t`, a shard beside `events_*`. */
function overlaps(map: DataMap, project: string): FieldError[] {
  const names = map.tables.map(({ table }) => splitTableName(table, project));
  return names.flatMap((name, index) => {
    const other = names
      .slice(0, index)
      .findIndex((earlier) => isReachedBy(earlier, name) || isReachedBy(name, earlier));
    if (other === -1) return [];
    const detail = `${map.tables[index]?.table} is reached by tables[${other}] (${map.tables[other]?.table}) too`;
    return [{ field: `tables[${index}].table`, detail }];
  });
}

/** What another tenant has mapped is that tenant's: a key for one must not delete, correct or export another's rows. */
async function foreignTables(
  { store, config }: Services,
  map: DataMap,
  tenant: string,
): Promise<FieldError[]> {
  const names = map.tables.map(({ table }) => splitTableName(table, config.project));
  const taken: TableName[] = [];
  for await (const other of listDataMapTexts(store))
    if (other.tenant !== tenant) taken.push(...tablesOf(other, config.project));
  return names.flatMap((name, index) =>
    taken.some((one) => isReachedBy(one, name) || isReachedBy(name, one))
      ? [
          {
            field: `tables[${index}].table`,
            detail: `${map.tables[index]?.table} may not be mapped by this tenant`,
          },
        ]
      : [],
  );
}

/** A map that can no longer be read works on nothing either: its requests wait, and it claims no table. */
function tablesOf({ tenant, text }: { tenant: string; text: string }, project: string): TableName[] {
  try {
    return parseDataMap(text).tables.map(({ table }) => splitTableName(table, project));
  } catch (error) {
    if (!(error instanceof LetheError)) throw error;
    log('ERROR', "a tenant's data map can no longer be read", { tenant, code: error.code });
    return [];
  }
}

function isReachedBy(name: TableName, other: TableName): boolean {
  if (name.project !== other.project || name.dataset !== other.dataset) return false;
  if (!name.isSharded) return !other.isSharded && name.table === other.table;
  // Of date shards: any one that the other reaches will do to tell.
  const shard = other.isSharded ? `${other.table}20260101` : other.table;
  return shard.startsWith(name.table) && isShardSuffix(shard.slice(name.table.length));
}

/** Two people behind one identifier cannot be told from one. */
const UNTOLD_SHARING: MapCheck = {
  findings: [],
  warnings: [
    {
      field: 'identity.person',
      detail:
        'is not there: a request reaches everybody who shares an identifier with its subject, unnoticed',
    },
  ],
};

async function checkMappingTable(
  services: Services,
  map: DataMap,
  table: MappingTable,
  index: number,
): Promise<MapCheck> {
  const check = await checkTable(services, map, asMapped(table), `identity.tables[${index}]`);
  const findings = check.findings.map(({ field, detail }) => ({
    field: field.replace('.identifiers[', '.links['),
    detail,
  }));
  return { ...check, findings };
}

async function checkTable(
  { warehouse, config }: Services,
  map: DataMap,
  table: MappedTable,
  entry: string,
): Promise<MapCheck> {
  const field = (name: string) => `${entry}.${name}`;
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
