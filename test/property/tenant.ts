/** A tenant of a history: its tables made and mapped, its orders and the answers to them. */
import { PROJECT, type System, Tenant } from '../support/system.ts';
import type { RowSpec, TableSpec, TenantSpec } from './history.ts';
import { IDENTIFIERS, type Row, type Subject, type Table } from './model.ts';
import { hasNumbers, type Place, type Warehouse } from './warehouse.ts';

/** An order as its caller knows it. */
export interface Order {
  subjects: Subject[];
  key?: string;
  /** Absent while no call for it has been answered. */
  id?: string;
  /** What answered calls to cancel it were told. */
  cancelled: ('won' | 'lost')[];
  /** A call to cancel it got no answer. */
  isCancelUnclear: boolean;
}

export interface KnownTable {
  place: Place;
  model: Table & { rows: Row[] };
}

export class ModelledTenant {
  readonly face: Tenant;
  readonly spec: TenantSpec;
  readonly tables: KnownTable[];
  readonly orders: Order[] = [];

  private constructor(face: Tenant, spec: TenantSpec, tables: KnownTable[]) {
    this.face = face;
    this.spec = spec;
    this.tables = tables;
  }

  /** Whether the data map has every type. */
  knows(subjects: readonly Subject[]): boolean {
    const types = this.tables.flatMap(({ model }) => model.identifiers.map((column) => IDENTIFIERS[column]));
    return subjects.every(({ type }) => (types as string[]).includes(type));
  }

  static async create(
    system: System,
    warehouse: Warehouse,
    name: string,
    spec: TenantSpec,
  ): Promise<ModelledTenant> {
    const tables = spec.tables.map((table, index) => toKnown(name, table, index));
    const locations = new Set(spec.tables.map(({ location }) => location));
    await Promise.all(
      [...locations].map((location) => warehouse.createDataset(datasetOf(name, location), location)),
    );
    const [key] = await Promise.all([
      system.stack.createApiKey(name),
      ...tables.map(({ place, model }) => warehouse.createTable(place, model.rows)),
    ]);
    const face = new Tenant(system, name, key, name);
    const answer = await face.call('PUT', '/data-map', dataMap(tables), {
      'content-type': 'application/yaml',
    });
    if (answer.status !== 200) throw new Error(`data map refused: ${answer.text}`);
    return new ModelledTenant(face, spec, tables);
  }
}

function datasetOf(tenant: string, location: string): string {
  return `${tenant}_${location.toLowerCase()}`;
}

function toKnown(tenant: string, spec: TableSpec, index: number): KnownTable {
  const dataset = datasetOf(tenant, spec.location);
  const name = `t${index}`;
  const label = `${PROJECT}.${dataset}.${mappedName(name, spec)}`;
  const rows = spec.rows.map((row, at) => toRow(`r${at}`, spec, row));
  return { place: { dataset, name, spec }, model: { label, identifiers: spec.identifiers, rows } };
}

export function toRow(id: string, table: TableSpec, { values, place }: RowSpec): Row {
  return { id, values: hasNumbers(table, place) ? values : { ...values, user_no: null } };
}

function mappedName(name: string, { shape }: TableSpec): string {
  return shape === 'sharded' ? `${name}_*` : name;
}

/** JSON is YAML. */
function dataMap(tables: readonly KnownTable[]): string {
  return JSON.stringify({
    version: 1,
    location: 'EU',
    tables: tables.map(({ place: { dataset, name, spec } }) => ({
      table: `${dataset}.${mappedName(name, spec)}`,
      location: spec.location,
      identifiers: spec.identifiers.map((column) => ({ type: IDENTIFIERS[column], column })),
    })),
  });
}
