/** Load jobs: an uploaded file of NDJSON or CSV into a table. Rows that come this way are never in the streaming buffer. */
import { rm, stat } from 'node:fs/promises';
import { arrivalOf } from '../arrival.ts';
import type { Field } from '../catalog.ts';
import type { TableRecord } from '../catalog-store.ts';
import type { Context } from '../context.ts';
import { invalid, notImplemented } from '../errors.ts';
import { insertFile } from '../ingest.ts';
import { type FieldResource, parseFields } from '../schema.ts';
import type { TableResource } from '../table-resource.ts';
import { checkDispositions, resolveTarget, writeTo } from './destination.ts';
import { refuseOtherSchema } from './fit.ts';
import type { LoadConfiguration } from './job.ts';
import type { Work } from './job-engine.ts';
import { checkedRows } from './load-rows.ts';

const FORMATS = ['CSV', 'NEWLINE_DELIMITED_JSON'];
/** Members of `configuration.load` whose effect would be missed. Unknown ones are ignored, as by the service. */
const UNSUPPORTED = [
  'sourceUris',
  'schemaInline',
  'schemaUpdateOptions',
  'allowJaggedRows',
  'projectionFields',
  'destinationEncryptionConfiguration',
  'referenceFileSchemaUri',
  'hivePartitioningOptions',
  'decimalTargetTypes',
  'jsonExtension',
  'preserveAsciiControlCharacters',
  'createSession',
  'nullMarkers',
  'timeZone',
  'dateFormat',
  'datetimeFormat',
  'timeFormat',
  'timestampFormat',
  'sourceColumnMatch',
  'autodetect',
];

/** @throws notImplemented, invalid: there will be no job */
export function checkLoadConfiguration(load: LoadConfiguration, upload: string | undefined): void {
  for (const name of UNSUPPORTED) {
    const value = load[name];
    if (value == null || value === false || (Array.isArray(value) && value.length === 0)) continue;
    throw notImplemented(`${name} of a load job`);
  }
  const { sourceFormat = 'CSV', encoding = 'UTF-8', maxBadRecords = 0 } = load;
  if (!FORMATS.includes(sourceFormat)) throw notImplemented(`the source format ${sourceFormat}`);
  if (encoding !== 'UTF-8') throw notImplemented(`the encoding ${encoding}`);
  if (Number(maxBadRecords) !== 0) throw notImplemented('maxBadRecords of a load job');
  checkDispositions(load);
  if (upload === undefined) throw invalid('Load configuration must specify at least one source URI');
}

export function loadLocation(
  { catalog }: Context,
  project: string,
  { destinationTable }: LoadConfiguration,
): string {
  const { reference } = resolveTarget({ projectId: project, ...destinationTable });
  return catalog.dataset(reference.project, reference.dataset).location;
}

export function loadWork(context: Context, project: string, load: LoadConfiguration, upload: string): Work {
  return {
    async run(finish, signal) {
      const target = { projectId: project, ...load.destinationTable };
      const { reference, partition } = resolveTarget(target);
      const existing = context.catalog.findTable(reference);
      const fields = fieldsFor(existing, load);
      const inputBytes = (await stat(upload)).size;
      const rows = await checkedRows(context, upload, fields, load);
      const destination = {
        target,
        createDisposition: load.createDisposition,
        writeDisposition: load.writeDisposition ?? 'WRITE_APPEND',
        resource: resourceOf(load),
        hasSchema: load.schema !== undefined,
      };
      try {
        await writeTo(
          context,
          destination,
          async (session, table) => {
            const written = await insertFile(
              session,
              table,
              rows.path,
              arrivalOf(context.now, table, partition),
            );
            const statistics = {
              inputFiles: '1',
              inputFileBytes: String(inputBytes),
              outputRows: String(written),
              outputBytes: String(rows.bytes),
              badRecords: '0',
            };
            await finish(session, { statistics: { load: statistics } });
          },
          signal,
        );
      } finally {
        await rm(rows.path, { force: true });
      }
    },
  };
}

/** The columns that the file's rows are checked against. @throws invalid */
function fieldsFor(existing: TableRecord | undefined, load: LoadConfiguration): Field[] {
  const sent = load.schema?.fields as FieldResource[] | undefined;
  if (existing === undefined && sent === undefined) throw invalid('No schema specified on job or table.');
  if (existing === undefined || sent === undefined)
    return sent === undefined ? (existing?.fields ?? []) : parseFields(sent);
  const fields = parseFields(sent);
  if (load.writeDisposition === 'WRITE_TRUNCATE') return fields;
  refuseOtherSchema(existing, fields);
  return existing.fields;
}

function resourceOf({
  schema,
  timePartitioning,
  rangePartitioning,
  clustering,
}: LoadConfiguration): TableResource {
  return {
    ...(schema && { schema: schema as NonNullable<TableResource['schema']> }),
    ...(timePartitioning && { timePartitioning }),
    ...(rangePartitioning && { rangePartitioning }),
    ...(clustering && { clustering }),
  };
}
