import fc from 'fast-check';
import { LinkGraph, type LinkRow } from '../../../functions/domain/link-graph.ts';
import { resolutionOf } from '../../../functions/domain/resolution.ts';
import type { Subject } from '../../../functions/domain/subject.ts';

const id = (value: string): Subject => ({ type: 'id', value });
const user = (value: string): Subject => ({ type: 'user', value });
const LIMITS = { person: 'user', bytesMax: 1_000 };

/** Asks a table of two columns about everything, as long as there is something to ask about. */
function explored(
  rows: readonly LinkRow[],
  from: readonly Subject[],
  { limit = 100, types = ['id', 'id'] }: { limit?: number; types?: string[] } = {},
): LinkGraph {
  const graph = new LinkGraph(limit);
  for (;;) {
    const about = graph.unasked(from);
    if (about.length === 0) return graph;
    const isAbout = (row: LinkRow) =>
      row.some((value, link) => about.some((one) => one.type === types[link] && one.value === value));
    graph.markAsked(about);
    graph.takeIn(about, types, rows.filter(isAbout));
  }
}

const valuesOf = (subjects: readonly Subject[]) => subjects.map(({ value }) => value).sort();

test('what is linked directly, over others, and in a cycle is reached; the rest is not', () => {
  const rows = [
    ['a', 'b'],
    ['b', 'c'],
    ['c', 'a'],
    ['x', 'y'],
  ];

  const reached = explored(rows, [id('b')]).reach(id('b'));

  expect([valuesOf(reached.found), reached.unasked, reached.isCut]).toEqual([['a', 'c'], [], false]);
});

test('each identifier is asked about once, whoever leads to it', () => {
  const graph = new LinkGraph(100);
  expect(graph.unasked([id('a'), id('b'), id('a')])).toEqual([id('a'), id('b')]);
  graph.markAsked([id('a'), id('b')]);
  graph.takeIn(
    [id('a'), id('b')],
    ['id', 'id'],
    [
      ['a', 'c'],
      ['b', 'c'],
    ],
  );

  expect(graph.unasked([id('a'), id('b')])).toEqual([id('c')]);
});

test('NULL and the empty text link nobody, and an equal value of another type is another identifier', () => {
  const types = ['id', 'user'];
  const rows = [
    ['a', null],
    ['b', null],
    ['a', ''],
    ['b', ''],
    ['a', 'b'],
    ['b', 'u'],
  ];

  expect(explored(rows, [id('a')], { types }).reach(id('a')).found).toEqual([user('b')]);
});

test('one column under two types gives its value both', () => {
  const graph = explored([['device', 'jane', 'jane']], [id('device')], { types: ['id', 'id', 'user'] });

  expect(graph.reach(id('device')).found).toEqual([id('jane'), user('jane')]);
});

test('as many as the limit are found; with one more it is cut, and nothing further is asked about', () => {
  const rows = ['1', '2', '3'].map((value) => ['a', value]);

  expect(explored(rows, [id('a')], { limit: 3 }).reach(id('a')).isCut).toBe(false);
  expect(explored(rows, [id('a')], { limit: 2 }).reach(id('a'))).toMatchObject({ isCut: true, unasked: [] });
});

test('more rows of one identifier than the statement gives is cut too, however few identifiers are in them', () => {
  const graph = new LinkGraph(3);
  graph.markAsked([id('a')]);
  const pairs = ['x', 'y'].flatMap((one) => ['p', 'q'].map((other) => ['a', one, other]));
  graph.takeIn([id('a')], ['id', 'second', 'third'], pairs);

  expect(graph.reach(id('a')).isCut).toBe(true);
});

test('what is reached is the same from everybody in it, in any world', () => {
  const value = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', '', null);
  fc.assert(
    fc.property(fc.array(fc.tuple(value, value), { maxLength: 12 }), (rows) => {
      const graph = explored(rows, ['a', 'b', 'c', 'd', 'e', 'f'].map(id));
      const all = valuesOf([id('a'), ...graph.reach(id('a')).found]);
      for (const one of all) expect(valuesOf([id(one), ...graph.reach(id(one)).found])).toEqual(all);
      const isLinked = (row: LinkRow) => row.every((end) => end !== null && end !== '');
      for (const [one, other] of rows.filter(isLinked))
        expect(all.includes(String(one))).toBe(all.includes(String(other)));
    }),
  );
});

describe('a request', () => {
  const types = ['id', 'user'];
  const shared = [
    ['tablet', 'jane'],
    ['tablet', 'joe'],
    ['phone', 'jane'],
  ];
  const resolve = (subjects: Subject[], rows: LinkRow[] = shared) =>
    resolutionOf(subjects, explored(rows, subjects, { types }), LIMITS);

  test('reaches what its subjects reach, each once, without the named ones', () => {
    const rows = [
      ['tablet', 'jane'],
      ['phone', 'jane'],
    ];
    expect(resolve([id('phone'), user('jane')], rows)).toEqual({ found: [id('tablet')], count: 1 });
    expect(resolve([id('nobody')])).toEqual({ found: [], count: 0 });
  });

  test.each([
    ['one of them', [user('jane')]],
    ['the device', [id('tablet')]],
    ['another device', [id('phone')]],
  ])('needs a review when two people share a device and it names %s', (_, subjects) => {
    expect(resolve(subjects)).toMatchObject({ count: 4 - subjects.length, review: 'shared_identifier' });
  });

  test('needs none when it names both', () => {
    expect(resolve([user('jane'), user('joe')]).review).toBeUndefined();
  });

  test('needs none for two people who share nothing', () => {
    expect(
      resolve(
        [user('jane'), user('ann')],
        [
          ['phone', 'jane'],
          ['pad', 'ann'],
        ],
      ).review,
    ).toBeUndefined();
  });

  test('of more bytes than a statement takes needs a review, and none of them is kept', () => {
    expect(resolve([user('jane')], [['x'.repeat(1_001), 'jane']])).toEqual({
      found: [],
      count: 1,
      review: 'too_many_identifiers',
    });
  });

  test('whose last level was not asked about needs a review', () => {
    const graph = new LinkGraph(100);
    graph.markAsked([id('a')]);
    graph.takeIn([id('a')], ['id', 'id'], [['a', 'b']]);
    expect(resolutionOf([id('a')], graph, LIMITS).review).toBe('too_many_identifiers');
  });
});
