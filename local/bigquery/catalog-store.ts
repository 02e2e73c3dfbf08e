/**
 * Datasets and tables: in memory for synchronous look-ups, in DuckDB (schema `_lethe`) for good. Every change is written in
 * the transaction that makes it true, and shown in memory only after that transaction has committed.
 */
import type { Clock } from '../clock.ts';
import type { Catalog, CatalogTable, TableReference } from './catalog.ts';
import { type Database, quoteIdentifier, type Session } from './database.ts';
import { duplicate, notFound, notImplemented } from './errors.ts';
import { informationSchema, type PartitionFacts } from './information-schema.ts';
import type { TableResource } from './table-resource.ts';

export interface DatasetRecord {
  project: string;
  dataset: string;
  location: string;
  /** What the caller set: description, labels, defaultTableExpirationMs, … */
  resource: Record<string, unknown>;
  created: number;
  modified: number;
}

export interface TableRecord extends CatalogTable {
  /** As sent, legacy type names included. */
  resource: TableResource;
  created: number;
  modified: number;
  expires?: number;
}

export const datasetName = (project: string, dataset: string) => `${project}:${dataset}`;
export const tableName = ({ project, dataset, table }: TableReference) => `${project}:${dataset}.${table}`;

export class CatalogStore implements Catalog {
  readonly #now: Clock;
  readonly #datasets = new Map<string, DatasetRecord>();
  readonly #tables = new Map<string, TableRecord>();

  constructor(now: Clock) {
    this.#now = now;
  }

  async open(database: Database): Promise<void> {
    await database.transaction(async (session) => {
      await session.run('CREATE SCHEMA IF NOT EXISTS _lethe');
      await session.run(
        'CREATE TABLE IF NOT EXISTS _lethe.datasets (name VARCHAR, record VARCHAR, modified BIGINT)',
      );
      await session.run(
        'CREATE TABLE IF NOT EXISTS _lethe.tables (name VARCHAR, record VARCHAR, modified BIGINT)',
      );
      type Row = { name: string; record: string; modified: bigint };
      for (const { name, record, modified } of await session.rows<Row>('FROM _lethe.datasets'))
        this.#datasets.set(name, { ...(JSON.parse(record) as DatasetRecord), modified: Number(modified) });
      for (const { name, record, modified } of await session.rows<Row>('FROM _lethe.tables'))
        this.#tables.set(name, { ...(JSON.parse(record) as TableRecord), modified: Number(modified) });
    });
  }

  // Datasets

  findDataset(project: string, dataset: string): DatasetRecord | undefined {
    return this.#datasets.get(datasetName(project, dataset));
  }

  /** @throws notFound, in the service's words */
  dataset(project: string, dataset: string): DatasetRecord {
    const record = this.findDataset(project, dataset);
    if (record === undefined) throw notFound(`Not found: Dataset ${datasetName(project, dataset)}`);
    return record;
  }

  hasDataset(project: string, dataset: string): boolean {
    return this.findDataset(project, dataset) !== undefined;
  }

