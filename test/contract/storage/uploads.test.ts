/** https://cloud.google.com/storage/docs/uploads-downloads */
import { createHash, randomBytes } from 'node:crypto';
import type { Bucket } from '@google-cloud/storage';
import { DAY, refusal, startSystem, type TestSystem } from './system.ts';

const UNIT = 256 * 1024;
/** The check value of CRC-32C (RFC 3720 appendix B.4 and everywhere): 0xe3069283. */
const DIGITS = { bytes: '123456789', crc32c: '4waSgw==', md5: 'JfnnlDI7RTiF9RgfG2JNCw==' };

let system: TestSystem;
let bucket: Bucket;
beforeAll(async () => {
  system = await startSystem();
  bucket = await system.newBucket();
});
afterAll(() => system.close());

const uploadUrl = (query: string) =>
  `${system.service.address}/upload/storage/v1/b/${bucket.name}/o?${query}`;

const post = (query: string, body: string | Buffer<ArrayBuffer>, headers: Record<string, string> = {}) =>
  fetch(uploadUrl(query), { method: 'POST', body, headers });

const content = async (name: string) => (await bucket.file(name).download())[0];

async function begin(name: string, headers: Record<string, string> = {}, metadata: object = {}) {
  const response = await post(`uploadType=resumable&name=${name}`, JSON.stringify(metadata), headers);
  expect(response.status).toBe(200);
  return response.headers.get('location') ?? '';
}

async function put(session: string, range: string | undefined, body: string | Buffer<ArrayBuffer> = '') {
  const headers = range === undefined ? undefined : { 'content-range': range };
  return fetch(session, { method: 'PUT', body, ...(headers && { headers }) });
}

test('a media upload takes its type from the header and answers with the hashes of the bytes', async () => {
  const response = await post('uploadType=media&name=media', DIGITS.bytes, { 'content-type': 'text/csv' });
  expect(await response.json()).toMatchObject({
    name: 'media',
    contentType: 'text/csv',
    size: '9',
    crc32c: DIGITS.crc32c,
    md5Hash: DIGITS.md5,
  });
});

test('a multipart upload takes every byte of the media as it is, whatever looks like a delimiter', async () => {
  const media = Buffer.concat([
    Buffer.from('--x\r\n--other--\r\n\r\n\0ÿ'),
    randomBytes(5000),
    Buffer.from('\r\n'),
  ]);
  const body = Buffer.concat([
    Buffer.from('--b\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n{"name":"multi/part"}\r\n'),
    Buffer.from('--b\r\nContent-Type: text/x-test\r\n\r\n'),
    media,
    Buffer.from('\r\n--b--'),
  ]);
  const headers = { 'content-type': 'multipart/related; boundary=b' };
  const response = await post('uploadType=multipart', body, headers);
  expect(await response.json()).toMatchObject({ name: 'multi/part', contentType: 'text/x-test' });
  expect((await content('multi/part')).equals(media)).toBe(true);
});

test.each([
  ['no boundary', 'multipart/related', '--b\r\n\r\n{}\r\n--b\r\n\r\nx\r\n--b--'],
  ['only one part', 'multipart/related; boundary=b', '--b\r\n\r\n{}\r\n--b--'],
  ['no end', 'multipart/related; boundary=b', '--b\r\n\r\n{}\r\n--b\r\n\r\nx'],
  ['metadata that are no JSON', 'multipart/related; boundary=b', '--b\r\n\r\n{\r\n--b\r\n\r\nx\r\n--b--'],
])('a multipart upload with %s is 400 and makes no object', async (_, type, body) => {
  const response = await post('uploadType=multipart&name=broken', body, { 'content-type': type });
  expect(response.status).toBe(400);
  expect(await bucket.file('broken').exists()).toEqual([false]);
});

// https://cloud.google.com/storage/docs/data-validation
test.each([
  [{ crc32c: 'AAAAAA==' }, {}],
  [{ md5Hash: '1B2M2Y8AsgTpgAmY7PhCfg==' }, {}],
  [{}, { 'x-goog-hash': 'crc32c=AAAAAA==' }],
])(
  'bytes that differ from the hash the caller named are refused and leave what was there (%j %j)',
  async (metadata, headers) => {
    await bucket.file('hashed').save('before', { resumable: false });
    const session = await begin('hashed', headers, metadata);
    expect((await put(session, undefined, DIGITS.bytes)).status).toBe(400);
    expect((await content('hashed')).toString()).toBe('before');
  },
);

test('bytes that have the hashes the caller named are taken', async () => {
  const session = await begin('hashed-well', {}, { crc32c: DIGITS.crc32c, md5Hash: DIGITS.md5 });
  expect((await put(session, undefined, DIGITS.bytes)).status).toBe(200);
});

