import { readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { parseDataMap } from '../../../functions/domain/data-map.ts';
import { DATA_MAP_SCHEMA_FILE, dataMapJsonSchema } from '../../../scripts/data-map-schema.ts';

const ROOT = resolve(__dirname, '../../..');
const DEMO_MAP = join(ROOT, 'local/demo/data-map.yaml');

function patternsOf(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([key, value]) =>
    key === 'pattern' && typeof value === 'string' ? [value] : patternsOf(value),
  );
}

test('the committed schema is what the code gives; npm run generate writes it', () => {
  expect(JSON.parse(readFileSync(join(ROOT, DATA_MAP_SCHEMA_FILE), 'utf8'))).toEqual(dataMapJsonSchema());
});

test('every pattern is a regular expression as JSON Schema wants it, with Unicode', () => {
  // https://json-schema.org/draft/2020-12/json-schema-core#section-6.4
  const patterns = patternsOf(dataMapJsonSchema());

  expect(patterns).not.toEqual([]);
  for (const pattern of patterns) expect(() => new RegExp(pattern, 'u')).not.toThrow();
});

test("the demo's data map is valid, and names the schema for editors by a path that leads there", () => {
  const text = readFileSync(DEMO_MAP, 'utf8');
  const named = /^# yaml-language-server: \$schema=(\S+)$/m.exec(text)?.[1] ?? '';

  expect(relative(ROOT, resolve(dirname(DEMO_MAP), named))).toBe(DATA_MAP_SCHEMA_FILE);
  expect(parseDataMap(text).tables).not.toEqual([]);
});
