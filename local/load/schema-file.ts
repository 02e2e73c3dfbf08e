/** Schema files, as `bq mk --schema` takes them: a list of fields, or an object with such a list as `fields`. */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { fieldErrors } from '../../functions/domain/validation.ts';

export interface SchemaField {
  name: string;
  type: string;
  mode?: string | undefined;
  fields?: SchemaField[] | undefined;
}

const field: z.ZodType<SchemaField> = z.looseObject(
  {
    name: z.string({ error: 'must be a column name' }),
    type: z.string({ error: 'must be a type, as STRING or TIMESTAMP' }),
    mode: z
      .enum(['NULLABLE', 'REQUIRED', 'REPEATED'], { error: 'must be NULLABLE, REQUIRED or REPEATED' })
      .optional(),
    get fields() {
      return z.array(field, { error: 'must be a list of fields' }).optional();
    },
  },
  { error: 'must be a field: {"name": …, "type": …}' },
);

const schemaFile = z.array(field, { error: 'must be a list of fields' }).min(1, 'must have a field');

/** @throws with the file's name and what is wrong where. */
export async function readSchema(path: string): Promise<SchemaField[]> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw new Error(`There is no schema file ${path}.`, { cause: error });
    throw new Error(`The schema file ${path} cannot be read: ${error.message}`, { cause: error });
  });
  const document = parseJson(text, path);
  const isWrapped = typeof document === 'object' && document !== null && 'fields' in document;
  const result = schemaFile.safeParse(isWrapped ? document.fields : document);
  if (result.success) return result.data;
  const [problem] = fieldErrors(result.error);
  throw new Error(`${path} is not a schema: ${problem?.field} ${problem?.detail}.`);
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`The schema file ${path} is not JSON: ${(error as Error).message}`, { cause: error });
  }
}
