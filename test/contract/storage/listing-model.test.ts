/** Any listing of any names is what the documentation's definition says. https://cloud.google.com/storage/docs/json_api/v1/objects/list */
import type { Bucket } from '@google-cloud/storage';
import fc from 'fast-check';
import { startSystem, type TestSystem } from './system.ts';

let system: TestSystem;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.close());

/** Few characters, so that prefixes and delimiters meet; in UTF-16 the last two are in the other order. */
const text = (maxLength: number, minLength = 0) =>
  fc.string({ unit: fc.constantFrom('a', 'b', '/', '-', '🦊', '\uffee'), minLength, maxLength });
const query = fc.record({
  prefix: text(2),
  delimiter: fc.oneof(fc.constant('/'), text(2)),
  startOffset: text(2),
  endOffset: text(2),
  maxResults: fc.integer({ min: 1, max: 5 }),
});
type Query = Parameters<Parameters<typeof query.map>[0]>[0];

interface Step {
  name: string;
  isDelete: boolean;
}
const steps = fc.array(fc.record({ name: text(5, 1), isDelete: fc.boolean() }), { maxLength: 15 });

test('names and prefixes of all pages, in order and once', async () => {
  await fc.assert(
    fc.asyncProperty(steps, fc.array(query, { minLength: 3, maxLength: 3 }), async (changes, queries) => {
      const bucket = await system.newBucket();
      const names = await apply(bucket, changes);
      for (const one of queries) expect(await listed(bucket, one)).toEqual(expected(names, one));
    }),
    { numRuns: 60 },
  );
});

async function apply(bucket: Bucket, changes: Step[]): Promise<string[]> {
  const names = new Set<string>();
  for (const { name, isDelete } of changes) {
    if (isDelete) await bucket.file(name).delete({ ignoreNotFound: true });
    else await bucket.file(name).save('', { resumable: false });
    if (isDelete) names.delete(name);
    else names.add(name);
  }
  return [...names];
}

/** By definition: what has the prefix and lies between the offsets, folded after the first delimiter beyond the prefix. */
function expected(names: string[], { prefix, delimiter, startOffset, endOffset }: Query) {
  const bytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
  const within = names
    .filter((name) => name.startsWith(prefix) && bytes(name, startOffset) >= 0)
    .filter((name) => endOffset === '' || bytes(name, endOffset) < 0)
    .sort(bytes);
  const cut = (name: string) => (delimiter === '' ? -1 : name.indexOf(delimiter, prefix.length));
  const folded = within.filter((name) => cut(name) >= 0);
  return {
    names: within.filter((name) => cut(name) < 0),
    prefixes: [...new Set(folded.map((name) => name.slice(0, cut(name) + delimiter.length)))],
  };
}

async function listed(bucket: Bucket, { maxResults, ...others }: Query) {
  const all = { names: [] as string[], prefixes: [] as string[] };
  for (let pageToken: string | undefined = ''; pageToken !== undefined; ) {
    const parameters = { ...others, maxResults: String(maxResults), ...(pageToken && { pageToken }) };
    const given = Object.entries(parameters).filter(([, value]) => value !== '');
    const url = `${system.service.address}/b/${bucket.name}/o?${new URLSearchParams(given)}`;
    const page = (await (await fetch(url)).json()) as {
      items?: { name: string }[];
      prefixes?: string[];
      nextPageToken?: string;
    };
    const { items = [], prefixes = [] } = page;
    expect(items.length + prefixes.length).toBeLessThanOrEqual(maxResults);
    all.names.push(...items.map(({ name }) => name));
    all.prefixes.push(...prefixes);
    pageToken = page.nextPageToken;
  }
  return all;
}
