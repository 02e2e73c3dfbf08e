/** What a column holds after the edits of one group. */
import type { PlacedEdit } from '../domain/edits.ts';
import { fieldsOfValue, type PropertyPlace } from '../domain/property-place.ts';
import { valueField } from './held.ts';
import { editedJson } from './json-keys.ts';
import { parameterValue } from './parameter-value.ts';
import type { Params } from './params.ts';
import { quoteName } from './statement.ts';

interface Pending {
  edit: PlacedEdit;
  /** Names that still lead from the expression to the edit's column. */
  path: string[];
}

/** @param expression of the top-level column; @param edits all in this column */
export function editedColumn(expression: string, edits: readonly PlacedEdit[], params: Params): string {
  const pending = edits.map((edit) => ({ edit, path: edit.place.column.split('.').slice(1) }));
  return edited(expression, pending, params, 0);
}

function edited(expression: string, pending: readonly Pending[], params: Params, depth: number): string {
  const here = pending.filter(({ path }) => path.length === 0).map(({ edit }) => edit);
  if (here.length > 0) return editedHere(expression, here, params);
  // A field of a STRUCT: the STRUCT is built anew, because SET of a field fails on rows where the STRUCT is NULL.
  const struct = `s${depth}`;
  const names = [...new Set(pending.map(({ path }) => path[0] ?? ''))];
  const replaced = names.map((name) => {
    const inner = pending
      .filter(({ path }) => path[0] === name)
      .map(({ edit, path }) => ({ edit, path: path.slice(1) }));
    return `${edited(`${struct}.${quoteName(name)}`, inner, params, depth + 1)} AS ${quoteName(name)}`;
  });
  const rebuilt = `(SELECT AS STRUCT ${struct}.* REPLACE (${replaced.join(', ')}) FROM UNNEST([${expression}]) AS ${struct})`;
  return `IF(${expression} IS NULL, NULL, ${rebuilt})`;
}

function editedHere(expression: string, edits: readonly PlacedEdit[], params: Params): string {
  const whole = edits.find(({ place }) => place.form === 'column');
  if (whole !== undefined) return scalar(expression, whole, params);
  const json = edits.filter(isForm('json'));
  if (json.length > 0) return editedJson(expression, json, params);
  const entries = edits.filter(isForm('entry'));
  const items = edits.filter(isForm('item'));
  const kept = entries.length > 0 ? editedEntries(expression, entries, params) : expression;
  return items.length > 0 ? editedItems(kept, items, params) : kept;
}

type Form<F extends PropertyPlace['form']> = PlacedEdit & { place: Extract<PropertyPlace, { form: F }> };

function isForm<F extends PropertyPlace['form']>(form: F): (edit: PlacedEdit) => edit is Form<F> {
  return (edit): edit is Form<F> => edit.place.form === form;
}

/** The new value of a column or field. What is NULL stays so: another edit in the same STRUCT or item brought us here. */
function scalar(expression: string, { place, value }: PlacedEdit, params: Params): string {
  if (place.form !== 'column' && place.form !== 'item') throw new Error(`${place.property} is no scalar`);
  const wanted = value ?? place.replacement;
  if (wanted !== undefined) {
    const parameter = params.add(parameterValue(wanted), place.type ?? place.sqlType);
    return `IF(${expression} IS NULL, NULL, ${parameter})`;
  }
  const isArray = place.sqlType.startsWith('ARRAY<');
  return `CAST(${isArray ? '[]' : 'NULL'} AS ${place.sqlType})`;
}

function editedEntries(expression: string, edits: readonly Form<'entry'>[], params: Params): string {
  const erased = edits.filter(({ value }) => value === undefined).map(({ place }) => place.key);
  const kept =
    erased.length === 0
      ? ''
      : ` WHERE e.key IS NULL OR e.key NOT IN UNNEST(${params.addArray(erased, 'STRING')})`;
  const set = edits.filter(({ value }) => value !== undefined);
  const cases = set.map(
    ({ place, value }) =>
      `WHEN e.key = ${params.add(place.key, 'STRING')} THEN (SELECT AS STRUCT e.* REPLACE (${entryValue(place, value, params)} AS value))`,
  );
  const entry = cases.length === 0 ? 'e' : `CASE ${cases.join(' ')} ELSE e END`;
  return `ARRAY(SELECT ${entry} FROM UNNEST(${expression}) AS e WITH OFFSET AS lethe_position${kept} ORDER BY lethe_position)`;
}

function entryValue(place: Form<'entry'>['place'], value: PlacedEdit['value'], params: Params): string {
  if (value === undefined) throw new Error('an erased entry has no value');
  if (place.values.length === 0) return params.add(parameterValue(value), place.valueType ?? 'STRING');
  const target = valueField(place, value);
  const ofValue = fieldsOfValue(place);
  const fields = place.values.map((field) => {
    const { name, type } = field;
    let content = `e.value.${quoteName(name)}`;
    if (ofValue.includes(field)) content = `CAST(NULL AS ${type})`;
    if (name === target.name) content = params.add(parameterValue(value), type);
    return `${content} AS ${quoteName(name)}`;
  });
  return `STRUCT(${fields.join(', ')})`;
}

function editedItems(expression: string, edits: readonly Form<'item'>[], params: Params): string {
  const replaced = edits.map((edit) => {
    const field = `e.${quoteName(edit.place.field)}`;
    return `${scalar(field, edit, params)} AS ${quoteName(edit.place.field)}`;
  });
  // The item is built in a query of its own: ORDER BY would take a field of the position's name for the position.
  const item = `(SELECT AS STRUCT e.* REPLACE (${replaced.join(', ')}))`;
  return `ARRAY(SELECT ${item} FROM UNNEST(${expression}) AS e WITH OFFSET AS lethe_position ORDER BY lethe_position)`;
}
