/** Tables, rows, subjects and partitions that nobody thought of. */
import fc from 'fast-check';
import { chunksOf } from '../../functions/domain/located.ts';
import type { Subject } from '../../functions/domain/subject.ts';
import { describeWithGoogleSql } from '../support/googlesql.ts';
import type { Row, Value } from '../support/googlesql-values.ts';
import { askDelete, askLocate, eraseLocated, located } from './ask.ts';
import { expectedLocated, isReachable, isTheirs, partitionOf, placesOf } from './oracle.ts';
import { NAMES, NUMBERS, OTHER_TYPE, TYPE } from './people.ts';
import { setPath } from './rows.ts';
import { SHAPES, type Shape } from './shapes.ts';

const RUNS = 200;

/** Few letters, so that prefixes, suffixes and repetitions meet; known look-alikes; and anything well-formed. */
const name = fc.oneof(
  fc.string({
    unit: fc.constantFrom('a', 'A', ' ', "'", '\\', '%', '\u0301', '😀'),
    minLength: 1,
    maxLength: 3,
  }),
  fc.constantFrom(...NAMES),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }),
);
const number = fc.oneof(
  fc.constantFrom(...NUMBERS),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
  fc.integer({ min: -3, max: 3 }).map(String),
);

/** A moment anywhere in four centuries, or one microsecond before, at or after an hour. */
const moment = fc
  .record({
    hour: fc.integer({ min: Date.UTC(1800, 0) / 3_600_000, max: Date.UTC(2200, 0) / 3_600_000 }),
    micro: fc.oneof(fc.constantFrom(0, 1, 3_599_999_999), fc.integer({ min: 0, max: 3_599_999_999 })),
  })
  .map(({ hour, micro }) => {
    const iso = new Date(hour * 3_600_000 + Math.floor(micro / 1000)).toISOString().slice(0, 23);
    return iso + String(micro % 1000).padStart(3, '0');
  });

function placeOf({ columns, placeColumn, places }: Shape): fc.Arbitrary<Value> {
  const column = columns.find((one) => one.name === placeColumn);
  const known = fc.constantFrom(...places);
  if (column === undefined || column.isPseudo) return known;
  switch (column.type) {
    case 'DATE':
      return fc.oneof(
        known,
        moment.map((text) => text.slice(0, 10)),
      );
    case 'DATETIME':
      return fc.oneof(known, moment);
    case 'TIMESTAMP':
      return fc.oneof(
        known,
        moment.map((text) => `${text}Z`),
      );
    default:
      return fc.oneof(known, fc.integer({ min: -60, max: 130 }).map(String));
  }
}

/** In a group of five names most rows belong to somebody who is asked for, or nearly. */
const world = fc.constantFrom(...SHAPES).chain((shape) => {
  const byType = { STRING: name, INT64: number };
  const groups = fc.record({
    STRING: fc.array(name, { minLength: 1, maxLength: 5 }),
    INT64: fc.array(number, { minLength: 1, maxLength: 5 }),
  });
  return groups.chain((group) => {
    const owners = Object.fromEntries(
      shape.table.identifiers.map(({ column, valueType }) => [
        column,
        fc.option(fc.oneof(fc.constantFrom(...group[valueType]), byType[valueType]), { freq: 5 }),
      ]),
    );
    const row = fc.record({ place: placeOf(shape), owners: fc.record(owners) });
    const subject = fc.record({
      type: fc.constantFrom(TYPE, TYPE, OTHER_TYPE),
      value: fc.oneof(fc.constantFrom(...group.STRING, ...group.INT64), name, number),
    });
    return fc.record({
      shape: fc.constant(shape),
      rows: fc.array(row, { maxLength: 25 }).map((all) => all.map((one) => toRow(shape, one))),
      subjects: fc.array(subject, { minLength: 1, maxLength: 6 }) as fc.Arbitrary<Subject[]>,
      isChosen: fc.func(fc.boolean()),
    });
  });
});

function toRow(
  { placeColumn }: Shape,
  { place, owners }: { place: Value; owners: Record<string, string | null> },
): Row {
  const row: Row = placeColumn === undefined ? {} : { [placeColumn]: place };
  for (const [path, value] of Object.entries(owners)) setPath(row, path, value);
  return row;
}

describeWithGoogleSql('locate and delete over random worlds', (judge) => {
  test(`all and only the subjects' rows are counted, and taken, in ${RUNS} worlds`, async () => {
    await fc.assert(
      fc.asyncProperty(world, async ({ shape, rows, subjects, isChosen }) => {
        const found = await askLocate(judge(), shape, rows, subjects);
        expect(located(found)).toEqual(expectedLocated(shape, rows, subjects));

        const left = await eraseLocated(judge(), shape, rows, subjects, found);
        expect(left).toEqual(
          rows.filter((row) => !(isTheirs(shape, row, subjects) && isReachable(shape, row))),
        );

        const chosen = found.filter(({ partition }) => isChosen(partition));
        for (const chunk of chunksOf(shape.table, chosen)) {
          const taken = await askDelete(judge(), shape, rows, subjects, chunk);
          expect(rows.filter((row) => taken.has(row))).toEqual(
            rows.filter(
              (row) => isTheirs(shape, row, subjects) && placesOf(chunk).includes(partitionOf(shape, row)),
            ),
          );
        }
      }),
      { numRuns: RUNS },
    );
  }, 120_000);
});
