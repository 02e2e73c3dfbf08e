import type { Field, Partitioning } from '../catalog.ts';
import type { Call, Expression } from './ast.ts';
import type { Position } from './lexer.ts';
import { lower } from './scope.ts';
import { invalid } from './value.ts';

type Unit = Extract<Partitioning, { kind: 'time' }>['unit'];
const UNITS: readonly string[] = ['HOUR', 'DAY', 'MONTH', 'YEAR'];

/** https://cloud.google.com/bigquery/docs/reference/standard-sql/data-definition-language#partition_expression */
export function partitioningOf(node: Expression, fields: readonly Field[]): Partitioning {
  if (node.node === 'path') {
    if (isPseudo(node)) return { kind: 'time', unit: 'DAY' };
    const field = fieldAt(node, fields);
    if (field.type !== 'DATE') throw wrongExpression(node.at);
    return { kind: 'time', unit: 'DAY', field: field.name };
  }
  if (node.node !== 'call') throw wrongExpression(node.at);
  const [column, second] = node.args;
  if (column?.node !== 'path') throw wrongExpression(node.at);
  if (node.name === 'RANGE_BUCKET') return rangeBucket(node, fieldAt(column, fields), second);
  const unit = node.name === 'DATE' && node.args.length === 1 ? 'DAY' : unitOf(second);
  if (unit === undefined || node.args.length > 2) throw wrongExpression(node.at);
  if (isPseudo(column)) return { kind: 'time', unit };
  const field = fieldAt(column, fields);
  const wanted: Record<string, string[]> = {
    DATE: ['TIMESTAMP', 'DATETIME'],
    TIMESTAMP_TRUNC: ['TIMESTAMP'],
    DATETIME_TRUNC: ['DATETIME'],
    DATE_TRUNC: ['DATE'],
  };
  if (!wanted[node.name]?.includes(field.type) || (field.type === 'DATE' && unit === 'HOUR'))
    throw wrongExpression(node.at);
  return { kind: 'time', unit, field: field.name };
}

function wrongExpression(at: Position): Error {
  return invalid(
    'PARTITION BY expression must be DATE(<timestamp_column>), DATE(<datetime_column>), DATETIME_TRUNC(<datetime_column>, DAY/HOUR/MONTH/YEAR), a DATE column, TIMESTAMP_TRUNC(<timestamp_column>, DAY/HOUR/MONTH/YEAR), DATE_TRUNC(<date_column>, MONTH/YEAR), or RANGE_BUCKET(<int64_column>, GENERATE_ARRAY(<int64_value>, <int64_value>[, <int64_value>]))',
    at,
  );
}

function isPseudo(node: Extract<Expression, { node: 'path' }>): boolean {
  return node.parts.length === 1 && /^_PARTITION(?:TIME|DATE)$/i.test(node.parts[0]?.name ?? '');
}

function fieldAt(node: Extract<Expression, { node: 'path' }>, fields: readonly Field[]): Field {
  const [name] = node.parts;
  const field = fields.find((one) => lower(one.name) === lower(name?.name ?? ''));
  if (field === undefined || node.parts.length > 1)
    throw invalid(`Unrecognized name: ${name?.name}`, node.at);
  return field;
}

function unitOf(node: Expression | undefined): Unit | undefined {
  const name =
    node?.node === 'path' && node.parts.length === 1 ? node.parts[0]?.name.toUpperCase() : undefined;
  return UNITS.find((unit) => unit === name) as Unit | undefined;
}

function rangeBucket(node: Call, field: Field, buckets: Expression | undefined): Partitioning {
  if (field.type !== 'INT64' || buckets?.node !== 'call' || buckets.name !== 'GENERATE_ARRAY')
    throw wrongExpression(node.at);
  const [start, end, interval = 1] = buckets.args.map((arg) =>
    arg.node === 'integer' ? Number(arg.value) : Number.NaN,
  );
  if (
    start === undefined ||
    end === undefined ||
    ![start, end, interval].every(Number.isSafeInteger) ||
    interval <= 0 ||
    end <= start
  )
    throw wrongExpression(node.at);
  return { kind: 'range', field: field.name, start, end, interval };
}
