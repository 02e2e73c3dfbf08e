/** Query parameters of the REST API as GoogleSQL literals, for where the reference implementation is asked. */
import type { ParameterType, ParameterValue, QueryParameter } from '../../../local/bigquery/sql/contract.ts';

export function literalOf(type: ParameterType, value: ParameterValue): string {
  if (type.type === 'ARRAY' && type.arrayType) {
    const { arrayType } = type;
    const items = (value.arrayValues ?? []).map((item) => literalOf(arrayType, item));
    return `CAST([${items.join(', ')}] AS ${typeText(type)})`;
  }
  if (type.type === 'STRUCT') {
    const fields = (type.structTypes ?? []).map(({ name = '', type: field }) =>
      literalOf(field, value.structValues?.[name] ?? {}),
    );
    return `${typeText(type)}(${fields.join(', ')})`;
  }
  if (value.value === null || value.value === undefined) return `CAST(NULL AS ${type.type})`;
  // JSON's strings are GoogleSQL's, as long as they have no surrogate pairs escaped: and JSON.stringify escapes none.
  const text = JSON.stringify(value.value);
  if (type.type === 'JSON') return `PARSE_JSON(${text})`;
  return type.type === 'STRING' ? text : `CAST(${text} AS ${type.type})`;
}

function typeText({ type, arrayType, structTypes }: ParameterType): string {
  if (arrayType) return `ARRAY<${typeText(arrayType)}>`;
  if (!structTypes) return type;
  return `STRUCT<${structTypes.map(({ name, type: field }) => `${name} ${typeText(field)}`).join(', ')}>`;
}

/** `pairs('p', ['type', 'value'], [['distinct_id', 'u1']])`: an array of structs of strings. */
export function pairs(name: string, fields: string[], rows: (string | null)[][]): QueryParameter {
  const structTypes = fields.map((field) => ({ name: field, type: { type: 'STRING' } }));
  const arrayValues = rows.map((row) => ({
    structValues: Object.fromEntries(fields.map((field, index) => [field, { value: row[index] ?? null }])),
  }));
  return {
    name,
    parameterType: { type: 'ARRAY', arrayType: { type: 'STRUCT', structTypes } },
    parameterValue: { arrayValues },
  };
}
