/** Values as JSON text: https://cloud.google.com/bigquery/docs/reference/standard-sql/json_functions#json_encodings */
import { castTo } from './casts.ts';
import { fieldOf } from './coercion.ts';
import { UnsupportedSql } from './contract.ts';
import { quoteString } from './string-literal.ts';
import { STRING, type Type } from './types.ts';

const NOWHERE = { line: 1, column: 1 };
/** Integers beyond this are strings, because FLOAT64 does not hold them. */
const SAFE_INTEGER = '9007199254740992';

/** @param isWide of TO_JSON and JSON_SET, where every number stays one. Never NULL: SQL's NULL is `null`. */
export function jsonText(sql: string, type: Type, isWide = false, depth = 1): string {
  return `coalesce(${presentText(sql, type, isWide, depth)}, 'null')`;
}

function presentText(sql: string, type: Type, isWide: boolean, depth: number): string {
  switch (type.kind) {
    case 'NULL':
      return 'CAST(NULL AS VARCHAR)';
    case 'JSON':
      // Every JSON value here is in BigQuery's form already.
      return `CAST(${sql} AS VARCHAR)`;
    case 'STRING':
      // DuckDB quotes as BigQuery does, but for these two.
      return `replace(replace(CAST(to_json(${sql}) AS VARCHAR), chr(8232), '\\u2028'), chr(8233), '\\u2029')`;
    case 'BOOL':
      return `CASE WHEN ${sql} THEN 'true' WHEN NOT ${sql} THEN 'false' END`;
    case 'INT64': {
      const text = `CAST(${sql} AS VARCHAR)`;
      if (isWide) return text;
      return `CASE WHEN ${sql} BETWEEN -${SAFE_INTEGER} AND ${SAFE_INTEGER} THEN ${text} ELSE '"' || ${text} || '"' END`;
    }
    case 'FLOAT64':
      return isWide ? `bq_json_number(${sql})` : `bq_json_float(${sql})`;
    case 'NUMERIC':
      return `${isWide ? 'bq_numeric_text' : 'bq_numeric_json'}(CAST(${sql} AS VARCHAR))`;
    case 'BYTES':
      return `'"' || to_base64(${sql}) || '"'`;
    case 'DATE':
      return `'"' || strftime(${sql}, '%Y-%m-%d') || '"'`;
    case 'TIMESTAMP':
      return `'"' || ${isoText(`CAST(${sql} AS TIMESTAMP)`)} || 'Z"'`;
    case 'DATETIME':
      return `'"' || ${isoText(sql)} || '"'`;
    case 'TIME':
      return `'"' || ${castTo({ sql, type, constant: false }, STRING, false, NOWHERE).sql} || '"'`;
    case 'INTERVAL':
      throw new UnsupportedSql(`${type.kind} as JSON`);
    case 'ARRAY': {
      const name = `e${depth}`;
      return `'[' || array_to_string(list_transform(${sql}, lambda ${name}: ${jsonText(name, type.element, isWide, depth + 1)}), ',') || ']'`;
    }
    case 'STRUCT': {
      // Each field names the struct: where that is a long expression, a list of one gives it a short name.
      const name = `e${depth}`;
      const fields = type.fields.map((field, index) => {
        const key = quoteString(`${index > 0 ? ',' : ''}${JSON.stringify(field.name ?? '')}:`);
        return `${key} || ${jsonText(fieldOf(name, field, index).sql, field.type, isWide, depth + 1)}`;
      });
      const body = `CASE WHEN ${name} IS NOT NULL THEN '{' || ${[...fields, "'}'"].join(' || ')} END`;
      return `list_extract(list_transform([${sql}], lambda ${name}: ${body}), 1)`;
    }
  }
}

function isoText(moment: string): string {
  const text = castTo(
    { sql: moment, type: { kind: 'DATETIME' }, constant: false },
    STRING,
    false,
    NOWHERE,
  ).sql;
  return `replace(${text}, ' ', 'T')`;
}
