/** JSON functions on STRINGs: the text is read anew for every row, and only as far as the path goes. */

import type { Step } from './json-paths.ts';
import { JsonReader } from './json-reader.ts';
import { JsonNumber, quoteJson } from './json-text.ts';

const asWritten = (source: string) => new JsonNumber(source);

/** The steps of the last path: a query asks for the same one, row after row. */
let last: { text: string; steps: Step[] } = { text: '[]', steps: [] };

function stepsOf(text: string): Step[] {
  if (last.text !== text) last = { text, steps: JSON.parse(text) as Step[] };
  return last.steps;
}

/** JSON_VALUE: the text of the scalar there, or null. */
export function textScalar(text: string, path: string): string | null {
  return new JsonReader(text, asWritten).find(stepsOf(path), (reader) => reader.scalar()) ?? null;
}

/** JSON_QUERY: what is there, compact, or null. */
export function textQuery(text: string, path: string): string | null {
  const found = new JsonReader(text, asWritten).find(stepsOf(path), (reader) => reader.compact());
  return found === 'null' ? null : (found ?? null);
}

/** JSON_QUERY_ARRAY, as JSON text of an array of strings. */
export function textQueries(text: string, path: string): string | null {
  const found = new JsonReader(text, asWritten).find(stepsOf(path), (reader) =>
    reader.elements((element) => element.compact()),
  );
  return found ? `[${found.map(quoteJson).join(',')}]` : null;
}

/** JSON_VALUE_ARRAY, as JSON text of an array of strings and nulls; null where an element is no scalar. */
export function textScalars(text: string, path: string): string | null {
  const found = new JsonReader(text, asWritten).find(stepsOf(path), (reader) =>
    reader.elements((element) => element.scalar()),
  );
  if (!found || found.includes(undefined)) return null;
  return `[${found.map((item) => (item === null || item === undefined ? 'null' : quoteJson(item))).join(',')}]`;
}
