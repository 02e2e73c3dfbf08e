/** A GoogleSQL expression in DuckDB's SQL, with its GoogleSQL type. */

import { SqlError } from './contract.ts';
import type { Position } from './lexer.ts';
import { place } from './lexer.ts';
import { duckType, type Type, typeName } from './types.ts';

export interface Value {
  sql: string;
  type: Type;
  /** Names no column and asks no query: the same for every row, and fit for pruning. */
  constant: boolean;
  /** A literal or a scalar parameter: such values turn into other types where a column would not. */
  literal?: { kind: 'string' | 'integer' | 'float'; text: string };
  /** `[]` without a type. */
  isEmptyArray?: true;
}

export function constant(sql: string, type: Type): Value {
  return { sql, type, constant: true };
}

/** A value made of others: constant where all of them are. */
export function derived(sql: string, type: Type, from: readonly Value[]): Value {
  return { sql, type, constant: from.every((value) => value.constant) };
}

export function nullOf(type: Type): string {
  return `CAST(NULL AS ${duckType(type)})`;
}

/** An error at run time, as a value of the type. In `SAFE.` functions and casts it is NULL. */
export function raise(messageSql: string, type: Type, safe = false): string {
  return safe ? nullOf(type) : `CAST(bq_error(${messageSql}) AS ${duckType(type)})`;
}

export function invalid(message: string, at: Position): SqlError {
  return new SqlError('invalidQuery', `${message} at ${place(at)}`);
}

export function noSignature(what: string, args: readonly Value[], at: Position): SqlError {
  const types = args.map(({ type }) => (type.kind === 'NULL' ? 'NULL' : typeName(type))).join(', ');
  return invalid(`No matching signature for ${what} for argument types: ${types}`, at);
}
