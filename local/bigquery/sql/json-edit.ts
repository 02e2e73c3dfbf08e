/** JSON_REMOVE and JSON_SET on JSON text. */

import type { Step } from './json-paths.ts';
import { type Json, parseJson, printJson } from './json-text.ts';

function parsed(json: string): Json {
  const value = parseJson(json);
  if (value === undefined) throw new Error(`Invalid JSON: ${json}`);
  return value;
}

/** Steps repeat for every row of a statement. */
const paths = new Map<string, Step[][]>();

function stepsOf(text: string): Step[][] {
  let steps = paths.get(text);
  if (steps === undefined) {
    steps = JSON.parse(text) as Step[][];
    if (paths.size > 1000) paths.clear();
    paths.set(text, steps);
  }
  return steps;
}

/** One path after the other, each on what the last one left. A path that is not there changes nothing. */
export function removePaths(json: string, pathsJson: string): string {
  const root = parsed(json);
  for (const path of stepsOf(pathsJson)) remove(root, path);
  return printJson(root);
}

function remove(root: Json, path: readonly Step[]): void {
  const last = path.at(-1);
  let at: Json | undefined = root;
  for (const step of path.slice(0, -1)) at = child(at, step);
  if (at instanceof Map && typeof last === 'string') at.delete(last);
  if (Array.isArray(at) && typeof last === 'number' && last < at.length) at.splice(last, 1);
}

function child(at: Json | undefined, step: Step): Json | undefined {
  if (at instanceof Map && typeof step === 'string') return at.get(step);
  return Array.isArray(at) && typeof step === 'number' ? at[step] : undefined;
}

/** Makes what is missing on the way, also of a JSON null; where a step does not fit, nothing changes. */
export function setPath(json: string, pathJson: string, valueJson: string): string {
  const root = parsed(json);
  const path = JSON.parse(pathJson) as Step[];
  return printJson(set(root, path, parsed(valueJson)));
}

function set(at: Json, path: readonly Step[], value: Json): Json {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  if (typeof step === 'string') {
    const object = at === null ? new Map<string, Json>() : at;
    if (!(object instanceof Map)) return at;
    object.set(step, set(object.get(step) ?? null, rest, value));
    return object;
  }
  const array = at === null ? [] : at;
  if (!Array.isArray(array)) return at;
  while (array.length < step) array.push(null);
  array[step] = set(array[step] ?? null, rest, value);
  return array;
}
