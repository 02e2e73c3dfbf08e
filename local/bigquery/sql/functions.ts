/**
 * The functions that DuckDB lacks, in JavaScript: pure, so that DuckDB may leave calls out, repeat them or catch their
 * errors with TRY. All are NULL where an argument is. About a microsecond a row.
 */
import duckdb, { type DuckDBConnection, type DuckDBType, type DuckDBValue } from '@duckdb/node-api';
import { floatText, jsonFloatText } from './float-text.ts';
import { FLOAT_FUNCTIONS } from './floats.ts';
import { removePaths, setPath } from './json-edit.ts';
import { textQueries, textQuery, textScalar, textScalars } from './json-strings.ts';
import { normaliseJson, parseExactJson, parseJson, printJson } from './json-text.ts';
import { readFloat, readInteger, readNumeric } from './number-literals.ts';
import { divide, multiply, numericJson, numericText } from './numeric.ts';
import { readDate, readDatetime, readTime, readTimestamp } from './time-text.ts';

const { VARCHAR, BIGINT, DOUBLE, INTEGER, BOOLEAN } = duckdb;

type Arg = string | number | bigint | boolean;

interface Definition {
  name: string;
  parameters: DuckDBType[];
  result: DuckDBType;
  /** @throws with the message that the query fails with */
  run: (...args: never[]) => Arg | null;
}

const text = (
  name: string,
  run: (value: string) => Arg | null,
  result: DuckDBType = VARCHAR,
): Definition => ({
  name,
  parameters: [VARCHAR],
  result,
  run,
});

/** A reader of text that fails with BigQuery's words. */
function reader<T extends Arg>(
  message: (value: string) => string,
  read: (value: string) => T | undefined,
): (value: string) => T {
  return (value) => {
    const result = read(value);
    if (result === undefined) throw new Error(message(value));
    return result;
  };
}

/** A function of JSON text and a path, the steps of which come as JSON. */
const ofPath = (name: string, run: (text: string, path: string) => string | null): Definition => ({
  name,
  parameters: [VARCHAR, VARCHAR],
  result: VARCHAR,
  run,
});

function exactJson(value: string): string | undefined {
  const json = parseExactJson(value);
  return json === undefined ? undefined : printJson(json);
}

const WHITE_SPACE_START = /^\p{White_Space}+/u;
const WHITE_SPACE_END = /\p{White_Space}+$/u;

const DEFINITIONS: Definition[] = [
  text('bq_error', (message) => {
    throw new Error(message);
  }),
  text(
    'bq_integer',
    reader((value) => `Bad int64 value: ${value}`, readInteger),
    BIGINT,
  ),
  text(
    'bq_float',
    reader((value) => `Bad double value: ${value}`, readFloat),
    DOUBLE,
  ),
  text(
    'bq_numeric',
    reader((value) => `Invalid NUMERIC value: ${value}`, readNumeric),
  ),
  text(
    'bq_date',
    reader((value) => `Invalid date: '${value}'`, readDate),
    INTEGER,
  ),
  text(
    'bq_datetime',
    reader((value) => `Invalid datetime string "${value}"`, readDatetime),
    BIGINT,
  ),
  text(
    'bq_timestamp',
    reader((value) => `Invalid timestamp: '${value}'`, readTimestamp),
    BIGINT,
  ),
  text(
    'bq_time',
    reader((value) => `Invalid time string "${value}"`, readTime),
    BIGINT,
  ),
  text('bq_numeric_text', numericText),
  text('bq_numeric_json', numericJson),
  { name: 'bq_numeric_multiply', parameters: [VARCHAR, VARCHAR], result: VARCHAR, run: multiply },
  { name: 'bq_numeric_divide', parameters: [VARCHAR, VARCHAR], result: VARCHAR, run: divide },
  ...FLOAT_FUNCTIONS.map(({ name, run }) => ({ name, parameters: [DOUBLE, DOUBLE], result: DOUBLE, run })),
  { name: 'bq_float_text', parameters: [DOUBLE], result: VARCHAR, run: (value: number) => floatText(value) },
  text('bq_lower', (value) => value.toLowerCase()),
  text('bq_upper', (value) => value.toUpperCase()),
  text('bq_reverse', (value) => [...value].reverse().join('')),
  {
    name: 'bq_trim',
    parameters: [VARCHAR, BOOLEAN, BOOLEAN],
    result: VARCHAR,
    run: (value: string, atStart: boolean, atEnd: boolean) => {
      const fromStart = atStart ? value.replace(WHITE_SPACE_START, '') : value;
      return atEnd ? fromStart.replace(WHITE_SPACE_END, '') : fromStart;
    },
  },
  {
    name: 'bq_normalize',
    parameters: [VARCHAR, VARCHAR],
    result: VARCHAR,
    run: (value: string, form: string) => value.normalize(form),
  },
  text(
    'bq_json_parse',
    reader(() => 'Invalid input to PARSE_JSON: syntax error, or a number that cannot round-trip', exactJson),
  ),
  text(
    'bq_json_parse_rounded',
    reader(() => 'Invalid input to PARSE_JSON: syntax error, or a number out of range', normaliseJson),
  ),
  text(
    'bq_json_normalise',
    reader(() => 'Invalid JSON', normaliseJson),
  ),
  {
    name: 'bq_json_float',
    parameters: [DOUBLE],
    result: VARCHAR,
    run: (value: number) => (Number.isFinite(value) ? floatText(value) : `"${value}"`),
  },
  {
    name: 'bq_json_number',
    parameters: [DOUBLE],
    result: VARCHAR,
    run: (value: number) => (Number.isFinite(value) ? jsonFloatText(value) : `"${value}"`),
  },
  ofPath('bq_json_text_scalar', textScalar),
  ofPath('bq_json_text_query', textQuery),
  ofPath('bq_json_text_scalars', textScalars),
  ofPath('bq_json_text_queries', textQueries),
  { name: 'bq_json_remove', parameters: [VARCHAR, VARCHAR], result: VARCHAR, run: removePaths },
  { name: 'bq_json_set', parameters: [VARCHAR, VARCHAR, VARCHAR], result: VARCHAR, run: setPath },
  {
    name: 'bq_json_key',
    parameters: [VARCHAR, VARCHAR],
    result: VARCHAR,
    run: (json: string, key: string) => {
      const parsed = parseJson(json);
      const value =
        parsed instanceof Map ? parsed.get(key) : Array.isArray(parsed) ? parsed[Number(key)] : undefined;
      return value === undefined ? null : printJson(value);
    },
  },
];

/** Makes them known to all connections of the instance; once is enough, and more does no harm. */
export function registerFunctions(connection: DuckDBConnection): void {
  for (const definition of DEFINITIONS) connection.registerScalarFunction(scalarFunction(definition));
}

function scalarFunction({ name, parameters, result, run }: Definition) {
  const apply = run as unknown as (...args: Arg[]) => Arg | null;
  return duckdb.DuckDBScalarFunction.create({
    name,
    parameterTypes: parameters,
    returnType: result,
    specialHandling: true,
    mainFunction: (info, input, output) => {
      const columns = parameters.map((_, index) => input.getColumnVector(index));
      for (let row = 0; row < input.rowCount; row++) {
        const args = columns.map((column) => column.getItem(row));
        try {
          const value = args.includes(null) ? null : apply(...(args as Arg[]));
          output.setItem(row, value as DuckDBValue);
        } catch (error) {
          info.setError((error as Error).message);
          return;
        }
      }
      output.flush();
    },
  });
}
