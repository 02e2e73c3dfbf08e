/** A property's place in a real table: the data map's entry joined with the type that BigQuery says the column has. */
import { EVERY_PROPERTY, keysOf, type MappedProperty } from './mapped-property.ts';
import type { MetadataField } from './planned-table.ts';

export type Scalar = string | number | boolean;

/** Types that a property can be set to. */
type ScalarType =
  | 'STRING'
  | 'INT64'
  | 'FLOAT64'
  | 'NUMERIC'
  | 'BOOL'
  | 'TIMESTAMP'
  | 'DATETIME'
  | 'DATE'
  | 'TIME'
  | 'BYTES';

interface Common {
  property: string;
  column: string;
  /** What a column or field, REQUIRED above all, holds instead of NULL; what a text that should be JSON and is not becomes. */
  replacement?: Scalar;
}

export type PropertyPlace =
  /** A column, or a field of (nested) STRUCT columns. `type` absent: one that can be erased, but not set. */
  | (Common & { form: 'column'; type?: ScalarType; isRepeated: boolean; sqlType: string })
  | (Common & { form: 'json'; isText: boolean; keys: string[] })
  /** An entry of an array of {key, value}; `values`: the fields of `value`, or none when it is a scalar. */
  | (Common & {
      form: 'entry';
      key: string;
      values: { name: string; type: string }[];
      valueType?: ScalarType;
    })
  | (Common & { form: 'item'; field: string; type?: ScalarType; sqlType: string });

const SCALARS: Record<string, ScalarType> = {
  STRING: 'STRING',
  INTEGER: 'INT64',
  INT64: 'INT64',
  FLOAT: 'FLOAT64',
  FLOAT64: 'FLOAT64',
  NUMERIC: 'NUMERIC',
  BOOLEAN: 'BOOL',
  BOOL: 'BOOL',
  TIMESTAMP: 'TIMESTAMP',
  DATETIME: 'DATETIME',
  DATE: 'DATE',
  TIME: 'TIME',
  BYTES: 'BYTES',
};

/** @returns the place, or what is wrong with the map's entry */
export function placeOf(
  property: MappedProperty,
  fields: readonly MetadataField[],
): { place: PropertyPlace } | { field: string; detail: string } {
  const chain = fieldChain(fields, property.column);
  const field = chain?.at(-1);
  if (chain === undefined || field === undefined)
    return { field: 'column', detail: `there is no column ${property.column}` };
  const common = {
    property: property.name,
    // As the table spells it: two spellings of one column would be set twice.
    column: chain.map(({ name }) => name).join('.'),
    ...(property.replacement !== undefined && { replacement: property.replacement }),
  };
  const keys = keysOf(property);
  if (keys !== undefined) return jsonPlace(property, field, keys, common);
  if (property.entry !== undefined) return entryPlace(property, field, property.entry, common);
  if (property.item_field !== undefined) return itemPlace(property, field, property.item_field, common);
  const wrong = refuseReplacement(property, field);
  if (wrong !== undefined) return wrong;
  const type = SCALARS[field.type];
  return {
    place: {
      ...common,
      form: 'column',
      isRepeated: field.mode === 'REPEATED',
      sqlType: sqlType(field),
      ...(type !== undefined && field.mode !== 'REPEATED' && { type }),
    },
  };
}

function jsonPlace(
  property: MappedProperty,
  field: MetadataField,
  keys: string[],
  common: Common,
): { place: PropertyPlace } | { field: string; detail: string } {
  const isText = field.type === 'STRING';
  if (field.mode === 'REPEATED' || (!isText && field.type !== 'JSON'))
    return { field: 'key', detail: `${property.column} is ${described(field)}; a key is in JSON or STRING` };
  if (property.replacement !== undefined && (!isText || typeof property.replacement !== 'string'))
    return {
      field: 'replacement',
      detail: 'of a key, only a text that is no JSON can be replaced, by a text',
    };
  return { place: { ...common, form: 'json', isText, keys: property.key === EVERY_PROPERTY ? [] : keys } };
}

function entryPlace(
  property: MappedProperty,
  field: MetadataField,
  key: string,
  common: Common,
): { place: PropertyPlace } | { field: string; detail: string } {
  const inner = field.fields ?? [];
  const keyField = inner.find(({ name }) => name === 'key');
  const value = inner.find(({ name }) => name === 'value');
  if (field.mode !== 'REPEATED' || keyField?.type !== 'STRING' || value === undefined)
    return { field: 'entry', detail: `${property.column} is no array of STRUCT<key STRING, value …>` };
  const valueType = SCALARS[value.type];
  const values = (value.fields ?? []).map((one) => ({ name: one.name, type: sqlType(one) }));
  return { place: { ...common, form: 'entry', key, values, ...(valueType && { valueType }) } };
}

function itemPlace(
  property: MappedProperty,
  field: MetadataField,
  path: string,
  common: Common,
): { place: PropertyPlace } | { field: string; detail: string } {
  if (field.mode !== 'REPEATED' || field.fields === undefined)
    return { field: 'item_field', detail: `${property.column} is ${described(field)}, no array of STRUCT` };
  const inner = field.fields.find(({ name }) => name.toLowerCase() === path.toLowerCase());
  if (inner === undefined) return { field: 'item_field', detail: `${property.column} has no field ${path}` };
  const wrong = refuseReplacement(property, inner);
  if (wrong !== undefined) return wrong;
  const type = inner.mode === 'REPEATED' ? undefined : SCALARS[inner.type];
  return {
    place: { ...common, form: 'item', field: inner.name, sqlType: sqlType(inner), ...(type && { type }) },
  };
}

