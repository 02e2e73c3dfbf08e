/** Puts the statements of `functions/sql` before the judge, as a batch would run them. */
import { type Chunk, chunksOf, chunkTarget, type LocatedRow } from '../../functions/domain/located.ts';
import { tableLabel } from '../../functions/domain/planned-table.ts';
import type { Subject } from '../../functions/domain/subject.ts';
import { deleteRows } from '../../functions/sql/delete-rows.ts';
import { locate, readLocatedRow } from '../../functions/sql/locate.ts';
import type { Statement } from '../../functions/sql/statement.ts';
import type { GoogleSql, JudgeOptions, Table } from '../support/googlesql.ts';
import type { Row } from '../support/googlesql-values.ts';
import { partitionOf } from './oracle.ts';
import type { Shape } from './shapes.ts';

/** The whole table, a wildcard table with its suffixes included. */
function wholeTable({ table, columns }: Shape, rows: readonly Row[]): Table {
  return { name: tableLabel(table.name), columns, rows };
}

/** The table that a chunk's statement names: one shard knows no suffix, and has its own rows only. */
function targetTable(shape: Shape, chunk: Chunk, rows: readonly Row[]): Table {
  const name = chunkTarget(shape.table, chunk);
  if (!shape.table.name.isSharded) return { ...wholeTable(shape, rows), name };
  const columns = shape.columns.filter(({ isPseudo }) => !isPseudo);
  return { name, columns, rows: rows.filter((row) => partitionOf(shape, row) === chunk.shard) };
}

export function located(lines: readonly LocatedRow[]): string[] {
  return lines
    .map(({ values, partition, rows }) => {
      const found = Object.entries(values).map(([index, value]) => [Number(index), value]);
      return `${JSON.stringify([found, partition])} ${rows}`;
    })
    .sort();
}

/** Nothing is asked, and nothing found, where no column can hold any subject. */
export async function askLocate(
  judge: GoogleSql,
  shape: Shape,
  rows: readonly Row[],
  subjects: readonly Subject[],
  options?: JudgeOptions,
): Promise<LocatedRow[]> {
  const statement = locate(shape.table, subjects);
  if (statement === undefined) return [];
  const table = wholeTable(shape, rows);
  await expectUnderstood(judge, statement, table);
  return (await judge.evaluateQuery(statement, table, options)).map(readLocatedRow);
}

/** The rows that one chunk's statement takes. */
export async function askDelete(
  judge: GoogleSql,
  shape: Shape,
  rows: readonly Row[],
  subjects: readonly Subject[],
  chunk: Chunk,
): Promise<Set<Row>> {
  const statement = deleteRows(shape.table, chunk, subjects);
  const table = targetTable(shape, chunk, rows);
  await expectUnderstood(judge, statement, table);
  const taken = await judge.evaluateDelete(statement, table);
  return new Set(taken.map((index) => table.rows[index] as Row));
}

/** Cuts what was located into chunks and deletes them one after the other; what is left of the rows. */
export async function eraseLocated(
  judge: GoogleSql,
  shape: Shape,
  rows: readonly Row[],
  subjects: readonly Subject[],
  found: readonly LocatedRow[],
): Promise<Row[]> {
  let left = [...rows];
  for (const chunk of chunksOf(shape.table, found)) {
    const taken = await askDelete(judge, shape, left, subjects, chunk);
    left = left.filter((row) => !taken.has(row));
  }
  return left;
}

async function expectUnderstood(judge: GoogleSql, statement: Statement, table: Table): Promise<void> {
  const verdict = await judge.analyze(statement, table);
  if (!verdict.ok) throw new Error(`${verdict.message}\n${statement.query}`);
  for (const name of Object.keys(statement.params)) expect(statement.query).toContain(`@${name}`);
}
