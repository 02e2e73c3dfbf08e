import { z } from 'zod';
import { dataMapSchema } from '../functions/domain/data-map.ts';

/** Where editors find it: `# yaml-language-server: $schema=…` at the top of a data map. */
export const DATA_MAP_SCHEMA_FILE = 'docs/data-map.schema.json';

/**
 * The data map's form for editors (JSON Schema 2020-12). What needs two tables to be seen, a name that is there twice,
 * only `parseDataMap` finds.
 */
export function dataMapJsonSchema(): object {
  const { $schema, ...schema } = z.toJSONSchema(dataMapSchema, { target: 'draft-2020-12', io: 'input' });
  return {
    $schema,
    title: "Lethe's data map",
    description: 'Which BigQuery tables hold personal data, and which columns say whose it is.',
    ...schema,
  };
}