/** A replacement is needed where there can be no NULL; wherever there is one, the field must be able to hold it. */
function refuseReplacement(
  { replacement }: MappedProperty,
  field: MetadataField,
): { field: string; detail: string } | undefined {
  if (replacement === undefined) {
    if (field.mode !== 'REQUIRED') return undefined;
    return {
      field: 'replacement',
      detail: `${field.name} is REQUIRED and cannot become NULL: name what it holds instead`,
    };
  }
  const type = SCALARS[field.type];
  if (field.mode === 'REPEATED' || type === undefined || !isOfType(replacement, type))
    return { field: 'replacement', detail: `${JSON.stringify(replacement)} is no ${described(field)}` };
  return undefined;
}

/** The field at the end of the path, and those that lead to it; a repeated one on the way has not one value a row. */
function fieldChain(fields: readonly MetadataField[], path: string): MetadataField[] | undefined {
  const [first = '', ...rest] = path.split('.');
  const field = fields.find(({ name }) => name.toLowerCase() === first.toLowerCase());
  if (field === undefined) return undefined;
  if (rest.length === 0) return [field];
  if (field.mode === 'REPEATED') return undefined;
  const inner = fieldChain(field.fields ?? [], rest.join('.'));
  return inner && [field, ...inner];
}

function described({ type, mode }: MetadataField): string {
  return mode === 'REPEATED' ? `an array of ${type}` : type;
}

/** As a CAST names it. */
function sqlType(field: MetadataField): string {
  const single = field.fields
    ? `STRUCT<${field.fields.map((one) => `\`${one.name}\` ${sqlType(one)}`).join(', ')}>`
    : (SCALARS[field.type] ?? field.type);
  return field.mode === 'REPEATED' ? `ARRAY<${single}>` : single;
}

/** @returns why the place cannot hold the value, without showing it; `undefined` when it can */
export function canHold(place: PropertyPlace, value: Scalar): string | undefined {
  const wrong = (types: string) => `${place.column} holds ${types}, not a JSON ${typeof value} like this`;
  switch (place.form) {
    case 'json':
      return undefined;
    case 'column':
    case 'item':
      if (place.type === undefined) return `${place.column} is ${place.sqlType}, which cannot be set`;
      return isOfType(value, place.type) ? undefined : wrong(place.type);
    case 'entry': {
      if (place.valueType !== undefined)
        return isOfType(value, place.valueType) ? undefined : wrong(place.valueType);
      const types = fieldsOfValue(place).map(({ type }) => type);
      const suiting =
        typeof value === 'string' ? ['STRING'] : typeof value === 'boolean' ? [] : numberTypes(value);
      return suiting.some((type) => types.includes(type)) ? undefined : wrong(types.join(', '));
    }
  }
}

/**
 * Of an entry whose value is a STRUCT: the fields of which one holds it. GA4 has set_timestamp_micros beside them, and
 * user_property_name, which are about the value: https://support.google.com/analytics/answer/7029846
 */
export function fieldsOfValue({ values }: Extract<PropertyPlace, { form: 'entry' }>): typeof values {
  const named = values.filter(({ name }) => name.toLowerCase().endsWith('_value'));
  return named.length > 0 ? named : values;
}

/** In the order in which a field is looked for. */
export function numberTypes(value: number): string[] {
  return Number.isSafeInteger(value) ? ['INT64', 'FLOAT64'] : ['FLOAT64'];
}

const FORMS: Partial<Record<ScalarType, RegExp>> = {
  DATE: /^\d{4}-\d\d-\d\d$/,
  TIME: /^\d\d:\d\d:\d\d(?:\.\d{1,6})?$/,
  DATETIME: /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{1,6})?$/,
  TIMESTAMP: /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)$/,
  NUMERIC: /^-?\d{1,29}(?:\.\d{1,9})?$/,
  INT64: /^-?\d{1,19}$/,
  BYTES: /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/,
};

/** Can a column of this type hold the value as JSON brings it? Big integers and NUMERIC may come as text. */
function isOfType(value: Scalar, type: ScalarType): boolean {
  switch (type) {
    case 'STRING':
      return typeof value === 'string';
    case 'BOOL':
      return typeof value === 'boolean';
    case 'FLOAT64':
      return typeof value === 'number';
    case 'INT64':
      if (typeof value === 'number') return Number.isSafeInteger(value);
      return (
        typeof value === 'string' && isForm(value, type) && BigInt.asIntN(64, BigInt(value)) === BigInt(value)
      );
    case 'NUMERIC':
      return typeof value !== 'boolean' && isForm(String(value), type);
    default:
      return typeof value === 'string' && isForm(value, type) && isOnCalendar(value, type);
  }
}

function isForm(text: string, type: ScalarType): boolean {
  return FORMS[type]?.test(text) ?? false;
}

function isOnCalendar(text: string, type: ScalarType): boolean {
  if (type === 'BYTES') return true;
  const day = type === 'TIME' ? '2000-01-01' : text.slice(0, 10);
  const clock = type === 'DATE' ? '00:00:00' : text.slice(type === 'TIME' ? 0 : 11).slice(0, 8);
  const date = new Date(`${day}T${clock}Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(`${day}T${clock}`);
}
