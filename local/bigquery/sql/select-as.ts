/** What a SELECT's columns are: its items, or one value a row of SELECT AS STRUCT and AS VALUE. */
import type { Select } from './ast.ts';
import { pack } from './composites.ts';
import type { OutputColumn } from './query-result.ts';
import type { Item } from './select-items.ts';
import { duckType, INT64, quoteDuck, settled, type StructField, type Type } from './types.ts';
import { invalid } from './value.ts';

export interface PackedRow {
  sqls: string[];
  columns: OutputColumn[];
  isValueTable: boolean;
}

export function packRow(node: Select, items: readonly Item[]): PackedRow {
  if (node.as === 'VALUE') {
    const [item] = items;
    if (!item || items.length !== 1)
      throw invalid('SELECT AS VALUE query must have exactly one column', node.at);
    return one(item.value.sql, item.value.type);
  }
  if (node.as === 'STRUCT') {
    const fields = items.map(({ alias, value }): StructField => {
      const type = settled(value.type);
      return alias === undefined ? { type } : { name: alias, type };
    });
    const sqls = items.map((item, index) => typed(item, fields[index]?.type ?? INT64));
    return one(pack(fields, sqls), { kind: 'STRUCT', fields });
  }
  return {
    sqls: items.map((item) => `${typed(item, item.value.type)} AS ${quoteDuck(item.sqlName)}`),
    columns: items.map(({ alias, value, sqlName }) => ({ name: alias, type: value.type, sqlName })),
    isValueTable: false,
  };
}

function one(sql: string, type: Type): PackedRow {
  return {
    sqls: [`${sql} AS "value"`],
    columns: [{ name: undefined, type, sqlName: 'value' }],
    isValueTable: true,
  };
}

/** An untyped NULL would take DuckDB's own idea of a type. */
function typed({ value }: Item, type: Type): string {
  return value.type.kind === 'NULL' ? `CAST(NULL AS ${duckType(type)})` : value.sql;
}
