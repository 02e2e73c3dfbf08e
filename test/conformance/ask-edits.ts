/** Puts the statements of `functions/sql/edits.ts` before the judge, round after round, as a batch would run them. */
import type { EditGroup } from '../../functions/domain/edits.ts';
import { type Chunk, chunksOf, chunkTarget, type LocatedRow } from '../../functions/domain/located.ts';
import { tableLabel } from '../../functions/domain/planned-table.ts';
import { editRows, locateEdits } from '../../functions/sql/edits.ts';
import { readLocatedRow } from '../../functions/sql/locate.ts';
import type { Statement } from '../../functions/sql/statement.ts';
import type { GoogleSql, Table } from '../support/googlesql.ts';
import type { Row } from '../support/googlesql-values.ts';
import type { EditTable } from './edit-table.ts';

export interface Edited {
  rows: Row[];
  /** What locate found first. */
  found: LocatedRow[];
  /** How often something was found and changed. */
  rounds: number;
}

/** More than a group's edits ever take: a batch would go on for ever. */
const ROUNDS_MORE = 5;

/** Told of everything that the judge says, so that another engine can be held to it. */
export interface Witness {
  located(statement: Statement, found: readonly LocatedRow[]): Promise<void>;
  changed(statement: Statement, target: Table, after: readonly Row[], changed: number): Promise<void>;
}

export async function askEdits(
  judge: GoogleSql,
  table: EditTable,
  groups: readonly EditGroup[],
  witness?: Witness,
  before: readonly Row[] = table.rows,
): Promise<Edited> {
  let rows = [...before];
  let first: LocatedRow[] | undefined;
  for (let rounds = 0; ; rounds++) {
    const found = await askLocateEdits(judge, table, groups, rows, witness);
    first ??= found;
    if (found.length === 0 || rounds > groups.length + ROUNDS_MORE) return { rows, found: first, rounds };
    for (const chunk of chunksOf(table.planned, found))
      rows = await askChange(judge, table, groups, rows, chunk, witness);
  }
}

export async function askLocateEdits(
  judge: GoogleSql,
  { planned, columns }: EditTable,
  groups: readonly EditGroup[],
  rows: readonly Row[],
  witness?: Witness,
): Promise<LocatedRow[]> {
  const statement = locateEdits(planned, groups);
  if (statement === undefined) return [];
  const whole = { name: tableLabel(planned.name), columns, rows };
  await expectUnderstood(judge, statement, whole);
  const found = (await judge.evaluateQuery(statement, whole)).map(readLocatedRow);
  await witness?.located(statement, found);
  return found;
}

async function askChange(
  judge: GoogleSql,
  { planned, columns, placeColumn = '' }: EditTable,
  groups: readonly EditGroup[],
  rows: readonly Row[],
  chunk: Chunk,
  witness?: Witness,
): Promise<Row[]> {
  const statement = editRows(planned, chunk, groups);
  const isShard = planned.name.isSharded;
  const isInTarget = (row: Row) => !isShard || row[placeColumn] === chunk.shard;
  const target: Table = {
    name: chunkTarget(planned, chunk),
    columns: isShard ? columns.filter(({ isPseudo }) => !isPseudo) : columns,
    rows: rows.filter(isInTarget),
  };
  await expectUnderstood(judge, statement, target);
  const { rows: after, changed } = await judge.evaluateUpdate(statement, target);
  await witness?.changed(statement, target, after, changed);
  const places = isShard ? { [placeColumn]: chunk.shard ?? null } : {};
  const byNumber = new Map(after.map((row) => [row['n'], { ...row, ...places }]));
  return rows.map((row) => (isInTarget(row) ? (byNumber.get(row['n'] ?? null) ?? row) : row));
}

async function expectUnderstood(judge: GoogleSql, statement: Statement, table: Table): Promise<void> {
  const verdict = await judge.analyze(statement, table);
  if (!verdict.ok) throw new Error(`${verdict.message}\n${statement.query}`);
  for (const name of Object.keys(statement.params)) expect(statement.query).toContain(`@${name}`);
}
