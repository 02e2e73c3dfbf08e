/** GoogleSQL expressions to DuckDB's. */

import { aggregateCall, isAggregate } from './aggregate-calls.ts';
import type { Expression } from './ast.ts';
import { extract } from './call-times.ts';
import { call } from './calls.ts';
import {
  arrayLiteral,
  arraySubquery,
  existsSubquery,
  scalarSubquery,
  structLiteral,
  subscript,
} from './composites.ts';
import { caseExpression, castExpression } from './conditionals.ts';
import { UnsupportedSql } from './contract.ts';
import { place } from './lexer.ts';
import { literal } from './literals.ts';
import { between, binary, distinctFrom, inList, like, unary } from './operators.ts';
import { parameterValue } from './parameters.ts';
import { fieldAccess, resolvePath } from './paths.ts';
import type { Scope } from './scope.ts';
import { BOOL } from './types.ts';
import { derived, noSignature, type Value } from './value.ts';
import { windowCall } from './window-calls.ts';

export function expression(node: Expression, scope: Scope): Value {
  switch (node.node) {
    case 'string':
    case 'bytes':
    case 'integer':
    case 'float':
    case 'boolean':
    case 'null':
    case 'typed':
      return literal(node);
    case 'parameter':
      return parameterValue(node, scope.translation);
    case 'path':
      return resolvePath(node, scope);
    case 'field':
      return fieldAccess(expression(node.base, scope), node.name, node.at);
    case 'subscript':
      return subscript(node, scope);
    case 'unary':
      return unary(node, scope);
    case 'binary':
      return binary(node, scope);
    case 'is': {
      const operand = expression(node.operand, scope);
      if (node.test !== 'NULL' && operand.type.kind !== 'BOOL' && operand.type.kind !== 'NULL')
        throw noSignature(`operator IS ${node.test}`, [operand], node.at);
      const test = node.test === 'UNKNOWN' ? 'NULL' : node.test;
      return derived(`(${operand.sql} IS ${node.negated ? 'NOT ' : ''}${test})`, BOOL, [operand]);
    }
    case 'distinct-from':
      return distinctFrom(node, scope);
    case 'between':
      return between(node, scope);
    case 'like':
      return like(node, scope);
    case 'in':
      return inList(node, scope);
    case 'case':
      return caseExpression(node, scope);
    case 'cast':
      return castExpression(node, scope);
    case 'extract':
      return extract(node, scope);
    case 'interval':
      throw new UnsupportedSql(`INTERVAL outside of date arithmetic (${place(node.at)})`);
    case 'call':
      if (node.over) return windowCall(node, scope);
      return isAggregate(node) ? aggregateCall(node, scope) : call(node, scope);
    case 'struct':
      return structLiteral(node, scope);
    case 'array':
      return arrayLiteral(node, scope);
    case 'subquery':
      if (node.form === 'exists') return existsSubquery(node, scope);
      return node.form === 'array' ? arraySubquery(node, scope) : scalarSubquery(node, scope);
  }
}
