/** What `npm run load` was asked to do, from its arguments. */
import { parseArgs } from 'node:util';

type Unit = 'HOUR' | 'DAY' | 'MONTH' | 'YEAR';

export interface LoadOrder {
  dataset: string;
  /** Without a partition. */
  table: string;
  /** `20261124`, from `DATASET.TABLE$20261124`: the rows go into this partition. */
  partition?: string;
  file: string;
  schemaFile?: string;
  location?: string;
  /** Without a field: by ingestion time. */
  timePartitioning?: { type: Unit; field?: string };
  format: 'CSV' | 'NEWLINE_DELIMITED_JSON';
  isReplacing: boolean;
}

export const USAGE = `Loads a file of your own into the local BigQuery (started with: npm start).

  npm run load -- DATASET.TABLE FILE --schema SCHEMA.json [options]

  DATASET.TABLE           made when missing; DATASET.TABLE$20261124 loads into that partition
  FILE                    newline-delimited JSON or CSV, either may be gzipped
  --schema SCHEMA.json    a list of fields, as "bq mk --schema" takes it; not needed when the table is there
  --location LOCATION     of a new dataset (default EU)
  --partition-by COLUMN[:UNIT]
                          of a new table; UNIT is HOUR, DAY (default), MONTH or YEAR;
                          COLUMN may be _PARTITIONTIME: by ingestion time
  --format csv|ndjson     when the file's name does not end in .csv, .ndjson, .jsonl or .json (.gz may follow)
  --replace               the table's rows are replaced; otherwise the new ones are added
  --help

A first line of CSV that holds the columns' names is skipped. Exit codes: 0 loaded, 1 not loaded, 2 wrong arguments.`;

export class UsageError extends Error {}

const UNITS: readonly string[] = ['HOUR', 'DAY', 'MONTH', 'YEAR'];
const TARGET =
  /^(?<dataset>\w{1,1024})\.(?<table>[\p{L}\p{M}\p{N}\p{Pc}\p{Pd} ]{1,1024})(?:\$(?<partition>\d{4,10}))?$/u;

/** @throws UsageError. `'help'` when that is all that is asked for. */
export function parseOrder(args: readonly string[]): LoadOrder | 'help' {
  const { values, positionals } = parseStrictly(args);
  if (values.help) return 'help';
  const [target, file, ...others] = positionals;
  if (target === undefined || file === undefined) throw new UsageError('DATASET.TABLE and FILE are needed');
  if (others.length > 0) throw new UsageError(`one FILE at a time, not also ${others.join(' ')}`);
  const named = TARGET.exec(target)?.groups;
  if (named === undefined) throw new UsageError(`not DATASET.TABLE: ${target}`);
  const { dataset = '', table = '', partition } = named;
  const partitionBy = values['partition-by'];
  return {
    dataset,
    table,
    ...(partition !== undefined && { partition }),
    file,
    ...(values.schema !== undefined && { schemaFile: values.schema }),
    ...(values.location !== undefined && { location: values.location }),
    ...(partitionBy !== undefined && { timePartitioning: parsePartitionBy(partitionBy) }),
    format: formatOf(file, values.format),
    isReplacing: values.replace ?? false,
  };
}

function parseStrictly(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        schema: { type: 'string' },
        location: { type: 'string' },
        'partition-by': { type: 'string' },
        format: { type: 'string' },
        replace: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

function parsePartitionBy(text: string): { type: Unit; field?: string } {
  const [column = '', unit = 'DAY', ...rest] = text.split(':');
  const type = unit.toUpperCase();
  if (column === '' || rest.length > 0 || !UNITS.includes(type))
    throw new UsageError(`--partition-by must be COLUMN or COLUMN:${UNITS.join('|')}, not ${text}`);
  const isByIngestion = column.toUpperCase() === '_PARTITIONTIME';
  return { type: type as Unit, ...(!isByIngestion && { field: column }) };
}

function formatOf(file: string, asked: string | undefined): LoadOrder['format'] {
  const name = asked ?? /\.(csv|ndjson|jsonl|json)(?:\.gz)?$/i.exec(file)?.[1]?.toLowerCase();
  if (name === 'csv') return 'CSV';
  if (name === 'ndjson') return 'NEWLINE_DELIMITED_JSON';
  if (asked !== undefined) throw new UsageError(`--format must be csv or ndjson, not ${asked}`);
  if (name === undefined)
    throw new UsageError(`the name ${file} does not tell its format: say --format csv or --format ndjson`);
  return 'NEWLINE_DELIMITED_JSON';
}
