import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { parseDataMap } from '../../../functions/domain/data-map.ts';
import { DATA_MAP_SCHEMA_FILE } from '../../../scripts/data-map-schema.ts';

const ROOT = resolve(__dirname, '../../..');
const MAPS = join(ROOT, 'maps');
const FILES = readdirSync(MAPS).filter((name) => name.endsWith('.yaml'));

test('the page names every map', () => {
  const page = readFileSync(join(MAPS, 'README.md'), 'utf8');

  expect(FILES.length).toBeGreaterThanOrEqual(6);
  for (const file of FILES) expect(page).toContain(`](${file})`);
});

describe.each(FILES)('%s', (file) => {
  const text = readFileSync(join(MAPS, file), 'utf8');
  const map = parseDataMap(text);

  test('names the schema for editors by a path that leads there', () => {
    const named = /^# yaml-language-server: \$schema=(\S+)$/m.exec(text)?.[1] ?? '';

    expect(relative(ROOT, resolve(MAPS, named))).toBe(DATA_MAP_SCHEMA_FILE);
  });

  test('is valid with its examples made good, and only these are more', () => {
    const filled = parseDataMap(text.replaceAll('# - {', '- {'));

    expect(filled.tables.map(({ table }) => table)).toEqual(map.tables.map(({ table }) => table));
  });

  test('has a placeholder for the dataset of every table', () => {
    for (const { table } of map.tables) expect(table).toMatch(/^DATASET\./);
  });

  test('names no place of a property twice', () => {
    for (const { properties = [] } of map.tables) {
      const places = properties.map(({ name: _, ...place }) => JSON.stringify(place));
      expect(places).toEqual([...new Set(places)]);
    }
  });
});
