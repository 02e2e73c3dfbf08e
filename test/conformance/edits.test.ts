/** Deletion of named properties and corrections, judged by Google's reference implementation, form of storage by form. */
import type { EditGroup } from '../../functions/domain/edits.ts';
import type { LocatedRow } from '../../functions/domain/located.ts';
import { describeWithGoogleSql, type GoogleSql } from '../support/googlesql.ts';
import { askEdits } from './ask-edits.ts';
import { expectedCounts, expectedRows } from './edit-oracle.ts';
import {
  ADA,
  correcting,
  type EditTable,
  editTable,
  erasing,
  group,
  JANE,
  NOBODY,
  PLACINGS,
} from './edit-table.ts';
import { ENTRIES, JSON_COLUMN, JSON_TEXT, PLAIN_ENTRIES } from './stored-documents.ts';
import { ITEMS, REQUIRED_COLUMNS, SCALAR_COLUMNS, STRUCTS, WHOLES } from './stored-scalars.ts';

const STORED = [
  ...SCALAR_COLUMNS,
  ...REQUIRED_COLUMNS,
  STRUCTS,
  WHOLES,
  ITEMS,
  JSON_COLUMN,
  JSON_TEXT,
  ENTRIES,
  PLAIN_ENTRIES,
];

/** Rows by the group that they concern, whatever else locate tells of them. */
function counts(found: readonly LocatedRow[], groups: readonly EditGroup[]): number[] {
  return groups.map((_, at) => found.reduce((sum, { groups: of = {} }) => sum + (of[at] ?? 0), 0));
}

async function expectEdited(judge: GoogleSql, table: EditTable, groups: EditGroup[]): Promise<void> {
  const { rows, found, rounds } = await askEdits(judge, table, groups);

  expect(rows).toEqual(expectedRows(table, table.rows, groups));
  expect(counts(found, groups)).toEqual(expectedCounts(table, table.rows, groups));
  expect(rounds).toBeLessThanOrEqual(groups.length);
}

describeWithGoogleSql('named properties by GoogleSQL', (judge) => {
  const [plain] = PLACINGS;
  if (plain === undefined) throw new Error('no placing');

  describe.each(STORED)('in $name', (stored) => {
    const table = editTable(plain, [stored]);
    const cases = stored.properties.flatMap((property) => [
      { name: property.map.name, edits: erasing([property]), what: 'is erased' },
      ...property.values.map((value) => ({
        name: property.map.name,
        edits: [{ property: property.map.name, value }],
        what: `becomes ${JSON.stringify(value)}`,
      })),
    ]);

    test.each(cases)(
      '$name $what: in all rows of its subject, and nothing else changes',
      async ({ edits }) => {
        await expectEdited(judge(), table, [group(JANE, edits)]);
      },
    );

    test('all properties at once are erased', async () => {
      await expectEdited(judge(), table, [group(JANE, erasing(stored.properties))]);
    });

    test('all properties at once are corrected, where they are', async () => {
      await expectEdited(judge(), table, [group(JANE, correcting(stored.properties, 1))]);
    });
  });

  describe.each(PLACINGS)('in a table of all forms, $name', (placing) => {
    const table = editTable(placing, STORED);
    const half = (rest: number) => table.properties.filter((_, at) => at % 2 === rest);

    test('two people lose different properties, in rows of both too', async () => {
      await expectEdited(judge(), table, [group(JANE, erasing(half(0))), group(ADA, erasing(half(1)))]);
    });

    test('one loses what another corrects, and a third asks who has no rows', async () => {
      await expectEdited(judge(), table, [
        group(NOBODY, erasing(table.properties)),
        group(ADA, correcting(half(1), 0)),
        group(JANE, erasing(half(0))),
      ]);
    });

    test('everybody loses everything, each by a request of their own', async () => {
      await expectEdited(judge(), table, [
        group(JANE, erasing(table.properties)),
        group(ADA, erasing(table.properties)),
      ]);
    });
  });
});
