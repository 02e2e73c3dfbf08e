/** A small table of events whose owners differ in as little as identifiers can. */
import type { TableSpec } from './system.ts';

const EVENTS_SCHEMA = [
  { name: 'distinct_id', type: 'STRING' },
  { name: 'user_id', type: 'STRING' },
  { name: 'event', type: 'STRING', mode: 'REQUIRED' },
  { name: 'time', type: 'TIMESTAMP' },
];

/** Identifiers that a careless comparison takes for `jane`. */
export const LOOK_ALIKES: readonly string[] = [
  'jan',
  'janet',
  'xjane',
  'Jane',
  'JANE',
  ' jane',
  'jane ',
  'jane\t',
  'jane\n',
  "jane'",
  '"jane"',
  'jane\\',
  'j_ne',
  'j%',
  '%',
  '_',
  "' OR '1'='1",
  'jane; DROP TABLE events; --',
  'jаne', // Cyrillic а
  'jane\u200b',
  'ｊａｎｅ',
  'jané',
  'jane\u0301',
  '😀jane',
  'null',
  'NULL',
];

/** Pairs of which the second is asked for and the first must stay. */
export const NUMBER_LOOK_ALIKES: readonly (readonly [kept: string, deleted: string])[] = [
  ['7', '007'],
  ['1000', '1e3'],
  ['1', '1.0'],
  ['12345678901234567890', '12345678901234567891'],
  ['\u00e9', 'e\u0301'],
  ['👩', '👩‍🦰'],
];

export function eventsTable(
  table: string,
  owners: readonly string[],
  more: Partial<TableSpec> = {},
): TableSpec {
  return {
    table,
    schema: EVENTS_SCHEMA,
    rows: owners.flatMap((owner, index) => [
      { distinct_id: owner, event: 'opened', time: `2026-0${(index % 9) + 1}-11T10:00:00Z` },
      {
        distinct_id: owner,
        user_id: `u-${index}`,
        event: 'closed',
        time: `2026-0${(index % 9) + 1}-12T23:59:59.999999Z`,
      },
    ]),
    ...more,
  };
}

export const eventsMap = (tables: readonly string[]) => (dataset: string) =>
  `version: 1
location: EU
tables:
${tables
  .map(
    (table) => `  - table: ${dataset}.${table}
    identifiers:
      - {type: distinct_id, column: distinct_id}
      - {type: user_id, column: user_id}
    event_time: {column: time}
`,
  )
  .join('')}`;
