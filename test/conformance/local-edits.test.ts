/** The local BigQuery edits rows as Google's reference implementation does, statement by statement. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BigQuery } from '@google-cloud/bigquery';
import { type BigQueryService, startBigQuery } from '../../local/bigquery/service.ts';
import { Faults } from '../../local/faults.ts';
import { bigqueryClient } from '../../local/provision.ts';
import { describeWithGoogleSql } from '../support/googlesql.ts';
import type { Row } from '../support/googlesql-values.ts';
import { askEdits } from './ask-edits.ts';
import { expectedRows } from './edit-oracle.ts';
import { ADA, correcting, editTable, erasing, group, JANE, PLACINGS } from './edit-table.ts';
import { LocalEdits } from './local-edits.ts';
import { LOCATION } from './local-table.ts';
import { ENTRIES, JSON_COLUMN, JSON_TEXT, PLAIN_ENTRIES } from './stored-documents.ts';
import { ITEMS, REQUIRED_COLUMNS, SCALAR_COLUMNS, STRUCTS, WHOLES } from './stored-scalars.ts';

const DATASET = 'edited';
const FORMS = [
  { name: 'columns', stored: [...SCALAR_COLUMNS, ...REQUIRED_COLUMNS] },
  ...[STRUCTS, WHOLES, ITEMS, JSON_COLUMN, JSON_TEXT, ENTRIES, PLAIN_ENTRIES].map((one) => ({
    name: one.name,
    stored: [one],
  })),
];
/** Rows cannot be inserted into a partition of ingestion by name. */
const KINDS = PLACINGS.filter(({ name }) => name !== 'partitioned by ingestion');

describeWithGoogleSql('the local BigQuery against GoogleSQL, at edits', (judge) => {
  let folder: string;
  let service: BigQueryService;
  let bigquery: BigQuery;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lethe-edits-'));
    service = await startBigQuery({ folder: join(folder, 'bigquery'), port: 0, faults: new Faults() });
    bigquery = bigqueryClient({ project: 'lethe-test', bigquery: service.address });
    await bigquery.createDataset(DATASET, { location: LOCATION });
  });
  afterAll(async () => {
    await service?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const tables = FORMS.flatMap(({ name, stored }, form) =>
    KINDS.map((placing, kind) => ({
      name: `${name}, ${placing.name}`,
      table: editTable(placing, stored, DATASET, `t${form}_${kind}`),
    })),
  );

  test.each(tables)(
    '$name: corrections, then deletions, leave the same rows',
    async ({ table }) => {
      const local = new LocalEdits(bigquery, judge());
      await local.create(table);
      const half = (rest: number) => table.properties.filter((_, at) => at % 2 === rest);
      const steps = [
        ...[0, 1, 2, 3].map((turn) => [group(JANE, correcting(table.properties, turn))]),
        [group(JANE, erasing(half(0))), group(ADA, correcting(half(1), 0))],
        [group(ADA, erasing(table.properties)), group(JANE, erasing(table.properties))],
      ];

      let rows: Row[] = table.rows;
      for (const groups of steps) {
        const edited = await askEdits(judge(), table, groups, local, rows);
        expect(edited.rows).toEqual(expectedRows(table, rows, groups));
        rows = edited.rows;
      }
    },
    120_000,
  );
});
