/** https://cloud.google.com/storage/docs/json_api/v1/objects/list */
import type { Bucket } from '@google-cloud/storage';
import { refusal, startSystem, type TestSystem } from './system.ts';

interface Listing {
  items?: { name: string }[];
  prefixes?: string[];
  nextPageToken?: string;
}

let system: TestSystem;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.close());

async function bucketWith(...names: string[]): Promise<Bucket> {
  const bucket = await system.newBucket();
  await Promise.all(names.map((name) => bucket.file(name).save('', { resumable: false })));
  return bucket;
}

async function list(bucket: Bucket, query: Record<string, string> = {}): Promise<Listing> {
  const url = `${system.service.address}/storage/v1/b/${bucket.name}/o?${new URLSearchParams(query)}`;
  const response = await fetch(url);
  expect(response.status).toBe(200);
  return (await response.json()) as Listing;
}

/** Names and prefixes of all pages. */
async function listAll(bucket: Bucket, query: Record<string, string>): Promise<string[][]> {
  const pages: string[][] = [];
  for (let token: string | undefined = ''; token !== undefined; ) {
    const page: Listing = await list(bucket, { ...query, ...(token !== '' && { pageToken: token }) });
    pages.push([...(page.items ?? []).map(({ name }) => name), ...(page.prefixes ?? [])]);
    token = page.nextPageToken;
  }
  return pages;
}

test('an empty listing has neither items nor prefixes', async () => {
  expect(await list(await bucketWith())).toEqual({ kind: 'storage#objects' });
});

test('names are listed in the order of their bytes in UTF-8', async () => {
  const ordered = ['A', 'B', 'a', 'a b', 'a-', 'a/', 'aa', 'b', 'é', '日', '\uffee', '🦊'];
  const bucket = await bucketWith(...ordered.toReversed());
  expect((await list(bucket)).items?.map(({ name }) => name)).toEqual(ordered);
});

test('a prefix is matched to the letter and not as a pattern', async () => {
  const bucket = await bucketWith(
    'open/eu/1',
    'open/eu/2',
    'open/eu2/1',
    'open.eu/1',
    'Open/eu/1',
    'open/e%',
  );
  const [files] = await bucket.getFiles({ prefix: 'open/eu/' });
  expect(files.map(({ name }) => name)).toEqual(['open/eu/1', 'open/eu/2']);
  expect((await bucket.getFiles({ prefix: 'open/e%' }))[0].map(({ name }) => name)).toEqual(['open/e%']);
  expect((await bucket.getFiles({ prefix: 'none' }))[0]).toEqual([]);
});

test('a delimiter folds what lies deeper into prefixes', async () => {
  const bucket = await bucketWith('a', 'd/', 'd/1', 'd/2', 'd/e/3', 'f/4', 'z');
  expect(await list(bucket, { delimiter: '/' })).toMatchObject({
    items: [{ name: 'a' }, { name: 'z' }],
    prefixes: ['d/', 'f/'],
  });
  expect(await list(bucket, { delimiter: '/', prefix: 'd/' })).toMatchObject({
    items: [{ name: 'd/' }, { name: 'd/1' }, { name: 'd/2' }],
    prefixes: ['d/e/'],
  });
  expect(await list(bucket, { delimiter: '/', prefix: 'd' })).toMatchObject({ prefixes: ['d/'] });
});

test('a delimiter can be longer than one character', async () => {
  const bucket = await bucketWith('x--y--1', 'x--y--2', 'x-z');
  expect(await list(bucket, { delimiter: '--' })).toMatchObject({
    items: [{ name: 'x-z' }],
    prefixes: ['x--'],
  });
});

test('pages hold at most maxResults names and prefixes together, and together everything once', async () => {
  const bucket = await bucketWith('a/1', 'a/2', 'b', 'c/1', 'd', 'e');
  expect(await listAll(bucket, { maxResults: '2' })).toEqual([
    ['a/1', 'a/2'],
    ['b', 'c/1'],
    ['d', 'e'],
  ]);
  expect(await listAll(bucket, { maxResults: '2', delimiter: '/' })).toEqual([
    ['b', 'a/'],
    ['d', 'c/'],
    ['e'],
  ]);
});

