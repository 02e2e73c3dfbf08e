/**
 * Asks the mapping tables of a tenant whose identifiers are one person's, level by level, for all requests together: one
 * query a table and level (more only where the identifiers do not fit into one statement).
 */
import { createHmac } from 'node:crypto';
import { asMapped, type DataMap, locationOf, splitTableName } from '../../domain/data-map.ts';
import type { MappingTable } from '../../domain/identity-map.ts';
import { LinkGraph, type LinkRow } from '../../domain/link-graph.ts';
import { type PlannedTable, planTable } from '../../domain/planned-table.ts';
import type { RequestDocument } from '../../domain/request.ts';
import { type Resolution, resolutionOf } from '../../domain/resolution.ts';
import type { Subject } from '../../domain/subject.ts';
import { WarehouseError } from '../../ports.ts';
import type { Services } from '../../services.ts';
import { linksOf } from '../../sql/links.ts';
import type { Statement } from '../../sql/statement.ts';
import { IDENTIFIER_BYTES_PER_BATCH } from '../batch-limits.ts';
import { mapConcurrently } from '../concurrently.ts';

/** A chain of mappings that is longer is for a person to look at. */
const LEVELS_MAX = 10;
/** Of 1,024 bytes each they stay far below BigQuery's 10 MB of parameters, under two types as well. */
const IDENTIFIERS_PER_STATEMENT = 4_000;
const TABLES_AT_ONCE = 8;
/** Of one request, together with the named ones: what every worker's statement can ask for. */
const FOUND_BYTES_MAX = IDENTIFIER_BYTES_PER_BATCH / 4;

export interface Asking {
  services: Services;
  map: DataMap;
  /** What sets these questions apart from the same ones of other times: an ended job keeps its id for ever. */
  occasion: unknown;
  /** Called again and again; what it throws ends the search. */
  whileWaiting: () => Promise<void>;
}

export interface Found {
  /** In the order of the requests. */
  resolutions: Resolution[];
  /** `project:location.job` */
  jobs: string[];
}

/** @throws WarehouseError when a mapping table cannot be asked */
export async function findIdentities(
  asking: Asking,
  documents: readonly Pick<RequestDocument, 'subjects'>[],
): Promise<Found> {
  const { identity } = asking.map;
  if (identity === undefined) throw new Error('the data map names no mapping tables');
  const tables = await Promise.all(identity.tables.map((table) => planMappingTable(asking, table)));
  const graph = new LinkGraph(identity.limit);
  const named = documents.flatMap(({ subjects }) => subjects);
  const jobs: string[] = [];
  for (let level = 0; level < LEVELS_MAX; level += 1) {
    const unasked = graph.unasked(named);
    if (unasked.length === 0) break;
    for (let at = 0; at < unasked.length; at += IDENTIFIERS_PER_STATEMENT) {
      const about = unasked.slice(at, at + IDENTIFIERS_PER_STATEMENT);
      const answers = await mapConcurrently(tables, TABLES_AT_ONCE, (table) =>
        ask(asking, table, about, identity.limit),
      );
      graph.markAsked(about);
      for (const { table, rows, job } of answers) {
        graph.takeIn(
          about,
          table.identifiers.map(({ type }) => type),
          rows,
        );
        jobs.push(...job);
      }
    }
  }
  const limits = { person: identity.person, bytesMax: FOUND_BYTES_MAX };
  return { resolutions: documents.map(({ subjects }) => resolutionOf(subjects, graph, limits)), jobs };
}

async function planMappingTable({ services, map }: Asking, table: MappingTable): Promise<PlannedTable> {
  const defaults = { project: services.config.project, location: locationOf(map, table) };
  const metadata = await services.warehouse.describe(splitTableName(table.table, defaults.project));
  const joined = planTable(asMapped(table), metadata, defaults);
  if ('table' in joined) return joined.table;
  const message = joined.findings.map(({ field, detail }) => `${field}: ${detail}`).join('; ');
  throw new WarehouseError({ reason: 'invalid', message });
}

async function ask(
  { services, occasion, whileWaiting }: Asking,
  table: PlannedTable,
  about: readonly Subject[],
  limit: number,
): Promise<{ table: PlannedTable; rows: LinkRow[]; job: string[] }> {
  await whileWaiting();
  const statement = linksOf(table, about, limit);
  if (statement === undefined) return { table, rows: [], job: [] };
  const { location } = table;
  const id = jobIdOf(services.config.hashKey, [occasion, location, statement]);
  const job = { id, location, statement, labels: { lethe: 'identity' } };
  const finished = await services.warehouse.run(job, whileWaiting);
  return { table, rows: await services.warehouse.linkRows(job), job: [finished.job] };
}

/** The same for whoever asks the very same on the same occasion, who then adopts the job. Keyed: the question names people. */
function jobIdOf(hashKey: Uint8Array, question: [unknown, string, Statement]): string {
  return `lethe_identity_${createHmac('sha256', hashKey).update(JSON.stringify(question)).digest('hex').slice(0, 40)}`;
}
