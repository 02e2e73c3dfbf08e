/** Properties that are keys of JSON: in a JSON column, or in a text that a JSON document is written in. */
import type { PlacedEdit } from '../domain/edits.ts';
import { UNREADABLE_JSON } from '../domain/failure.ts';
import type { PropertyPlace, Scalar } from '../domain/property-place.ts';
import { parameterValue } from './parameter-value.ts';
import type { Params } from './params.ts';

type JsonPlace = Extract<PropertyPlace, { form: 'json' }>;
export type JsonEdit = PlacedEdit & { place: JsonPlace };

/** @param content the column, or an expression of its type */
export function heldKey(content: string, { place, value }: JsonEdit, params: Params): string {
  const json = parsed(content, place);
  const path = params.add(jsonPath(place.keys), 'STRING');
  const found = `JSON_QUERY(${json}, ${path})`;
  const isThere = [`${found} IS NOT NULL`];
  if (place.keys.some(isIndex)) {
    // JSON_QUERY takes "0" for the first item of an array, too. JSON_REMOVE and JSON_SET leave arrays alone.
    const after = value === undefined ? `JSON_REMOVE(${json}, ${path})` : setKey(json, path, value, params);
    isThere.push(`TO_JSON_STRING(${after}) != TO_JSON_STRING(${json})`);
  } else if (value !== undefined) {
    // TO_JSON first, because TO_JSON_STRING escapes more of a text than of JSON (U+2028).
    isThere.push(`TO_JSON_STRING(${found}) != TO_JSON_STRING(TO_JSON(${newValue(value, params)}))`);
  }
  const held = `(${isThere.join(' AND ')})`;
  return place.isText && value === undefined
    ? `(${held} OR (${mayHold(content, json, place, params)}))`
    : held;
}

/** @param content evaluated once or more: without side effects */
export function editedJson(content: string, edits: readonly JsonEdit[], params: Params): string {
  const [first] = edits;
  if (first === undefined) return content;
  const whole = parsed(content, first.place);
  const erased = edits.filter(({ value }) => value === undefined);
  const paths = erased.map(({ place }) => params.add(jsonPath(place.keys), 'STRING'));
  const rest = paths.length === 0 ? whole : `JSON_REMOVE(${whole}, ${[...new Set(paths)].join(', ')})`;
  const json = corrected(rest, edits, params);
  if (!first.place.isText) return json;
  return `IF(${whole} IS NULL, ${unreadable(edits, params)}, TO_JSON_STRING(${json}))`;
}

/** One after the other, each beside its forerunner: nested queries would be as deep as there are keys. */
function corrected(json: string, edits: readonly JsonEdit[], params: Params): string {
  const steps = edits.flatMap(({ place, value }) => (value === undefined ? [] : [{ place, value }]));
  if (steps.length === 0) return json;
  const made = steps.map(({ place, value }, index) => {
    const path = params.add(jsonPath(place.keys), 'STRING');
    const before = `j${index}`;
    // Where the key is not there, there is nothing to correct; JSON_SET would make it.
    const after = `IF(JSON_QUERY(${before}, ${path}) IS NULL, ${before}, ${setKey(before, path, value, params)})`;
    return `, UNNEST([${after}]) AS j${index + 1}`;
  });
  return `(SELECT j${steps.length} FROM UNNEST([${json}]) AS j0${made.join('')})`;
}

/** The text of a document that is none is NULL. Rounded, because a number that is too wide would be no JSON otherwise. */
function parsed(content: string, { isText }: JsonPlace): string {
  return isText ? `SAFE.PARSE_JSON(${content}, wide_number_mode=>'round')` : content;
}

/** A text that is no JSON, and has the key in it, or an escape that could stand for it: nobody can say that it is not held. */
function mayHold(content: string, json: string, { keys, replacement }: JsonPlace, params: Params): string {
  const key = params.add(keys.at(-1), 'STRING');
  const isLeft = replacement === undefined ? '' : ` AND ${content} != ${params.add(replacement, 'STRING')}`;
  return `${json} IS NULL AND (STRPOS(${content}, ${key}) > 0 OR STRPOS(${content}, '\\\\') > 0)${isLeft}`;
}

/** What such a text becomes: what the map says. Where it says nothing the statement fails, and the step is blocked. */
function unreadable(edits: readonly JsonEdit[], params: Params): string {
  const replacement = edits.find(({ place }) => place.replacement !== undefined)?.place.replacement;
  if (replacement !== undefined) return params.add(replacement, 'STRING');
  return `CAST(ERROR('${UNREADABLE_JSON}') AS STRING)`;
}

function setKey(json: string, path: string, value: Scalar, params: Params): string {
  return `JSON_SET(${json}, ${path}, ${newValue(value, params)})`;
}

function newValue(value: Scalar, params: Params): string {
  return params.add(parameterValue(value), jsonType(value));
}

function jsonType(value: Scalar): string {
  if (typeof value === 'boolean') return 'BOOL';
  if (typeof value === 'string') return 'STRING';
  return Number.isSafeInteger(value) ? 'INT64' : 'FLOAT64';
}

/** As GoogleSQL reads numbers: blanks and a sign are welcome. */
function isIndex(key: string): boolean {
  return /^\s*[+-]?\d+\s*$/.test(key);
}

/** `['a', 'b c']` -> `$."a"."b c"`. A backslash stands for itself; a quote cannot stand (`isAddressableKey`). */
export function jsonPath(keys: readonly string[]): string {
  return `$${keys.map((key) => `."${key}"`).join('')}`;
}
