/** What edits ought to do to a table's rows, and what locate ought to count before. */
import type { Edit, EditGroup } from '../../functions/domain/edits.ts';
import type { Row, Value } from '../support/googlesql-values.ts';
import type { EditTable } from './edit-table.ts';

const IDENTIFIERS = [
  ['user_id', 'distinct_id'],
  ['device_id', 'device_id'],
] as const;

function foundIn(row: Row, { subjects }: EditGroup): [number, Value][] {
  return IDENTIFIERS.flatMap(([column, type], index) => {
    const value = row[column] ?? null;
    const isTheirs = subjects.some((subject) => subject.type === type && subject.value === value);
    return isTheirs ? [[index, value] as [number, Value]] : [];
  });
}

/** A table whose name only begins as a shard's is none. */
function isReachable(table: EditTable, row: Row): boolean {
  return !table.planned.name.isSharded || row['_TABLE_SUFFIX'] !== 'backup';
}

function edited(table: EditTable, row: Row, { property, value }: Edit): Row {
  const found = table.properties.find(({ map }) => map.name === property);
  if (found === undefined) return row;
  const column = found.map.column.split('.')[0] ?? '';
  const cell = row[column] ?? null;
  const after = value === undefined ? found.effect.erase(cell) : found.effect.correct(cell, value);
  return isSame(cell, after) ? row : { ...row, [column]: after };
}

function isSame(one: Value, other: Value): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function isConcerned(table: EditTable, row: Row, group: EditGroup): boolean {
  if (!isReachable(table, row) || foundIn(row, group).length === 0) return false;
  return group.edits.some((edit) => edited(table, row, edit) !== row);
}

/** Corrections first, so that what is to be erased is not there afterwards, whoever asks. */
export function expectedRows(table: EditTable, rows: readonly Row[], groups: readonly EditGroup[]): Row[] {
  const isErasure = ({ edits }: EditGroup) => edits.every(({ value }) => value === undefined);
  const order = [...groups.filter((one) => !isErasure(one)), ...groups.filter(isErasure)];
  return rows.map((row) =>
    order
      .filter((one) => isReachable(table, row) && foundIn(row, one).length > 0)
      .flatMap(({ edits }) => edits)
      .reduce((current, edit) => edited(table, current, edit), row),
  );
}

/** By group, how many rows hold something of what it is about. */
export function expectedCounts(
  table: EditTable,
  rows: readonly Row[],
  groups: readonly EditGroup[],
): number[] {
  return groups.map((one) => rows.filter((row) => isConcerned(table, row, one)).length);
}
