/** Columns of a table of people's properties, what they may hold, and the properties in them: scalars, STRUCTs, arrays. */
import type { MappedProperty } from '../../functions/domain/mapped-property.ts';
import type { Scalar } from '../../functions/domain/property-place.ts';
import type { Column, ScalarType, Value } from '../support/googlesql-values.ts';
import { type Effect, field, item, list, scalar, whole } from './edit-effects.ts';

interface StoredColumn {
  column: Column;
  isRequired?: true;
  /** What rows have in it. */
  cells: Value[];
}

export interface StoredProperty {
  map: MappedProperty;
  effect: Effect;
  /** What it may be corrected to; none: it can only be erased. */
  values: Scalar[];
}

export interface Stored {
  name: string;
  columns: StoredColumn[];
  properties: StoredProperty[];
}

const SCALARS: { type: ScalarType; cells: string[]; values: Scalar[]; replacement: Scalar }[] = [
  {
    type: 'STRING',
    cells: ['', 'a@x', "o'hara\\%\u2028😀"],
    values: ['a@x', '', '😀"'],
    replacement: 'deleted',
  },
  { type: 'INT64', cells: ['0', '-9007199254740993'], values: [0, '9223372036854775807'], replacement: -1 },
  { type: 'FLOAT64', cells: ['0', '1.5', 'NaN', 'Infinity'], values: [1.5, -0.1, 7], replacement: 0.5 },
  {
    type: 'NUMERIC',
    cells: ['0', '-1.5', '123456789012345678.123456789'],
    values: ['-1.5', 7, 0.25],
    replacement: 0,
  },
  { type: 'BOOL', cells: ['true', 'false'], values: [true, false], replacement: false },
  { type: 'BYTES', cells: ['', 'AP8='], values: ['AP8=', ''], replacement: '' },
  {
    type: 'DATE',
    cells: ['0001-01-01', '2024-02-29'],
    values: ['2024-02-29', '9999-12-31'],
    replacement: '1900-01-01',
  },
  { type: 'TIME', cells: ['00:00:00', '23:59:59.999999'], values: ['10:00:00'], replacement: '00:00:00' },
  {
    type: 'DATETIME',
    cells: ['2024-02-29T23:59:59.999999', '0001-01-01T00:00:00'],
    values: ['2026-01-02T03:04:05'],
    replacement: '1900-01-01T00:00:00',
  },
  {
    type: 'TIMESTAMP',
    cells: ['1969-12-31T23:59:59.999999Z', '2026-01-02T03:04:05Z'],
    values: ['2026-01-02T03:04:05Z'],
    replacement: '1900-01-01T00:00:00Z',
  },
];

export const SCALAR_COLUMNS: Stored[] = SCALARS.map(({ type, cells, values }) => ({
  name: `a column of ${type}`,
  columns: [{ column: { name: `c_${type}`, type }, cells: [...cells, null] }],
  properties: [{ map: { name: type, column: `c_${type}` }, effect: scalar(), values }],
}));

export const REQUIRED_COLUMNS: Stored[] = SCALARS.map(({ type, cells, values, replacement }) => ({
  name: `a REQUIRED column of ${type}`,
  columns: [
    { column: { name: `r_${type}`, type }, isRequired: true, cells: [...cells, String(replacement)] },
  ],
  properties: [
    {
      map: { name: `required ${type}`, column: `r_${type}`, replacement },
      effect: scalar(String(replacement)),
      values,
    },
  ],
}));

const DEVICE: Column = {
  name: 'device',
  type: [
    { name: 'ad_id', type: 'STRING' },
    { name: 'languages', type: { arrayOf: 'STRING' } },
    {
      name: 'os',
      type: [
        { name: 'build', type: 'INT64' },
        // The alias of the rebuilt STRUCT, and of the table.
        { name: 's0', type: 'STRING' },
        { name: 't', type: 'DATE' },
      ],
    },
  ],
};

