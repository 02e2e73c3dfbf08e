import type { Expression } from './ast.ts';
import { normaliseJson } from './json-text.ts';
import { floatLiteral, integerLiteral, numericLiteral } from './number-literals.ts';
import { quoteBytes, quoteString } from './string-literal.ts';
import { dateLiteral, datetimeLiteral, timeLiteral, timestampLiteral } from './time-literals.ts';
import { BOOL, BYTES, FLOAT64, INT64, NULL_TYPE, STRING, TYPE_NAMES } from './types.ts';
import { constant, invalid, type Value } from './value.ts';

type Literal = Extract<
  Expression,
  { node: 'string' | 'bytes' | 'integer' | 'float' | 'boolean' | 'null' | 'typed' }
>;

export function literal(node: Literal): Value {
  switch (node.node) {
    case 'string':
      return { ...constant(quoteString(node.value), STRING), literal: { kind: 'string', text: node.value } };
    case 'bytes':
      return constant(quoteBytes(node.value), BYTES);
    case 'integer': {
      const sql = integerLiteral(node.value);
      if (sql === undefined) throw invalid(`Invalid integer literal: ${node.value}`, node.at);
      return { ...constant(sql, INT64), literal: { kind: 'integer', text: node.value } };
    }
    case 'float': {
      const sql = floatLiteral(node.value);
      if (sql === undefined) throw invalid(`Invalid floating point literal: ${node.value}`, node.at);
      return { ...constant(sql, FLOAT64), literal: { kind: 'float', text: node.value } };
    }
    case 'boolean':
      return constant(node.value ? 'TRUE' : 'FALSE', BOOL);
    case 'null':
      return constant('NULL', NULL_TYPE);
    case 'typed':
      return typedLiteral(node);
  }
}

const READERS: Record<string, (text: string) => string | undefined> = {
  DATE: dateLiteral,
  DATETIME: datetimeLiteral,
  TIME: timeLiteral,
  TIMESTAMP: timestampLiteral,
  NUMERIC: numericLiteral,
  JSON: (text) => {
    const json = normaliseJson(text);
    return json === undefined ? undefined : `CAST(${quoteString(json)} AS JSON)`;
  },
};

function typedLiteral({ type, value, at }: Extract<Expression, { node: 'typed' }>): Value {
  const kind = TYPE_NAMES[type];
  const sql = READERS[type]?.(value);
  if (kind === undefined) throw new Error(`no such type of literal: ${type}`);
  if (sql !== undefined) return constant(sql, { kind });
  throw invalid(`Invalid ${type} literal: ${JSON.stringify(value)}`, at);
}
