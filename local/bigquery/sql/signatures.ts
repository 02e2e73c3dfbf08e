/** Function signatures as text: `STRING, INT64 -> STRING`, `ARRAY<T>, T -> BOOL`, `STRING, STRING... -> STRING`. */
import { coerce, coercionCost, supertype } from './coercion.ts';
import { INT64, TYPE_NAMES, type Type } from './types.ts';
import type { Value } from './value.ts';

type Pattern = { kind: 'any' } | { kind: 'array'; element: Pattern } | { kind: 'type'; type: Type };

export interface Signature {
  args: Pattern[];
  /** The last argument may come again, or not at all. */
  isVariadic: boolean;
  result: Pattern;
}

export function parseSignature(text: string): Signature {
  const [args = '', result = ''] = text.split('->').map((part) => part.trim());
  const patterns = args === '' ? [] : args.split(',').map((arg) => arg.trim());
  return {
    args: patterns.map((arg) => parsePattern(arg.replace('...', ''))),
    isVariadic: args.endsWith('...'),
    result: parsePattern(result),
  };
}

function parsePattern(text: string): Pattern {
  const array = /^ARRAY<(.*)>$/.exec(text);
  if (array) return { kind: 'array', element: parsePattern(array[1] ?? '') };
  if (text === 'T') return { kind: 'any' };
  const kind = TYPE_NAMES[text];
  if (kind === undefined) throw new Error(`no type of a signature: ${text}`);
  return { kind: 'type', type: { kind } };
}

export interface Bound {
  args: string[];
  result: Type;
  cost: number;
}

/** The arguments as the signature wants them; `undefined` where they cannot be. */
export function bind(signature: Signature, values: readonly Value[]): Bound | undefined {
  const patterns = [...signature.args];
  const last = patterns.at(-1);
  if (signature.isVariadic && last) {
    patterns.pop();
    while (patterns.length < values.length) patterns.push(last);
  }
  if (patterns.length !== values.length) return undefined;
  const variable = variableType(patterns, values);
  if (variable === undefined) return undefined;
  const bound: Bound = { args: [], result: typeOf(signature.result, variable), cost: 0 };
  for (const [index, value] of values.entries()) {
    const pattern = patterns[index];
    const type = pattern && typeOf(pattern, variable);
    const cost = type && coercionCost(value, type);
    const sql = type && coerce(value, type);
    if (cost === undefined || sql === undefined) return undefined;
    bound.args.push(sql);
    bound.cost += cost;
  }
  return bound;
}

/** What T is here; INT64 where nothing says. `undefined`: two values do not agree. */
function variableType(patterns: readonly Pattern[], values: readonly Value[]): Type | undefined {
  const direct: Value[] = [];
  for (const [index, pattern] of patterns.entries()) {
    const value = values[index];
    if (value === undefined) continue;
    if (pattern.kind === 'any') direct.push(value);
    if (pattern.kind === 'array' && pattern.element.kind === 'any') {
      if (value.type.kind === 'ARRAY') direct.push({ sql: '', type: value.type.element, constant: false });
      else if (value.type.kind !== 'NULL') return undefined;
    }
  }
  if (direct.length === 0) return INT64;
  const common = supertype(direct);
  return common?.kind === 'NULL' ? INT64 : common;
}

function typeOf(pattern: Pattern, variable: Type): Type {
  if (pattern.kind === 'any') return variable;
  if (pattern.kind === 'type') return pattern.type;
  return { kind: 'ARRAY', element: typeOf(pattern.element, variable) };
}
