/** Calls of functions that are neither aggregates nor over a window. */

import type { Call, Expression } from './ast.ts';
import { ARRAY_FUNCTIONS } from './builtin/arrays.ts';
import { fill, type Overload } from './builtin/define.ts';
import { NUMBER_FUNCTIONS } from './builtin/numbers.ts';
import { REGEXP_FUNCTIONS, STRING_FUNCTIONS } from './builtin/strings.ts';
import { TIME_FUNCTIONS } from './builtin/times.ts';
import { JSON_FUNCTIONS } from './call-json.ts';
import { STRING_CALLS } from './call-strings.ts';
import { timeFunction } from './call-times.ts';
import { CONDITIONAL_FUNCTIONS } from './conditionals.ts';
import { UnsupportedSql } from './contract.ts';
import { expression } from './expression.ts';
import { place } from './lexer.ts';
import type { Scope } from './scope.ts';
import { type Bound, bind } from './signatures.ts';
import { derived, noSignature, raise, type Value } from './value.ts';

const TABLES = [STRING_FUNCTIONS, REGEXP_FUNCTIONS, NUMBER_FUNCTIONS, ARRAY_FUNCTIONS, TIME_FUNCTIONS];
const VOLATILE = ['RAND', 'GENERATE_UUID'];

export function call(node: Call, scope: Scope): Value {
  checkForm(node);
  const { name, at } = node;
  if (node.safe) checkSafe(node);
  const byPart = timeFunction(name);
  if (byPart) {
    const value = byPart(node, scope);
    if (!value) throw noSignature(`function ${name}`, lenientValues(node.args, scope), at);
    return value;
  }
  const values = node.args.map((arg) => expression(arg, scope));
  const special = CONDITIONAL_FUNCTIONS[name] ?? JSON_FUNCTIONS[name] ?? STRING_CALLS[name];
  const fromSpecial = special?.(node, values);
  if (fromSpecial) return fromSpecial;
  if (node.namedArgs.length > 0) throw new UnsupportedSql(`named arguments of ${name} (${place(at)})`);
  if (name === 'ERROR' && values[0])
    return { ...derived(raise(values[0].sql, { kind: 'INT64' }), { kind: 'NULL' }, values) };
  const overloads = TABLES.map((table) => table.get(name)).find((found) => found !== undefined);
  if (!overloads && !special) throw new UnsupportedSql(`the function ${name} (${place(at)})`);
  const chosen = overloads && choose(overloads, values);
  if (!chosen) throw noSignature(`function ${name}`, values, at);
  const sql = fill(chosen.overload.template, chosen.bound.args);
  const whole = `(${node.safe ? `TRY(${sql})` : sql})`;
  const value = derived(whole, chosen.bound.result, values);
  return VOLATILE.includes(name) ? { ...value, constant: false } : value;
}

function checkForm({ name, star, distinct, nulls, orderBy, limit, at }: Call): void {
  if (star || distinct || nulls || orderBy.length > 0 || limit)
    throw new UnsupportedSql(`${name} with what only aggregates have (${place(at)})`);
}

/**
 * `SAFE.` turns the function's own errors to NULL, not those of its arguments; DuckDB's TRY takes both. So the
 * arguments must be such as cannot fail.
 */
function checkSafe(node: Call): void {
  const cannotFail = [
    'string',
    'bytes',
    'integer',
    'float',
    'boolean',
    'null',
    'typed',
    'parameter',
    'path',
    'field',
    'interval',
  ];
  const risky = node.args.find((arg) => !cannotFail.includes(arg.node));
  if (risky) throw new UnsupportedSql(`SAFE.${node.name} of an expression (${place(risky.at)})`);
  if (CONDITIONAL_FUNCTIONS[node.name] || (timeFunction(node.name) && !node.name.startsWith('PARSE_')))
    throw new UnsupportedSql(`SAFE.${node.name} (${place(node.at)})`);
}

function choose(overloads: readonly Overload[], values: readonly Value[]) {
  let best: { overload: Overload; bound: Bound } | undefined;
  for (const overload of overloads) {
    const bound = bind(overload.signature, values);
    if (bound && (best === undefined || bound.cost < best.bound.cost)) best = { overload, bound };
  }
  return best;
}

/** For a message: a date part is no value. */
function lenientValues(args: readonly Expression[], scope: Scope): Value[] {
  return args.flatMap((arg) => {
    if (arg.node === 'interval') return [];
    try {
      return [expression(arg, scope)];
    } catch {
      return [];
    }
  });
}