test('a page goes on where the last one ended, whatever came and went meanwhile', async () => {
  const bucket = await bucketWith('b', 'd', 'f');
  const first = await list(bucket, { maxResults: '2' });
  await bucket.file('d').delete();
  await bucket.file('a').save('', { resumable: false });
  await bucket.file('e').save('', { resumable: false });
  const second = await list(bucket, { pageToken: first.nextPageToken ?? '' });
  expect(second.items?.map(({ name }) => name)).toEqual(['e', 'f']);
});

test("Google's client goes from page to page", async () => {
  const names = Array.from({ length: 25 }, (_, nth) => `n-${String(nth).padStart(2, '0')}`);
  const bucket = await bucketWith(...names);
  const sizes: number[] = [];
  const found: string[] = [];
  for (let query: object | null = { maxResults: 10, autoPaginate: false }; query !== null; ) {
    const [files, next] = (await bucket.getFiles(query)) as unknown as [{ name: string }[], object | null];
    sizes.push(files.length);
    found.push(...files.map(({ name }) => name));
    query = next;
  }
  expect(sizes).toEqual([10, 10, 5]);
  expect(found).toEqual(names);
});

test('startOffset is included, endOffset is not', async () => {
  const bucket = await bucketWith('a', 'b', 'c', 'd');
  const [files] = await bucket.getFiles({ startOffset: 'b', endOffset: 'd' });
  expect(files.map(({ name }) => name)).toEqual(['b', 'c']);
});

test('a listing shows what was just written and not what was just deleted', async () => {
  const bucket = await bucketWith('a');
  for (let nth = 0; nth < 100; nth += 1) {
    const file = bucket.file(`n-${nth}`);
    await file.save('', { resumable: false, metadata: { metadata: { nth: String(nth) } } });
    const [[found]] = await bucket.getFiles({ prefix: 'n-' });
    expect(found?.metadata.metadata).toEqual({ nth: String(nth) });
    await file.delete();
    expect((await bucket.getFiles({ prefix: 'n-' }))[0]).toEqual([]);
  }
});

test('a page token that was never given out, and a maxResults that is no number, are 400', async () => {
  const bucket = await bucketWith('a');
  expect((await refusal(bucket.getFiles({ pageToken: 'x' }))).code).toBe(400);
  expect((await refusal(bucket.getFiles({ maxResults: 'x' as never }))).code).toBe(400);
});

test('a listing of a bucket that is not there is 404', async () => {
  expect(await refusal(system.client.bucket('no-such-bucket').getFiles())).toEqual({
    code: 404,
    message: 'The specified bucket does not exist.',
    reason: 'notFound',
  });
});

test('deleteFiles removes everything below a prefix and nothing beside it', async () => {
  const bucket = await bucketWith('a/1', 'a/2', 'a', 'ab', 'b/1');
  await bucket.deleteFiles({ prefix: 'a/' });
  expect((await bucket.getFiles())[0].map(({ name }) => name)).toEqual(['a', 'ab', 'b/1']);
});

test('five thousand creates with a listing after every hundredth, and a walk over all pages, take seconds', async () => {
  const bucket = await system.newBucket();
  const upload = (name: string) =>
    fetch(
      `${system.service.address}/upload/storage/v1/b/${bucket.name}/o?uploadType=media&ifGenerationMatch=0&name=${name}`,
      { method: 'POST', body: '{}' },
    );
  const names = Array.from({ length: 5000 }, (_, nth) => `n/${String((nth * 7919) % 5000).padStart(4, '0')}`);
  for (let at = 0; at < names.length; at += 100) {
    const answers = await Promise.all(names.slice(at, at + 100).map(upload));
    expect(answers.every(({ ok }) => ok)).toBe(true);
    expect((await list(bucket, { prefix: 'n/', maxResults: '1' })).items).toHaveLength(1);
  }
  const pages = await listAll(bucket, { prefix: 'n/' });
  expect(pages.map(({ length }) => length)).toEqual([1000, 1000, 1000, 1000, 1000]);
  expect(pages.flat()).toEqual(names.toSorted());
}, 20_000);

test('buckets are listed by project and prefix', async () => {
  const labelled = await system.client.createBucket('listed-one');
  await system.client.createBucket('listed-two');
  const [buckets] = await system.client.getBuckets({ prefix: 'listed-' } as never);
  expect(buckets.map(({ name }) => name)).toEqual([labelled[0].name, 'listed-two']);
});