export const STRUCTS: Stored = {
  name: 'a STRUCT with a STRUCT',
  columns: [
    {
      column: DEVICE,
      cells: [
        { ad_id: 'ad', languages: ['de', 'tlh'], os: { build: '7', s0: 'x', t: '2026-01-01' } },
        { ad_id: 'ad', languages: [], os: null },
        { ad_id: null, languages: ['de'], os: { build: null, s0: 'x', t: null } },
        { ad_id: null, languages: [], os: { build: null, s0: null, t: null } },
        null,
      ],
    },
  ],
  properties: [
    {
      map: { name: 'ad_id', column: 'device.ad_id' },
      effect: field('ad_id', scalar()),
      values: ['ad', 'new'],
    },
    { map: { name: 'languages', column: 'device.languages' }, effect: field('languages', list), values: [] },
    {
      map: { name: 'build', column: 'device.os.build' },
      effect: field('os', field('build', scalar())),
      values: [7, '9007199254740993'],
    },
    {
      map: { name: 'alias', column: 'device.os.s0' },
      effect: field('os', field('s0', scalar())),
      values: ['new'],
    },
    {
      map: { name: 'day', column: 'device.os.t' },
      effect: field('os', field('t', scalar())),
      values: ['2026-01-01', '2026-01-02'],
    },
  ],
};

export const WHOLES: Stored = {
  name: 'whole STRUCTs and arrays',
  columns: [
    { column: { name: 'tags', type: { arrayOf: 'STRING' } }, cells: [['a', 'b'], [''], []] },
    { column: { name: 'scores', type: { arrayOf: 'FLOAT64' } }, cells: [['1.5'], []] },
    {
      column: { name: 'place', type: [{ name: 'city', type: 'STRING' }] },
      cells: [{ city: 'Bonn' }, { city: null }, null],
    },
    {
      column: { name: 'visits', type: { arrayOf: [{ name: 'at', type: 'TIMESTAMP' }] } },
      cells: [[{ at: '2026-01-02T03:04:05Z' }, { at: null }], []],
    },
    { column: { name: 'document', type: 'JSON' }, cells: ['{"a":1}', 'null', null] },
  ],
  properties: [
    { map: { name: 'tags', column: 'tags' }, effect: list, values: [] },
    { map: { name: 'scores', column: 'scores' }, effect: list, values: [] },
    { map: { name: 'place', column: 'place' }, effect: whole, values: [] },
    { map: { name: 'visits', column: 'visits' }, effect: list, values: [] },
    { map: { name: 'document', column: 'document' }, effect: whole, values: [] },
  ],
};

export const ITEMS: Stored = {
  name: 'fields of the items of an array',
  columns: [
    {
      column: {
        name: 'contexts',
        type: {
          arrayOf: [
            // The aliases of item and position.
            { name: 'e', type: 'STRING' },
            { name: 'o', type: 'INT64' },
            { name: 'ids', type: { arrayOf: 'STRING' } },
          ],
        },
      },
      cells: [
        [
          { e: 'b', o: '2', ids: ['x'] },
          { e: null, o: null, ids: [] },
          { e: 'a', o: '1', ids: ['y', 'z'] },
          { e: 'b', o: '2', ids: ['x'] },
        ],
        [{ e: 'new', o: '1', ids: [] }],
        [{ e: null, o: null, ids: [] }],
        [],
      ],
    },
  ],
  properties: [
    {
      map: { name: 'item text', column: 'contexts', item_field: 'e' },
      effect: item('e', scalar()),
      values: ['new'],
    },
    {
      map: { name: 'item number', column: 'contexts', item_field: 'o' },
      effect: item('o', scalar()),
      values: [1],
    },
    {
      map: { name: 'item ids', column: 'contexts', item_field: 'ids' },
      effect: item('ids', list),
      values: [],
    },
  ],
};
