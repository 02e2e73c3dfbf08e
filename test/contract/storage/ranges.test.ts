/** https://cloud.google.com/storage/docs/json_api/v1/parameters#range */
import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Bucket } from '@google-cloud/storage';
import { startSystem, type TestSystem } from './system.ts';

let system: TestSystem;
let bucket: Bucket;
beforeAll(async () => {
  system = await startSystem();
  bucket = await system.newBucket();
  await bucket.file('ten').save('0123456789', { resumable: false, contentType: 'text/plain' });
  await bucket.file('empty').save('', { resumable: false });
});
afterAll(() => system.close());

const get = (name: string, headers: Record<string, string> = {}) =>
  fetch(`${system.service.address}/storage/v1/b/${bucket.name}/o/${name}?alt=media`, { headers });

test.each([
  ['bytes=0-0', '0', 'bytes 0-0/10'],
  ['bytes=2-4', '234', 'bytes 2-4/10'],
  ['bytes=7-', '789', 'bytes 7-9/10'],
  ['bytes=-3', '789', 'bytes 7-9/10'],
  ['bytes=-100', '0123456789', 'bytes 0-9/10'],
  ['bytes=8-100', '89', 'bytes 8-9/10'],
])('%s of ten bytes is 206 with %s', async (range, content, contentRange) => {
  const response = await get('ten', { range });
  expect(response.status).toBe(206);
  expect(response.headers.get('content-range')).toBe(contentRange);
  expect(response.headers.get('content-length')).toBe(String(content.length));
  expect(await response.text()).toBe(content);
});

test.each(['bytes=10-', 'bytes=10-20', 'bytes=-0'])('%s of ten bytes is 416', async (range) => {
  expect((await get('ten', { range })).status).toBe(416);
});

test('every range of an empty object is 416', async () => {
  expect((await get('empty', { range: 'bytes=0-' })).status).toBe(416);
});

// RFC 9110 section 14.2: a header that is not understood is ignored.
test.each(['bytes=5-3', 'bytes=a-b', 'lines=1-2', 'bytes=0-1,3-4', ''])(
  'the range %j counts as none',
  async (range) => {
    const response = await get('ten', { range });
    expect(response.status).toBe(200);
    expect(await response.text()).toBe('0123456789');
  },
);

test("Google's client reads a range and a whole object with its hash checked", async () => {
  const bytes = randomBytes(3_000_000);
  const file = bucket.file('large');
  await file.save(bytes, { resumable: false });
  const [range] = await file.download({ start: 1_000_000, end: 1_999_999 });
  expect(range.equals(bytes.subarray(1_000_000, 2_000_000))).toBe(true);
  expect((await file.download({ validation: 'crc32c' }))[0].equals(bytes)).toBe(true);
});

test('a download says what it is: type, length, hashes, generation', async () => {
  const response = await get('ten');
  const [metadata] = await bucket.file('ten').getMetadata();
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'content-type': 'text/plain',
    'content-length': '10',
    'x-goog-generation': metadata.generation,
    'x-goog-metageneration': '1',
    'x-goog-storage-class': 'STANDARD',
    'x-goog-stored-content-length': '10',
    'x-goog-hash': `crc32c=${metadata.crc32c},md5=${metadata.md5Hash}`,
  });
});

// RFC 9110 section 13
test("HTTP's own conditions hold for downloads", async () => {
  const first = await get('ten');
  const etag = first.headers.get('etag') ?? '';
  const modified = first.headers.get('last-modified') ?? '';
  const before = new Date(Date.parse(modified) - 1000).toUTCString();
  for (const [headers, status] of [
    [{ 'if-none-match': etag }, 304],
    [{ 'if-none-match': '"other"' }, 200],
    [{ 'if-none-match': `"other", ${etag}` }, 304],
    [{ 'if-modified-since': modified }, 304],
    [{ 'if-modified-since': before }, 200],
    [{ 'if-none-match': '"other"', 'if-modified-since': modified }, 200],
    [{ 'if-match': etag }, 200],
    [{ 'if-match': '"other"' }, 412],
    [{ 'if-unmodified-since': before }, 412],
    [{ 'if-unmodified-since': modified }, 200],
    [{ range: 'bytes=0-1', 'if-range': etag }, 206],
    [{ range: 'bytes=0-1', 'if-range': '"other"' }, 200],
  ] as const) {
    expect([headers, (await get('ten', headers)).status]).toEqual([headers, status]);
  }
});

// https://cloud.google.com/storage/docs/transcoding
test('what is stored as gzip is unpacked for who does not take gzip, ranges or not', async () => {
  const packed = gzipSync('unpacked');
  await bucket.file('packed').save(packed, { resumable: false, metadata: { contentEncoding: 'gzip' } });
  const plain = await get('packed', { 'accept-encoding': 'identity', range: 'bytes=0-1' });
  expect(plain.status).toBe(200);
  expect(plain.headers.get('content-encoding')).toBeNull();
  expect(await plain.text()).toBe('unpacked');
  const kept = await get('packed', { 'accept-encoding': 'gzip' });
  expect(kept.headers.get('content-encoding')).toBe('gzip');
  expect(kept.headers.get('content-length')).toBe(String(packed.length));
});

test('a download goes on to its end although its object is deleted meanwhile', async () => {
  const bytes = randomBytes(8_000_000);
  const file = bucket.file('going');
  await file.save(bytes, { resumable: false });
  const response = await get('going');
  await file.delete();
  expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true);
});
