/** Rows as JSON brings them, checked against the schema. */
import type { Field } from './catalog.ts';
import { BadValue, type Check, scalarCheck } from './scalar-checks.ts';

interface CheckOptions {
  ignoreUnknown: boolean;
  /** Streaming takes the text of a JSON value; a load job takes the value itself. Both go on as normalised text. */
  isJsonText: boolean;
}

type Json = Record<string, unknown>;
export type RowCheck = (row: unknown) => Json;

/** Compiles a check for rows of this schema; what it returns is the same object when nothing had to be changed. */
export function compileRowCheck(fields: Field[], options: CheckOptions): RowCheck {
  const check = compileStruct(fields, options);
  return (row) => check(row, '') as Json;
}

function compileStruct(fields: Field[], options: CheckOptions): Check {
  const byName = new Map<string, { name: string; check: Check }>();
  for (const field of fields)
    byName.set(field.name.toLowerCase(), { name: field.name, check: compile(field, options) });
  const exact = new Map([...byName.values()].map((entry) => [entry.name, entry]));
  const required = fields.filter(({ mode }) => mode === 'REQUIRED').map(({ name }) => name);
  return (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new BadValue(path, `This field: ${path} is not a record.`);
    const record = value as Json;
    let changed: Json | undefined;
    for (const key of Object.keys(record)) {
      const entry = exact.get(key) ?? byName.get(key.toLowerCase());
      if (entry === undefined) {
        if (options.ignoreUnknown) continue;
        throw new BadValue(join(path, key), `no such field: ${join(path, key)}.`);
      }
      const before = record[key];
      const after = entry.check(before, join(path, entry.name));
      if (after === before && entry.name === key) continue;
      changed ??= { ...record };
      if (entry.name !== key) delete changed[key];
      changed[entry.name] = after;
    }
    const result = changed ?? record;
    for (const name of required)
      if (result[name] === undefined || result[name] === null)
        throw new BadValue(join(path, name), `Missing required field: ${join(path, name)}.`);
    return result;
  };
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

function compile(field: Field, options: CheckOptions): Check {
  const single =
    field.type === 'STRUCT' ? compileStruct(field.fields ?? [], options) : scalarCheck(field.type, options);
  if (field.mode !== 'REPEATED')
    return (value, path) => {
      if (value === null || value === undefined) return value;
      if (Array.isArray(value) && (field.type !== 'JSON' || options.isJsonText))
        throw new BadValue(path, `Array specified for non-repeated field: ${path}.`);
      return single(value, path);
    };
  return (value, path) => {
    if (value === null || value === undefined) return value;
    if (!Array.isArray(value))
      throw new BadValue(path, `Repeated field must be imported as a JSON array. Field: ${path}.`);
    let changed: unknown[] | undefined;
    value.forEach((item, index) => {
      if (item === null)
        throw new BadValue(path, `Only optional fields can be set to NULL. Field: ${path}; Value: NULL`);
      const after = single(item, path);
      if (after === item) return;
      changed ??= [...value];
      changed[index] = after;
    });
    return changed ?? value;
  };
}
