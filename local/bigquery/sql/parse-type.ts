import type { TypeNode } from './ast.ts';
import { SqlError, UnsupportedSql } from './contract.ts';
import { place } from './lexer.ts';
import type { TokenCursor } from './token-cursor.ts';
import { TYPE_NAMES, type Type } from './types.ts';

/** https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types */
export function parseType(cursor: TokenCursor): TypeNode {
  const { at } = cursor;
  if (cursor.take('ARRAY')) {
    cursor.expect('<');
    const element = parseType(cursor);
    cursor.expect('>');
    return { kind: 'array', element, at };
  }
  if (cursor.take('STRUCT')) {
    cursor.expect('<');
    const fields: { name?: string; type: TypeNode }[] = [];
    do {
      const isNamed = !['<', '>', ',', '('].includes(cursor.peek(1).text);
      const name = isNamed ? cursor.identifierAfterDot().name : undefined;
      fields.push({ type: parseType(cursor), ...(name !== undefined && { name }) });
      if (cursor.isAnyOf(['NOT', 'OPTIONS']))
        throw new UnsupportedSql(`${cursor.token.text} of a STRUCT field`);
    } while (cursor.take(','));
    cursor.expect('>');
    return { kind: 'struct', fields, at };
  }
  const { name } = cursor.identifierAfterDot();
  if (cursor.is('(')) throw new UnsupportedSql(`parameterized types: ${name}(…) (${place(at)})`);
  return { kind: 'scalar', name: name.toUpperCase(), at };
}

/** Names that BigQuery has and the stand-in has not. */
const UNSUPPORTED_TYPES = ['BIGNUMERIC', 'BIGDECIMAL', 'GEOGRAPHY', 'INTERVAL', 'RANGE'];

export function resolveType(node: TypeNode): Type {
  switch (node.kind) {
    case 'array': {
      const element = resolveType(node.element);
      if (element.kind === 'ARRAY')
        throw new SqlError('invalidQuery', `Arrays of arrays are not supported at ${place(node.at)}`);
      return { kind: 'ARRAY', element };
    }
    case 'struct':
      return {
        kind: 'STRUCT',
        fields: node.fields.map(({ name, type }) => ({
          type: resolveType(type),
          ...(name !== undefined && { name }),
        })),
      };
    case 'scalar': {
      const kind = TYPE_NAMES[node.name];
      if (kind !== undefined) return { kind };
      if (UNSUPPORTED_TYPES.includes(node.name))
        throw new UnsupportedSql(`the type ${node.name} (${place(node.at)})`);
      throw new SqlError('invalidQuery', `Type not found: ${node.name} at ${place(node.at)}`);
    }
  }
}
