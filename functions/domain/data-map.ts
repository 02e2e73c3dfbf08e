/**
 * The data map: which BigQuery tables of a tenant hold personal data and which columns say whose it is. Written in
 * YAML by people, checked here for its form and by `check-data-map.ts` against the real tables.
 */
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { LetheError } from './errors.ts';
import { identitySchema, type MappingTable } from './identity-map.ts';
import { columnPath, mappedProperty } from './mapped-property.ts';
import { location, tableName } from './named-table.ts';
import { identifierType } from './subject.ts';
import { fieldErrors } from './validation.ts';

const identifierSchema = z.strictObject(
  { type: identifierType, column: columnPath },
  { error: 'must be {type, column}' },
);

const said = z
  .string({ error: 'must be a text' })
  .min(1, 'must not be empty')
  .max(500, 'must have at most 500 characters');

const tableSchema = z.strictObject(
  {
    table: tableName.describe('dataset.table or project.dataset.table; events_* stands for all date shards'),
    location: location.optional().describe('Where the table is, when not where most of the map is'),
    identifiers: z
      .array(identifierSchema, { error: 'must be a list of {type, column}' })
      .min(1, 'must name at least one identifier column')
      .describe(
        'Columns that say whose row it is; several types and several columns of one type are allowed',
      ),
    event_time: z
      .strictObject(
        {
          column: columnPath,
          unit: z
            .enum(['seconds', 'milliseconds', 'microseconds'], {
              error: 'must be seconds, milliseconds or microseconds',
            })
            .optional()
            .describe('Of an INT64 column'),
        },
        { error: 'must be {column}, and unit where the column is INT64' },
      )
      .optional()
      .describe('When the event happened'),
    category: said.optional().describe('Which kind of personal data it is, in words for the subject'),
    source: said.optional().describe('Where the data comes from, in words for the subject'),
    properties: z
      .array(mappedProperty, { error: 'must be a list of {name, column, …}' })
      .optional()
      .describe('Where named properties live; a request may ask for these names only'),
  },
  {
    error: 'must be {table, identifiers}, and may have location, event_time, category, source and properties',
  },
);

const KEEP_DAYS = 'must be a whole number of days from 1 to 365';
const keepDays = z.int({ error: KEEP_DAYS }).min(1, KEEP_DAYS).max(365, KEEP_DAYS);

export const dataMapSchema = z
  .strictObject(
    {
      version: z.literal(1, { error: 'must be 1' }),
      location: location.describe('BigQuery location of the tables, unless a table says otherwise'),
      exports: z
        .strictObject(
          { keep_days: keepDays.describe('Days after which exported files are removed') },
          { error: 'must be {keep_days}' },
        )
        .optional()
        .describe('Of the files that exports write'),
      tables: z
        .array(tableSchema, { error: 'must be a list of tables' })
        .min(1, 'must name at least one table'),
      identity: identitySchema
        .optional()
        .describe('Tables that say which identifiers are one person’s: a request then reaches all of them'),
    },
    {
      error: 'must be a mapping with version, location and tables, and may have exports and identity',
    },
  )
  .superRefine((map, context) => {
    const seen = new Set<string>();
    map.tables.forEach(({ table }, index) => {
      if (seen.has(table)) {
        context.addIssue({
          code: 'custom',
          path: ['tables', index, 'table'],
          message: `${table} is named twice`,
        });
      }
      seen.add(table);
    });
  });

export type DataMap = z.infer<typeof dataMapSchema>;
export type MappedTable = DataMap['tables'][number];

/**
 * Reads a data map from YAML (or JSON, which is YAML).
 * @throws LetheError `invalid_data_map`, with one entry for each finding.
 */
export function parseDataMap(text: string): DataMap {
  const result = dataMapSchema.safeParse(readYaml(text));
  if (!result.success) {
    const fields = fieldErrors(result.error);
    throw new LetheError('invalid_data_map', `${fields[0]?.field} ${fields[0]?.detail}`, { fields });
  }
  return result.data;
}

function readYaml(text: string): unknown {
  const document = parseDocument(text, { uniqueKeys: true });
  const problem = document.errors[0];
  if (problem !== undefined) throw notYaml(problem);
  try {
    return document.toJS();
  } catch (error) {
    // What is wrong with an alias shows only here: it has no anchor, or aliases of aliases multiply without end.
    if (error instanceof ReferenceError) throw notYaml(error);
    throw error;
  }
}

function notYaml(cause: Error): LetheError {
  const fields = [{ field: 'body', detail: `is not YAML: ${cause.message}` }];
  return new LetheError('invalid_data_map', `The data map is not YAML: ${cause.message}`, { fields, cause });
}

export function locationOf(map: DataMap, table: MappedTable | MappingTable): string {
  return table.location ?? map.location;
}

/** Every location that holds a table of the map, sorted. */
export function locationsOf(map: DataMap): string[] {
  return [...new Set(map.tables.map((table) => locationOf(map, table)))].sort();
}

/** A type that only a mapping table has can be asked for: it leads to others. */
export function identifierTypesOf({ tables, identity }: DataMap): string[] {
  const links = identity?.tables.flatMap((table) => table.links) ?? [];
  const named = [...tables.flatMap((table) => table.identifiers), ...links];
  return [...new Set(named.map(({ type }) => type))].sort();
}

/** A mapping table as any other is planned: its links are identifiers. */
export function asMapped({ links, ...table }: MappingTable): MappedTable {
  return { ...table, identifiers: links };
}

export interface TableName {
  project: string;
  dataset: string;
  /** Without the `*` of a sharded table: then it is the prefix. */
  table: string;
  isSharded: boolean;
}

export function splitTableName(name: string, defaultProject: string): TableName {
  const parts = name.split('.');
  const [project, dataset, table] = parts.length === 3 ? parts : [defaultProject, ...parts];
  if (project === undefined || dataset === undefined || table === undefined) {
    throw new Error(`not a table name: ${name}`);
  }
  const isSharded = table.endsWith('*');
  return { project, dataset, table: isSharded ? table.slice(0, -1) : table, isSharded };
}

/** `20261124`, and what GA4 puts before it: `intraday_20261124`, `fresh_20261124`. */
export const SHARD_SUFFIX = '^(?:[a-z]+_)?[0-9]{8}$';

export function isShardSuffix(suffix: string): boolean {
  return new RegExp(SHARD_SUFFIX).test(suffix);
}