test("Google's client uploads in chunks and finds the same bytes", async () => {
  const bytes = randomBytes(5 * UNIT + 123);
  await bucket.file('chunked').save(bytes, { resumable: true, chunkSize: UNIT, validation: 'md5' });
  const [metadata] = await bucket.file('chunked').getMetadata();
  expect(metadata.md5Hash).toBe(createHash('md5').update(bytes).digest('base64'));
  expect((await content('chunked')).equals(bytes)).toBe(true);
});

test('an empty object can be uploaded in every way', async () => {
  await bucket.file('empty-1').save('', { resumable: false });
  await bucket.file('empty-2').save('');
  await post('uploadType=media&name=empty-3', '');
  const session = await begin('empty-4');
  expect((await put(session, 'bytes */0')).status).toBe(200);
  for (const nth of [1, 2, 3, 4]) {
    const [metadata] = await bucket.file(`empty-${nth}`).getMetadata();
    expect(metadata).toMatchObject({ size: '0', crc32c: 'AAAAAA==', md5Hash: '1B2M2Y8AsgTpgAmY7PhCfg==' });
  }
});

// https://cloud.google.com/storage/docs/performing-resumable-uploads
test('a resumable upload keeps whole units of 256 KiB, says how far it is and goes on from there', async () => {
  const bytes = randomBytes(3 * UNIT);
  const session = await begin('resumed', { 'x-upload-content-type': 'text/plain' }, { metadata: { a: '1' } });
  expect(new URL(session).searchParams.get('upload_id')).toBeTruthy();
  const before = await put(session, 'bytes */*');
  expect([before.status, before.headers.get('range')]).toEqual([308, null]);
  const part = await put(session, `bytes 0-${UNIT + 9}/*`, bytes.subarray(0, UNIT + 10));
  expect([part.status, part.headers.get('range')]).toEqual([308, `bytes=0-${UNIT - 1}`]);
  expect(await bucket.file('resumed').exists()).toEqual([false]);
  // The second request repeats bytes that are there already.
  const rest = await put(session, `bytes 0-${bytes.length - 1}/${bytes.length}`, bytes);
  expect(rest.status).toBe(200);
  expect(await rest.json()).toMatchObject({ contentType: 'text/plain', metadata: { a: '1' } });
  expect((await content('resumed')).equals(bytes)).toBe(true);
});

test('the last request of a resumable upload, repeated, answers with the object it made', async () => {
  const session = await begin('repeated');
  const range = `bytes 0-8/9`;
  const first = (await (await put(session, range, DIGITS.bytes)).json()) as { generation: string };
  const again = (await (await put(session, range, DIGITS.bytes)).json()) as { generation: string };
  const asked = (await (await put(session, 'bytes */*')).json()) as { generation: string };
  expect([again.generation, asked.generation]).toEqual([first.generation, first.generation]);
});

test('a gap, a wrong total and a range that cannot be read are 400', async () => {
  const session = await begin('wrong');
  expect((await put(session, `bytes ${UNIT}-${UNIT + 8}/*`, DIGITS.bytes)).status).toBe(400);
  expect((await put(session, 'bytes 0-8/20', DIGITS.bytes)).status).toBe(308);
  expect((await put(session, 'elephants 0-8/9', DIGITS.bytes)).status).toBe(400);
  expect(await bucket.file('wrong').exists()).toEqual([false]);
});

test('a cancelled session is 499, and is gone', async () => {
  const session = await begin('cancelled');
  expect((await fetch(session, { method: 'DELETE' })).status).toBe(499);
  expect((await put(session, undefined, 'x')).status).toBe(404);
  expect(await bucket.file('cancelled').exists()).toEqual([false]);
});

// https://cloud.google.com/storage/docs/resumable-uploads#session-uris
test('a session ends after a week', async () => {
  const session = await begin('forgotten');
  system.pass(7 * DAY - 1);
  await system.service.sweep();
  expect((await put(session, 'bytes */*')).status).toBe(308);
  system.pass(1);
  await system.service.sweep();
  expect((await put(session, 'bytes */*')).status).toBe(404);
});

test('an upload to a bucket that is not there is 404', async () => {
  const file = system.client.bucket('no-such-bucket').file('a');
  expect((await refusal(file.save('x', { resumable: false }))).code).toBe(404);
});

test('an upload without a name or of an unknown kind is refused', async () => {
  expect((await post('uploadType=media', 'x')).status).toBe(400);
  expect((await post('name=a', 'x')).status).toBe(400);
  expect((await post('uploadType=magic&name=a', 'x')).status).toBe(501);
  expect((await post('uploadType=media&name=a&predefinedAcl=publicRead', 'x')).status).toBe(501);
});
