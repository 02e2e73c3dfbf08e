/** Whether a row still holds what an edit is about: an erased property is held while it is there, a set one while it differs. */
import type { PlacedEdit } from '../domain/edits.ts';
import { fieldsOfValue, numberTypes, type PropertyPlace, type Scalar } from '../domain/property-place.ts';
import { heldKey } from './json-keys.ts';
import { parameterValue } from './parameter-value.ts';
import type { Params } from './params.ts';
import { columnOf, quoteName } from './statement.ts';

export function held(edit: PlacedEdit, params: Params): string {
  const { place, value } = edit;
  const column = columnOf(place.column);
  switch (place.form) {
    case 'column':
      return heldColumn(column, place, value, params);
    case 'json':
      return heldKey(column, { ...edit, place }, params);
    case 'entry': {
      const isEntry = `e.key = ${params.add(place.key, 'STRING')}`;
      const differs = value === undefined ? '' : ` AND ${entryDiffers(place, value, params)}`;
      return `EXISTS(SELECT 1 FROM UNNEST(${column}) AS e WHERE ${isEntry}${differs})`;
    }
    case 'item': {
      const field = `e.${quoteName(place.field)}`;
      const condition = heldColumn(
        field,
        { ...place, isRepeated: place.sqlType.startsWith('ARRAY<') },
        value,
        params,
      );
      return `EXISTS(SELECT 1 FROM UNNEST(${column}) AS e WHERE ${condition})`;
    }
  }
}

type ColumnPlace = Pick<
  Extract<PropertyPlace, { form: 'column' }>,
  'isRepeated' | 'type' | 'sqlType' | 'replacement'
>;

function heldColumn(
  column: string,
  { isRepeated, type, sqlType, replacement }: ColumnPlace,
  value: Scalar | undefined,
  params: Params,
): string {
  if (isRepeated) return `ARRAY_LENGTH(${column}) > 0`;
  const wanted = value ?? replacement;
  if (wanted === undefined) return `${column} IS NOT NULL`;
  return `${column} != ${params.add(parameterValue(wanted), type ?? sqlType)}`;
}

/** Of an array entry whose value is a STRUCT with a field a type, as GA4 has it, or a scalar. */
function entryDiffers(
  place: Extract<PropertyPlace, { form: 'entry' }>,
  value: Scalar,
  params: Params,
): string {
  if (place.values.length === 0)
    return `IFNULL(e.value != ${params.add(parameterValue(value), place.valueType ?? 'STRING')}, TRUE)`;
  const { name, type } = valueField(place, value);
  return `IFNULL(e.value.${quoteName(name)} != ${params.add(parameterValue(value), type)}, TRUE)`;
}

/** The field of an entry's value that takes it. @throws Error when none does: such a correction is refused at acceptance */
export function valueField(
  place: Extract<PropertyPlace, { form: 'entry' }>,
  value: Scalar,
): { name: string; type: string } {
  const types = typeof value === 'string' ? ['STRING'] : typeof value === 'number' ? numberTypes(value) : [];
  const field = types.flatMap((type) => fieldsOfValue(place).filter((one) => one.type === type))[0];
  if (field === undefined || typeof value === 'boolean')
    throw new Error(`no entry of ${place.property} can hold this`);
  return field;
}