  projects(): string[] {
    return [...new Set([...this.#datasets.values()].map(({ project }) => project))];
  }

  datasets(project: string): DatasetRecord[] {
    return sorted(
      [...this.#datasets.values()].filter((one) => one.project === project),
      (one) => one.dataset,
    );
  }

  /** BigQuery tells `Events` from `events`; DuckDB's names do not. */
  refuseNewDataset(project: string, dataset: string): void {
    if (this.findDataset(project, dataset)) throw duplicate(`Already Exists: Dataset ${project}:${dataset}`);
    const twin = [...this.#datasets.keys()].find(sameButForCase(datasetName(project, dataset)));
    if (twin !== undefined)
      throw notImplemented(`a dataset ${dataset} beside ${twin}, which differs by case only`);
  }

  async saveDataset(session: Session, record: DatasetRecord): Promise<() => void> {
    const name = datasetName(record.project, record.dataset);
    await session.run(`CREATE SCHEMA IF NOT EXISTS ${quoteIdentifier(name)}`);
    await session.run('DELETE FROM _lethe.datasets WHERE name = $name', { name });
    await session.run('INSERT INTO _lethe.datasets VALUES ($name, $record, $modified)', {
      name,
      record: JSON.stringify(record),
      modified: BigInt(record.modified),
    });
    return () => this.#datasets.set(name, record);
  }

  async removeDataset(session: Session, { project, dataset }: DatasetRecord): Promise<() => void> {
    const name = datasetName(project, dataset);
    await session.run(`DROP SCHEMA ${quoteIdentifier(name)} CASCADE`);
    await session.run('DELETE FROM _lethe.datasets WHERE name = $name', { name });
    return () => this.#datasets.delete(name);
  }

  // Tables

  find(reference: TableReference): CatalogTable | undefined {
    return this.findTable(reference) ?? this.#informationSchema(reference, () => []);
  }

  /** The same catalog, in which INFORMATION_SCHEMA.PARTITIONS shows these facts. */
  withPartitionFacts(partitionsOf: (table: TableReference) => PartitionFacts[]): Catalog {
    return {
      find: (reference) => this.findTable(reference) ?? this.#informationSchema(reference, partitionsOf),
      hasDataset: (...name) => this.hasDataset(...name),
      withPrefix: (...name) => this.withPrefix(...name),
    };
  }

  findTable(reference: TableReference): TableRecord | undefined {
    const record = this.#tables.get(tableName(reference));
    return record !== undefined && !this.#isExpired(record) ? record : undefined;
  }

  /** @throws notFound for the dataset or the table, in the service's words */
  table(reference: TableReference): TableRecord {
    this.dataset(reference.project, reference.dataset);
    const record = this.findTable(reference);
    if (record === undefined) throw notFound(`Not found: Table ${tableName(reference)}`);
    return record;
  }

  tables(project: string, dataset: string): TableRecord[] {
    const all = [...this.#tables.values()].filter(
      (one) => one.project === project && one.dataset === dataset && !this.#isExpired(one),
    );
    return sorted(all, (one) => one.table);
  }

  withPrefix(project: string, dataset: string, prefix: string): CatalogTable[] {
    return this.tables(project, dataset).filter(
      ({ kind, table }) => kind === 'TABLE' && table.startsWith(prefix),
    );
  }

  /** Tables whose time has passed; their data waits to be dropped. */
  expired(): TableRecord[] {
    return [...this.#tables.values()].filter((record) => this.#isExpired(record));
  }

  refuseNewTable(reference: TableReference): void {
    this.dataset(reference.project, reference.dataset);
    const name = tableName(reference);
    if (this.findTable(reference)) throw duplicate(`Already Exists: Table ${name}`);
    const twin = [...this.#tables.keys()].find(sameButForCase(name));
    if (twin !== undefined)
      throw notImplemented(`a table ${name} beside ${twin}, which differs by case only`);
  }

  /** Writes the record; the DuckDB table itself is the caller's. */
  async saveTable(session: Session, record: TableRecord): Promise<() => void> {
    const name = tableName(record);
    await session.run('DELETE FROM _lethe.tables WHERE name = $name', { name });
    await session.run('INSERT INTO _lethe.tables VALUES ($name, $record, $modified)', {
      name,
      record: JSON.stringify(record),
      modified: BigInt(record.modified),
    });
    return () => this.#tables.set(name, record);
  }

  /** Rows were changed: nothing but the time of the last change is new. */
  async touchTable(session: Session, record: TableRecord): Promise<() => void> {
    const modified = this.#now();
    await session.run('UPDATE _lethe.tables SET modified = $modified WHERE name = $name', {
      name: tableName(record),
      modified: BigInt(modified),
    });
    return () => {
      const current = this.#tables.get(tableName(record));
      if (current !== undefined) this.#tables.set(tableName(record), { ...current, modified });
    };
  }

  async removeTable(session: Session, record: TableRecord): Promise<() => void> {
    if (record.kind === 'TABLE') await session.run(`DROP TABLE IF EXISTS ${record.duckName}`);
    await session.run('DELETE FROM _lethe.tables WHERE name = $name', { name: tableName(record) });
    return () => this.#tables.delete(tableName(record));
  }

  #isExpired({ expires }: TableRecord): boolean {
    return expires !== undefined && expires <= this.#now();
  }

  #informationSchema(
    { project, dataset, table }: TableReference,
    partitionsOf: (table: TableReference) => PartitionFacts[],
  ): CatalogTable | undefined {
    const owner = this.findDataset(project, dataset);
    if (owner === undefined) return undefined;
    return informationSchema(owner, table, {
      tables: this.tables(project, dataset),
      partitionsOf,
    });
  }
}

export function duckTableName(reference: TableReference): string {
  return `${quoteIdentifier(datasetName(reference.project, reference.dataset))}.${quoteIdentifier(reference.table)}`;
}

function sorted<T>(items: T[], key: (item: T) => string): T[] {
  return items.sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

function sameButForCase(name: string): (other: string) => boolean {
  const lower = name.toLowerCase();
  return (other) => other !== name && other.toLowerCase() === lower;
}
