/** Rows as the reference implementation's evaluator answers them, as plain text again. */
import { fraction, numericText, unpackedDatetime, unpackedTime } from './googlesql-packing.ts';
import type { Column, Row, ScalarType, Value, ValueProto } from './googlesql-values.ts';

const DAY_MILLISECONDS = 86_400_000;

export function rowOf(columns: readonly Column[], cells: readonly ValueProto[]): Row {
  return Object.fromEntries(columns.map(({ name, type }, at) => [name, contentFrom(type, cells[at] ?? {})]));
}

function contentFrom(type: Column['type'], proto: ValueProto): Value {
  if (Object.keys(proto).every((key) => key === 'value')) return null;
  if (typeof type === 'string') return scalarOf(type, proto);
  if ('arrayOf' in type)
    return (proto.arrayValue?.element ?? []).map((element) => contentFrom(type.arrayOf, element));
  return rowOf(type, proto.structValue?.field ?? []);
}

function scalarOf(type: ScalarType, proto: ValueProto): string {
  switch (type) {
    case 'STRING':
      return given(proto.stringValue);
    case 'INT64':
      return given(proto.int64Value);
    case 'BOOL':
      return String(given(proto.boolValue));
    case 'FLOAT64':
      return String(given(proto.doubleValue));
    case 'NUMERIC':
      return numericText(given(proto.numericValue));
    case 'BYTES':
      return Buffer.from(given(proto.bytesValue)).toString('base64');
    case 'JSON':
      return given(proto.jsonValue);
    case 'DATE':
      return new Date(given(proto.dateValue) * DAY_MILLISECONDS).toISOString().slice(0, 10);
    case 'TIME':
      return unpackedTime(given(proto.timeValue));
    case 'DATETIME': {
      const { bitFieldDatetimeSeconds = '0', nanos = 0 } = given(proto.datetimeValue);
      return unpackedDatetime(bitFieldDatetimeSeconds, nanos);
    }
    case 'TIMESTAMP': {
      const { seconds = '0', nanos = 0 } = given(proto.timestampValue);
      return `${new Date(Number(seconds) * 1000).toISOString().slice(0, 19)}${fraction(nanos)}Z`;
    }
  }
}

function given<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the evaluator answered another type');
  return value;
}
