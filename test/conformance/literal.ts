/** Values as GoogleSQL literals. */
import type { Column, Value } from '../support/googlesql-values.ts';

export function literal(type: Column['type'], value: Value | undefined): string {
  if (value === null || value === undefined) return `CAST(NULL AS ${typeName(type)})`;
  if (typeof type !== 'string') {
    if ('arrayOf' in type)
      return `${typeName(type)}[${(value as Value[]).map((one) => literal(type.arrayOf, one)).join(', ')}]`;
    const fields = value as { [field: string]: Value };
    return `${typeName(type)}(${type.map(({ name, type: of }) => literal(of, fields[name])).join(', ')})`;
  }
  // JSON's strings are GoogleSQL's.
  const text = JSON.stringify(value);
  if (type === 'STRING') return text;
  if (type === 'JSON') return `PARSE_JSON(${text})`;
  return type === 'BYTES' ? `FROM_BASE64(${text})` : `CAST(${text} AS ${type})`;
}

function typeName(type: Column['type']): string {
  if (typeof type === 'string') return type;
  if ('arrayOf' in type) return `ARRAY<${typeName(type.arrayOf)}>`;
  return `STRUCT<${type.map(({ name, type: of }) => `\`${name}\` ${typeName(of)}`).join(', ')}>`;
}
