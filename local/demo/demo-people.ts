/** People of the demo worth showing, and what of them is in which table. */
import { readFileSync } from 'node:fs';
import { type DataMap, parseDataMap } from '../../functions/domain/data-map.ts';
import type { Subject } from '../../functions/domain/subject.ts';
import { countRows, type RowCounts } from './count-rows.ts';
import { type DemoOptions, demoData, demoPopulation } from './demo-data.ts';
import { LOOK_ALIKES } from './look-alikes.ts';
import type { Population } from './people.ts';

export interface DemoPerson {
  /** Why this one is worth showing. */
  about: string;
  identifiers: { subject: Subject; rows: RowCounts }[];
  /** What a request with all of the identifiers finds. */
  allRows: RowCounts;
}

export function demoDataMap(): DataMap {
  return parseDataMap(readFileSync(new URL('./data-map.yaml', import.meta.url), 'utf8'));
}

/** Reads all rows of the demo once. Jane, the heaviest user, comes first. */
export function demoPeople(options: DemoOptions): DemoPerson[] {
  const population = demoPopulation(options);
  const shown = [
    { about: 'the heaviest user, on three devices', number: 0 },
    { about: "shares one of Jane's devices", number: 1 },
    {
      about: "has an id that is Jane's but for its last digit",
      number: population.size - LOOK_ALIKES.length,
    },
    { about: 'one of many', number: Math.floor(population.size / 2) },
  ];
  const people = shown.map(({ about, number }) => ({ about, subjects: subjectsOf(population, number) }));
  const groups = people.flatMap(({ subjects }) => [...subjects.map((subject) => [subject]), subjects]);
  const counts = countRows(demoData(options), demoDataMap(), groups).values();
  const next = () => counts.next().value ?? {};
  return people.map(({ about, subjects }) => ({
    about,
    identifiers: subjects.map((subject) => ({ subject, rows: next() })),
    allRows: next(),
  }));
}

/** Every identifier that a person of the demo has, in all products. */
export function subjectsOf(population: Population, person: number): Subject[] {
  const userId = population.userId(person);
  const devices = Array.from({ length: population.deviceCount(person) }, (_, nth) =>
    population.device(population.deviceNumber(person, nth)),
  );
  return [
    { type: 'distinct_id', value: userId },
    { type: 'user_id', value: userId },
    ...devices.flatMap(({ deviceId, pseudoId, domainUserId, networkUserId }) => [
      { type: 'distinct_id', value: `$device:${deviceId}` },
      { type: 'device_id', value: deviceId },
      { type: 'user_pseudo_id', value: pseudoId },
      { type: 'domain_userid', value: domainUserId },
      { type: 'network_userid', value: networkUserId },
    ]),
  ];
}
