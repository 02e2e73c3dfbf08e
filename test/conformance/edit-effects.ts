/** What an edit ought to do to the content of a column, said again as plain functions: no SQL, no code of `functions/sql`. */
import type { Scalar } from '../../functions/domain/property-place.ts';
import type { Value } from '../support/googlesql-values.ts';
import { type Json, jsonOf, jsonText, parsedJson, readJson } from './json-oracle.ts';

/** Of a column's content. What it gives back unchanged holds nothing of what the edit is about. */
export interface Effect {
  erase(cell: Value): Value;
  correct(cell: Value, value: Scalar): Value;
}

type Fields = { [field: string]: Value };

/** Erased, or replaced where it must not be NULL; corrected where it is not NULL. */
export function scalar(replacement: Value = null): Effect {
  return {
    erase: (cell) => (cell === null ? null : replacement),
    correct: (cell, value) => (cell === null ? null : String(value)),
  };
}

/** What a request cannot set. */
function noCorrection(): never {
  throw new Error('such a column is not corrected');
}

export const list: Effect = { erase: () => [], correct: noCorrection };
export const whole: Effect = { erase: () => null, correct: noCorrection };

/** Inside of a STRUCT, which stays NULL where it is. */
export function field(name: string, inner: Effect): Effect {
  const within = (cell: Value, change: (content: Value) => Value): Value =>
    cell === null ? null : { ...(cell as Fields), [name]: change((cell as Fields)[name] ?? null) };
  return {
    erase: (cell) => within(cell, (content) => inner.erase(content)),
    correct: (cell, value) => within(cell, (content) => inner.correct(content, value)),
  };
}

/** In every item of an array. */
export function item(name: string, inner: Effect): Effect {
  const one = field(name, inner);
  return {
    erase: (cell) => (cell as Value[]).map((entry) => one.erase(entry)),
    correct: (cell, value) => (cell as Value[]).map((entry) => one.correct(entry, value)),
  };
}

/** In an array of {key, value}: the entries go, or all of them get the value. */
export function entry(key: string, filled: (value: Scalar, before: Value) => Value): Effect {
  const isIt = (one: Value) => (one as Fields)['key'] === key;
  return {
    erase: (cell) => (cell as Value[]).filter((one) => !isIt(one)),
    correct: (cell, value) =>
      (cell as Value[]).map((one) => {
        if (!isIt(one)) return one;
        const fields = one as Fields;
        return { ...fields, value: filled(value, fields['value'] ?? null) };
      }),
  };
}

/** In JSON, whose members come in the order of their names. */
export function member(...keys: string[]): Effect {
  const within = (cell: Value, change: (json: Json) => Json): Value =>
    cell === null ? null : jsonText(change(parsedJson(cell as string)));
  return {
    erase: (cell) => within(cell, (json) => without(json, keys)),
    correct: (cell, value) => within(cell, (json) => replaced(json, keys, jsonOf(value))),
  };
}

/** In a text with JSON, which keeps its writing where nothing is changed. */
export function textMember(...keys: string[]): Effect {
  const inside = member(...keys);
  const within = (cell: Value, change: () => Value): Value => {
    if (cell === null || !isThere(cell as string, keys)) return cell;
    return change();
  };
  return {
    erase: (cell) => within(cell, () => inside.erase(cell)),
    correct: (cell, value) =>
      within(cell, () => {
        const [was, is] = [jsonText(parsedJson(cell as string)), inside.correct(cell, value)];
        return was === is ? cell : is;
      }),
  };
}

function isThere(text: string, keys: readonly string[]): boolean {
  const json = readJson(text);
  if (json === undefined) return false;
  return jsonText(json) !== jsonText(without(json, keys));
}

function without(json: Json, [key = '', ...rest]: readonly string[]): Json {
  if (!(json instanceof Map) || !json.has(key)) return json;
  const copy = new Map(json);
  if (rest.length === 0) copy.delete(key);
  else copy.set(key, without(json.get(key) as Json, rest));
  return copy;
}

function replaced(json: Json, [key = '', ...rest]: readonly string[], value: Json): Json {
  if (!(json instanceof Map) || !json.has(key)) return json;
  return new Map(json).set(key, rest.length === 0 ? value : replaced(json.get(key) as Json, rest, value));
}
