/** As stored-scalars.ts: properties that are keys of JSON, of texts with JSON, and of arrays of keys and values. */
import type { Scalar } from '../../functions/domain/property-place.ts';
import type { Column, Value } from '../support/googlesql-values.ts';
import { entry, member, textMember } from './edit-effects.ts';
import type { Stored, StoredProperty } from './stored-scalars.ts';

/** Keys that a JSONPath must quote, and their neighbours that it could mean instead. */
const KEYS = [
  '$email',
  'email',
  'a.b c',
  'a\\b',
  'a\\nb',
  'a\nb',
  '%_',
  "o'hara",
  '😀 é',
  '[0]',
  '*',
  '@p_0',
  '0',
  '__proto__',
];
const VALUES: Scalar[] = ['new', '</p>\u2028"\\', 5, -0.5, true, ''];

const FULL = `{${KEYS.map((key, at) => `${JSON.stringify(key)}:${at}`).join(',')},"address":{"city":"Bonn","street":null,"0":[1]}}`;

/** In the order that GoogleSQL keeps. */
const DOCUMENTS = [
  member('?').erase(FULL),
  '{"$email":"new","email":null,"n":9007199254740993,"m":[1.5,{"email":"inside"}]}',
  '{"$email":{"email":5},"address":"Bonn","email":""}',
  '{"address":{"city":null},"email":"</p>\u2028\\"\\\\"}',
  '{"address":[{"city":"Bonn"}],"email":[1,2]}',
  '{"email":5,"address":{"city":{"city":"Bonn"}}}',
  '{}',
  '[{"email":"x"}]',
  '[["0"],["email"]]',
  '"email"',
  '5',
  'true',
  'null',
].map((text) => member('?').erase(text as string));

const TEXTS: Value[] = [...DOCUMENTS, ' { "email" : "x" ,\n"b": 1 } ', '{"b":1,  "a":2}', '', 'no JSON', ' '];

const PATHS = [
  ...KEYS.map((key) => [key]),
  ['address', 'city'],
  ['address', '0'],
  ['email', 'email'],
  ['address'],
];

function pathProperties(column: string, effect: typeof member): StoredProperty[] {
  return PATHS.map((keys) => ({
    map: { name: `${column} ${keys.join('/')}`, column, key: keys },
    effect: effect(...keys),
    values: VALUES,
  }));
}

export const JSON_COLUMN: Stored = {
  name: 'a JSON column',
  columns: [{ column: { name: 'properties', type: 'JSON' }, cells: [...DOCUMENTS, null] }],
  properties: pathProperties('properties', member),
};

export const JSON_TEXT: Stored = {
  name: 'a text with JSON',
  columns: [{ column: { name: 'raw', type: 'STRING' }, cells: [...TEXTS, null] }],
  properties: pathProperties('raw', textMember),
};

const VALUE: Column[] = [
  { name: 'string_value', type: 'STRING' },
  { name: 'int_value', type: 'INT64' },
  { name: 'double_value', type: 'FLOAT64' },
  { name: 'set_timestamp_micros', type: 'INT64' },
];
const NOTHING = { string_value: null, int_value: null, double_value: null };
const at = (fields: object) => ({ ...NOTHING, set_timestamp_micros: '7', ...fields });

/** An entry's value whose other fields are NULL; what stands beside them is kept, where there was a value at all. */
function filled(value: Scalar, before: Value): Value {
  const field =
    typeof value === 'string' ? 'string_value' : Number.isSafeInteger(value) ? 'int_value' : 'double_value';
  const set_timestamp_micros = (before as Record<string, Value> | null)?.['set_timestamp_micros'] ?? null;
  return { ...NOTHING, set_timestamp_micros, [field]: String(value) };
}

export const ENTRIES: Stored = {
  name: 'an array of keys and STRUCT values',
  columns: [
    {
      column: {
        name: 'event_params',
        type: {
          arrayOf: [
            { name: 'key', type: 'STRING' },
            { name: 'value', type: VALUE },
          ],
        },
      },
      cells: [
        [
          { key: 'plan', value: at({ string_value: 'gold' }) },
          { key: null, value: at({ string_value: 'plan' }) },
          { key: 'Plan', value: null },
          { key: '😀"%', value: at({ int_value: '7' }) },
          { key: 'plan', value: at({ int_value: '7' }) },
          { key: 'plan', value: at({ string_value: 'gold' }) },
        ],
        [{ key: 'plan', value: null }],
        [{ key: 'plan', value: at({ string_value: 'new' }) }],
        [{ key: null, value: null }],
        [],
      ],
    },
  ],
  properties: ['plan', '😀"%', 'Plan'].map((key) => ({
    map: { name: `entry ${key}`, column: 'event_params', entry: key },
    effect: entry(key, filled),
    values: ['new', 7, '', 1.5],
  })),
};

export const PLAIN_ENTRIES: Stored = {
  name: 'an array of keys and scalar values',
  columns: [
    {
      column: {
        name: 'labels',
        type: {
          arrayOf: [
            { name: 'key', type: 'STRING' },
            { name: 'value', type: 'INT64' },
            { name: 'at', type: 'DATE' },
          ],
        },
      },
      cells: [
        [
          { key: 'plan', value: '7', at: '2026-01-01' },
          { key: null, value: '7', at: null },
          { key: 'plan', value: null, at: '2026-01-02' },
          { key: 'page', value: '7', at: null },
        ],
        [{ key: 'page', value: '8', at: null }],
        [],
      ],
    },
  ],
  properties: ['plan', 'page'].map((key) => ({
    map: { name: `label ${key}`, column: 'labels', entry: key },
    effect: entry(key, String),
    values: [7, 8],
  })),
};
