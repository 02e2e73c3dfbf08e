/** The data map's part about identities: which tables say that several identifiers are one person's. */
import { z } from 'zod';
import { columnPath } from './mapped-property.ts';
import { location, tableName } from './named-table.ts';
import { identifierType } from './subject.ts';

/** Identifiers found for one named identifier, beyond itself, unless the map says otherwise. */
const LIMIT_DEFAULT = 1_000;
const LIMIT_MAX = 10_000;

const linkSchema = z.strictObject(
  { type: identifierType, column: columnPath },
  { error: 'must be {type, column}' },
);

const mappingTable = z
  .strictObject(
    {
      table: tableName.describe(
        'dataset.table or project.dataset.table; events_* stands for all date shards',
      ),
      location: location.optional().describe('Where the table is, when not where most of the map is'),
      links: z
        .array(linkSchema, { error: 'must be a list of {type, column}' })
        .min(2, 'must name at least two columns, or one under two types')
        .describe(
          'Columns whose values in one row are identifiers of one person; NULL and empty ones are not',
        ),
    },
    { error: 'must be {table, links}, and may have location' },
  )
  .superRefine(({ links }, context) => {
    links.forEach(({ type, column }, index) => {
      const first = links.findIndex((link) => link.type === type && link.column === column);
      if (first !== index)
        context.addIssue({
          code: 'custom',
          path: ['links', index],
          message: `is the same as links[${first}]`,
        });
    });
  });

export const identitySchema = z
  .strictObject(
    {
      tables: z
        .array(mappingTable, { error: 'must be a list of tables' })
        .min(1, 'must name at least one table')
        .describe('Mapping tables; they are read only, unless they stand among the tables of the map too'),
      person: identifierType
        .optional()
        .describe(
          'The type of which one person has one value: two of them show that people share an identifier',
        ),
      limit: z
        .int({ error: 'must be a whole number' })
        .min(1, 'must be at least 1')
        .max(LIMIT_MAX, `must be at most ${LIMIT_MAX}`)
        .default(LIMIT_DEFAULT)
        .describe(
          'Identifiers found for one named identifier, at most; a request with more of them needs a review',
        ),
    },
    { error: 'must be {tables}, and may have person and limit' },
  )
  .superRefine(({ tables, person }, context) => {
    tables.forEach(({ table }, index) => {
      if (tables.findIndex((other) => other.table === table) !== index)
        context.addIssue({
          code: 'custom',
          path: ['tables', index, 'table'],
          message: `${table} is named twice`,
        });
    });
    const types = tables.flatMap(({ links }) => links.map(({ type }) => type));
    if (person !== undefined && !types.includes(person))
      context.addIssue({ code: 'custom', path: ['person'], message: 'must be the type of a link' });
  });

type IdentityMap = z.infer<typeof identitySchema>;
export type MappingTable = IdentityMap['tables'][number];
