/** A tenant whose data map names mapping tables, and what they say. */
import type { System, TableSpec, Tenant } from './system.ts';

const TEXT = (name: string) => ({ name, type: 'STRING' });

export const jane = { type: 'distinct_id', value: 'jane' };

/** A table of events: one row for each owner. */
export function eventsOf(owners: readonly (string | null)[], more: Partial<TableSpec> = {}): TableSpec {
  return {
    table: 'events',
    schema: [TEXT('distinct_id'), TEXT('user_id')],
    rows: owners.map((distinct_id) => ({ distinct_id })),
    ...more,
  };
}

/** Two columns of distinct ids, as Mixpanel has them. */
export function merges(
  rows: readonly (readonly [string | null, string | null])[],
  more: Partial<TableSpec> = {},
) {
  const schema = [TEXT('distinct_id'), TEXT('other_id')];
  return {
    table: 'merges',
    schema,
    rows: rows.map(([distinct_id, other_id]) => ({ distinct_id, other_id })),
    ...more,
  };
}

/** Who has logged in where, as Segment has it. */
export function identifies(rows: readonly (readonly [string | null, string | null])[]): TableSpec {
  const schema = [TEXT('distinct_id'), TEXT('user_id')];
  return {
    table: 'identifies',
    schema,
    rows: rows.map(([distinct_id, user_id]) => ({ distinct_id, user_id })),
  };
}

const MERGES =
  '{table: DATASET.merges, links: [{type: distinct_id, column: distinct_id}, {type: distinct_id, column: other_id}]}';
const IDENTIFIES =
  '{table: DATASET.identifies, links: [{type: distinct_id, column: distinct_id}, {type: user_id, column: user_id}]}';

export interface IdentityOptions {
  limit?: number;
  /** Further lines under `tables`. */
  more?: string;
  merges?: string;
}

export function identityMap({ limit = 100, more = '', merges: mergesEntry = MERGES }: IdentityOptions = {}) {
  return (dataset: string) =>
    `version: 1
location: EU
tables:
  - table: DATASET.events
    identifiers: [{type: distinct_id, column: distinct_id}, {type: user_id, column: user_id}]
${more}identity:
  person: user_id
  limit: ${limit}
  tables:
    - ${mergesEntry}
    - ${IDENTIFIES}
`.replaceAll('DATASET', dataset);
}

/** Every owner who still has events. */
export async function ownersLeft(system: System, { dataset }: Tenant): Promise<unknown[]> {
  const rows = await system.query(`SELECT distinct_id FROM \`${dataset}.events\` ORDER BY 1`);
  return rows.map((row) => row['distinct_id']);
}

export function payloadOf(jws: string) {
  return JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString());
}
