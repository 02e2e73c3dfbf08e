import { identifierTypesOf } from '../../../functions/domain/data-map.ts';
import { placeOf } from '../../../functions/domain/property-place.ts';
import { demoData, demoPopulation } from '../../../local/demo/demo-data.ts';
import { demoDataMap, demoPeople, subjectsOf } from '../../../local/demo/demo-people.ts';
import { JANE, LOOK_ALIKES } from '../../../local/demo/look-alikes.ts';

const OPTIONS = { rows: 20_000, today: '2026-11-24' };

describe('the demo tenant’s data map', () => {
  test('is valid and covers every table of the demo', () => {
    const map = demoDataMap();
    const covered = demoData(OPTIONS).map(({ dataset, table, location }) => {
      const mapped = map.tables.find((candidate) =>
        candidate.table.endsWith('*')
          ? `${dataset}.${table}`.startsWith(candidate.table.slice(0, -1))
          : candidate.table === `${dataset}.${table}`,
      );
      return (mapped?.location ?? map.location) === location;
    });
    expect(covered.every(Boolean)).toBe(true);
    expect(identifierTypesOf(map)).toEqual([
      'device_id',
      'distinct_id',
      'domain_userid',
      'network_userid',
      'user_id',
      'user_pseudo_id',
    ]);
  });

  test('names only columns that the tables have', () => {
    const tables = demoData(OPTIONS);
    for (const mapped of demoDataMap().tables) {
      const prefix = mapped.table.replace('*', '');
      const table = tables.find(({ dataset, table: name }) => `${dataset}.${name}`.startsWith(prefix));
      const columns = [
        ...mapped.identifiers.map(({ column }) => column),
        mapped.event_time?.column ?? [],
      ].flat();
      for (const column of columns) {
        let fields = table?.schema;
        for (const name of column.split('.')) {
          const field = fields?.find((candidate) => candidate.name === name);
          expect({ column, type: field?.type }).toEqual({ column, type: expect.any(String) });
          fields = field?.fields;
        }
      }
    }
  });

  test('names only properties for which the tables have a place', () => {
    const tables = demoData(OPTIONS);
    for (const mapped of demoDataMap().tables) {
      const prefix = mapped.table.replace('*', '');
      const table = tables.find(({ dataset, table: name }) => `${dataset}.${name}`.startsWith(prefix));
      for (const property of mapped.properties ?? [])
        expect(placeOf(property, table?.schema ?? [])).toHaveProperty('place');
    }
  });
});

describe('the people worth showing', () => {
  const [jane, joe, lookAlike] = demoPeople(OPTIONS);

  test('begin with Jane, who has several ids with rows in every product', () => {
    const found = Object.fromEntries(
      jane?.identifiers.map(({ subject, rows }) => [`${subject.type} ${subject.value}`, rows]) ?? [],
    );
    expect(Object.keys(found).length).toBeGreaterThanOrEqual(17);
    expect(Object.values(found).every((rows) => Object.keys(rows).length > 0)).toBe(true);
    expect(found[`distinct_id ${JANE}`]).toMatchObject({
      'mixpanel.mp_master_event': expect.any(Number),
      'mixpanel.mp_people_data_2237': 1,
      'mixpanel.mp_identity_mappings_data_2237': 3,
      'snowplow.events': expect.any(Number),
    });
    const shards = Object.keys(found[`distinct_id ${JANE}`] ?? {}).filter((table) =>
      table.includes('.events_'),
    );
    expect(shards.length).toBeGreaterThan(5);
    expect(found[`distinct_id ${JANE}`]).toEqual(found[`user_id ${JANE}`]);
  });

  test('all of her rows are no more than the sum, and no less than the largest, of those by identifier', () => {
    for (const [table, all] of Object.entries(jane?.allRows ?? {})) {
      const each = jane?.identifiers.map(({ rows }) => rows[table] ?? 0) ?? [];
      expect(all).toBeGreaterThanOrEqual(Math.max(...each));
      expect(all).toBeLessThanOrEqual(each.reduce((sum, rows) => sum + rows, 0));
    }
  });

  test('share a device: one id, equal rows', () => {
    const idsOf = (person: typeof jane) =>
      person?.identifiers.map(({ subject }) => JSON.stringify(subject)) ?? [];
    const shared = idsOf(jane).filter((id) => idsOf(joe).includes(id));
    expect(shared).toHaveLength(5);
  });

  test('the look-alike has rows of its own under ids that differ', () => {
    expect(lookAlike?.identifiers[0]?.subject.value).toBe(JANE.slice(0, -1));
    expect(lookAlike?.allRows['mixpanel.mp_people_data_2237']).toBe(1);
  });

  test('no look-alike has an identifier of Jane’s', () => {
    const population = demoPopulation(OPTIONS);
    const hers = subjectsOf(population, 0).map((subject) => JSON.stringify(subject));
    for (let index = 0; index < LOOK_ALIKES.length; index++) {
      const ids = subjectsOf(population, population.size - LOOK_ALIKES.length + index);
      expect(ids.map((subject) => JSON.stringify(subject)).filter((id) => hers.includes(id))).toEqual([]);
    }
  });
});
