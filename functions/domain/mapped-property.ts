/**
 * Where named properties live in a table, as the data map says it. A property may have several places in one table; the
 * name `*` stands for every name that the table's other entries do not have.
 */
import { z } from 'zod';

/** Longest name of a property, in characters. */
const PROPERTY_NAME_MAX = 255;
export const EVERY_PROPERTY = '*';

export const columnPath = z
  .string({ error: 'must be a column, or a field of a STRUCT column ("device.advertising_id")' })
  .regex(
    /^[\p{L}_][\p{L}\p{N}_]{0,299}(?:\.[\p{L}_][\p{L}\p{N}_]{0,299}){0,14}$/u,
    'must be a column, or a field of a STRUCT column ("device.advertising_id")',
  );

export const propertyName = z
  .string({ error: 'must be the name of a property' })
  .min(1, 'must not be empty')
  .max(PROPERTY_NAME_MAX, `must have at most ${PROPERTY_NAME_MAX} characters`)
  .refine((name) => name.isWellFormed(), 'must be well-formed Unicode');

/**
 * JSON_REMOVE turns no `\"` into a quote: a key with one in it could be read, but never removed. A backslash at the end
 * would take the quote that ends the key for one of its own.
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/json_functions#JSONPath_format
 */
export function isAddressableKey(key: string): boolean {
  return key !== '' && !key.includes('"') && !key.endsWith('\\') && key.isWellFormed();
}

const jsonKey = z
  .string({ error: 'must be a key' })
  .refine(isAddressableKey, 'must not be empty, contain " or end in \\, which no JSONPath can address');

export const mappedProperty = z
  .strictObject(
    {
      name: propertyName.describe('As requests name it; * stands for every other name'),
      column: columnPath.describe('The column, or the field of a STRUCT column, that holds it'),
      key: z
        .union([jsonKey, z.array(jsonKey).min(1).max(20)], { error: 'must be a key or a list of keys' })
        .optional()
        .describe(
          'In a JSON column, or a STRING column with JSON text: its key, or the keys that lead to it',
        ),
      entry: z
        .string({ error: 'must be the key of an entry' })
        .min(1)
        .optional()
        .describe('In an array of {key, value}, as GA4 has it: the key of its entry'),
      item_field: columnPath
        .optional()
        .describe('In an array of STRUCT, as Snowplow has it: the field of every item'),
      replacement: z
        .union([z.string(), z.number(), z.boolean()], { error: 'must be a text, a number or a truth value' })
        .optional()
        .describe(
          'What a REQUIRED column or field holds instead, because it cannot become NULL; of a key: what a text becomes that should be JSON and is not, and may hold the key',
        ),
    },
    {
      error:
        'must be {name, column}, and one of key, entry and item_field where the column is not the property',
    },
  )
  .superRefine((property, context) => {
    const forms = (['key', 'entry', 'item_field'] as const).filter((form) => property[form] !== undefined);
    const issue = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message });
    if (forms.length > 1) issue(forms[1] ?? '', `cannot stand beside ${forms[0]}`);
    const isOpen = property.key === EVERY_PROPERTY || property.entry === EVERY_PROPERTY;
    if (property.name === EVERY_PROPERTY && !isOpen)
      issue('name', 'can be * only where key or entry is * too: every name is then a key of its own');
    if (property.name !== EVERY_PROPERTY && isOpen) issue('name', 'must be * where key or entry is *');
  });

export type MappedProperty = z.infer<typeof mappedProperty>;

/** The entries for a property, with `*` brought to its name; none: the table does not have it. */
export function placesFor(properties: readonly MappedProperty[], name: string): MappedProperty[] {
  const named = properties.filter((property) => property.name === name && name !== EVERY_PROPERTY);
  if (named.length > 0) return named;
  return properties
    .filter((property) => property.name === EVERY_PROPERTY)
    .map((property) => ({
      ...property,
      name,
      ...(property.key !== undefined && { key: name }),
      ...(property.entry !== undefined && { entry: name }),
    }));
}

/** Keys of the JSON path; `undefined` when the property is not in JSON. */
export function keysOf({ key }: MappedProperty): string[] | undefined {
  return typeof key === 'string' ? [key] : key;
}
