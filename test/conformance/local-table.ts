/** A table of a shape in the local BigQuery, made, filled and asked through Google's own client. */
import { Readable } from 'node:stream';
import type { BigQuery, Dataset } from '@google-cloud/bigquery';
import { type Chunk, chunksOf, type LocatedRow } from '../../functions/domain/located.ts';
import type { Partitioning } from '../../functions/domain/planned-table.ts';
import type { Subject } from '../../functions/domain/subject.ts';
import { deleteRows } from '../../functions/sql/delete-rows.ts';
import { locate, readLocatedRow } from '../../functions/sql/locate.ts';
import type { Statement } from '../../functions/sql/statement.ts';
import { loadStream } from '../../local/load-stream.ts';
import type { Column, Row } from '../support/googlesql-values.ts';
import { partitionOf, valueAt } from './oracle.ts';
import type { Shape } from './shapes.ts';

/** Tells rows apart that are equal otherwise; no statement of `functions/sql` knows of it. */
const ROW_NUMBER = 'lethe_test_row';
export const LOCATION = 'EU';

export class LocalTable {
  /** With the table's name in the local BigQuery. */
  readonly shape: Shape;
  readonly #bigquery: BigQuery;
  readonly #dataset: Dataset;

  constructor(bigquery: BigQuery, shape: Shape, at: { dataset: string; name: string }) {
    this.#bigquery = bigquery;
    this.#dataset = bigquery.dataset(at.dataset, { location: LOCATION });
    const { isSharded } = shape.table.name;
    const name = { project: bigquery.projectId, dataset: at.dataset, table: at.name, isSharded };
    this.shape = { ...shape, table: { ...shape.table, name } };
  }

  /** Rows by the id of the table, or the table's partition, that they are loaded into. */
  #targets(rows: readonly Row[]): Map<string, Row[]> {
    const { table, placeColumn } = this.shape;
    const targets = new Map<string, Row[]>();
    for (const row of rows) {
      let id = table.name.table;
      // The suffix of any table whose name begins alike, a shard or not.
      if (table.name.isSharded) id += valueAt(row, placeColumn ?? '') ?? '';
      if (table.partitioning?.kind === 'ingestion_time') id += `$${partitionOf(this.shape, row)}`;
      targets.set(id, [...(targets.get(id) ?? []), row]);
    }
    return targets;
  }

  async create(rows: readonly Row[]): Promise<void> {
    const targets = this.#targets(rows);
    const names = new Set([...targets.keys()].map((id) => id.replace(/\$.*/, '')));
    for (const name of names) await this.#dataset.createTable(name, resourceOf(this.shape) as never);
    const hidden = this.shape.columns.filter(({ isPseudo }) => isPseudo).map(({ name }) => name);
    for (const [id, some] of targets) {
      const lines = some.map((row) => {
        const visible = Object.entries(row).filter(([name]) => !hidden.includes(name));
        return JSON.stringify({ ...Object.fromEntries(visible), [ROW_NUMBER]: rows.indexOf(row) });
      });
      await loadStream(
        this.#dataset.table(id, { location: LOCATION }),
        Readable.from(`${lines.join('\n')}\n`),
        {
          sourceFormat: 'NEWLINE_DELIMITED_JSON',
        },
      );
    }
  }

  async locate(subjects: readonly Subject[]): Promise<LocatedRow[]> {
    const statement = locate(this.shape.table, subjects);
    if (statement === undefined) return [];
    return (await this.#run(statement)).rows.map(readLocatedRow);
  }

  /** @returns how many rows BigQuery says that it deleted */
  async delete(chunk: Chunk, subjects: readonly Subject[]): Promise<number> {
    return (await this.#run(deleteRows(this.shape.table, chunk, subjects))).affected;
  }

  async eraseLocated(subjects: readonly Subject[], found: readonly LocatedRow[]): Promise<number> {
    let affected = 0;
    for (const chunk of chunksOf(this.shape.table, found)) affected += await this.delete(chunk, subjects);
    return affected;
  }

  /** The positions of the rows that are still there, ascending. */
  async left(rows: readonly Row[]): Promise<number[]> {
    const names = new Set([...this.#targets(rows).keys()].map((id) => id.replace(/\$.*/, '')));
    const pages = await Promise.all([...names].map((name) => this.#dataset.table(name).getRows()));
    return pages
      .flatMap(([page]) => page as Record<string, unknown>[])
      .map((row) => Number(row[ROW_NUMBER]))
      .sort((a, b) => a - b);
  }

  async #run({
    query,
    params,
    types,
  }: Statement): Promise<{ rows: Record<string, unknown>[]; affected: number }> {
    const [job] = await this.#bigquery.createQueryJob({
      query,
      params,
      types,
      location: LOCATION,
      useLegacySql: false,
    });
    const [rows, , answer] = await job.getQueryResults();
    return { rows, affected: Number(answer?.numDmlAffectedRows ?? 0) };
  }
}

/** A row that is in the streaming buffer cannot be deleted; how that fails is the contract suite's matter. */
export function isSettled(shape: Shape, row: Row): boolean {
  return shape.table.partitioning?.kind !== 'ingestion_time' || row['_PARTITIONTIME'] !== null;
}

function resourceOf({ table, columns }: Shape): object {
  const fields = columns.filter(({ isPseudo }) => !isPseudo).map(fieldOf);
  return {
    schema: { fields: [...fields, { name: ROW_NUMBER, type: 'INT64' }] },
    ...(table.partitioning && partitioningResource(table.partitioning)),
    ...(table.requirePartitionFilter && { requirePartitionFilter: true }),
  };
}

function fieldOf({ name, type }: Column): object {
  if (typeof type === 'string') return { name, type };
  if ('arrayOf' in type) throw new Error(`${name}: no shape has arrays so far`);
  return { name, type: 'RECORD', fields: type.map(fieldOf) };
}

function partitioningResource(partitioning: Partitioning): object {
  if (partitioning.kind === 'range') {
    const { column: field, start, end, interval } = partitioning;
    const range = { start: String(start), end: String(end), interval: String(interval) };
    return { rangePartitioning: { field, range } };
  }
  const field = partitioning.kind === 'time' ? { field: partitioning.column } : {};
  return { timePartitioning: { type: partitioning.unit, ...field } };
}
