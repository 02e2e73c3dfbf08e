/** How many rows are whose, found by reading the rows themselves: what an engine must find, known without one. */
import {
  type DataMap,
  isShardSuffix,
  type MappedTable,
  splitTableName,
} from '../../functions/domain/data-map.ts';
import type { Subject } from '../../functions/domain/subject.ts';
import type { DemoTable } from './demo-table.ts';

/** Rows by `dataset.table`; tables without any are not in it. */
export type RowCounts = Record<string, number>;

/** For each group of identifiers the rows that hold at least one of them, each row counted once. */
export function countRows(
  tables: readonly DemoTable[],
  map: DataMap,
  groups: readonly (readonly Subject[])[],
): RowCounts[] {
  const counts: RowCounts[] = groups.map(() => ({}));
  // A search in the text spares nearly all rows the parsing; what it finds is then compared exactly.
  const needles = [...new Set(groups.flat().map(({ value }) => JSON.stringify(value)))];
  for (const table of tables) {
    const name = `${table.dataset}.${table.table}`;
    const mapped = map.tables.find((candidate) => covers(candidate, table));
    if (mapped === undefined) continue;
    for (const row of rowsWith(needles, table)) {
      groups.forEach((subjects, index) => {
        const count = counts[index];
        if (count && subjects.some((subject) => isOf(subject, row, mapped)))
          count[name] = (count[name] ?? 0) + 1;
      });
    }
  }
  return counts;
}

function* rowsWith(needles: readonly string[], table: DemoTable): Generator<object> {
  for (const part of table.parts) {
    for (const line of part.lines())
      if (needles.some((needle) => line.includes(needle))) yield JSON.parse(line) as object;
  }
}

function covers(mapped: MappedTable, { dataset, table }: DemoTable): boolean {
  const name = splitTableName(mapped.table, '');
  if (name.dataset !== dataset) return false;
  if (!name.isSharded) return name.table === table;
  return table.startsWith(name.table) && isShardSuffix(table.slice(name.table.length));
}

function isOf({ type, value }: Subject, row: object, { identifiers }: MappedTable): boolean {
  return identifiers.some(
    (identifier) => identifier.type === type && valueAt(row, identifier.column) === value,
  );
}

function valueAt(row: object, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], row);
}
