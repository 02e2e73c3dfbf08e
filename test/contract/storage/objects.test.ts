/** https://cloud.google.com/storage/docs/json_api/v1/objects */
import { Storage } from '@google-cloud/storage';
import { refusal, startSystem, type TestSystem } from './system.ts';

let system: TestSystem;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.close());

test('an object that was created is read back with its content, its metadata and the hashes of its bytes', async () => {
  const bucket = await system.newBucket();
  const file = bucket.file('requests/one.json');
  await file.save('{"state":"open"}', {
    resumable: false,
    contentType: 'application/json',
    metadata: { metadata: { state: 'open' }, customTime: '2026-01-01T00:00:00.000Z' },
  });
  const [content] = await file.download();
  expect(content.toString()).toBe('{"state":"open"}');
  const [metadata] = await file.getMetadata();
  expect(metadata).toMatchObject({
    kind: 'storage#object',
    name: 'requests/one.json',
    bucket: bucket.name,
    contentType: 'application/json',
    size: '16',
    metageneration: '1',
    storageClass: 'STANDARD',
    md5Hash: 'FbdMoq48Xb3SS5JO0Gd92A==',
    crc32c: expect.stringMatching(/^[\w+/]{6}==$/),
    customTime: '2026-01-01T00:00:00.000Z',
    metadata: { state: 'open' },
    timeCreated: new Date(system.now()).toISOString(),
  });
});

test('an object that is not there is 404, with the name in the message', async () => {
  const bucket = await system.newBucket();
  const file = bucket.file('missing');
  expect(await file.exists()).toEqual([false]);
  const expected = { code: 404, message: `No such object: ${bucket.name}/missing` };
  expect(await refusal(file.getMetadata())).toEqual({ ...expected, reason: 'notFound' });
  expect(await refusal(file.download())).toEqual(expected);
  expect(await refusal(file.delete())).toEqual({ ...expected, reason: 'notFound' });
  await file.delete({ ignoreNotFound: true });
});

test('each overwrite has a greater generation, and an old generation is no longer found', async () => {
  const bucket = await system.newBucket();
  const file = bucket.file('a');
  await file.save('1', { resumable: false });
  const first = String(file.metadata.generation);
  await file.save('2', { resumable: false });
  expect(BigInt(String(file.metadata.generation))).toBeGreaterThan(BigInt(first));
  expect((await refusal(bucket.file('a', { generation: first }).download())).code).toBe(404);
  await file.delete();
  await file.save('3', { resumable: false, preconditionOpts: { ifGenerationMatch: 0 } });
  expect(BigInt(String(file.metadata.generation))).toBeGreaterThan(BigInt(first));
});

test('a patch changes what it names, removes what it sets to null and counts the metageneration', async () => {
  const bucket = await system.newBucket();
  const file = bucket.file('a');
  await file.save('x', {
    resumable: false,
    metadata: { cacheControl: 'no-store', metadata: { keep: '1', drop: '2', change: '3' } },
  });
  const [changed] = await file.setMetadata({
    contentType: 'text/plain',
    cacheControl: null as never,
    metadata: { drop: null, change: '4', add: '5' },
  });
  expect(changed).toMatchObject({
    contentType: 'text/plain',
    metageneration: '2',
    metadata: { keep: '1', change: '4', add: '5' },
  });
  expect(changed).not.toHaveProperty('cacheControl');
  expect(changed).not.toHaveProperty('metadata.drop');
  const [cleared] = await file.setMetadata({ metadata: null } as never);
  expect(cleared).not.toHaveProperty('metadata');
});

// https://cloud.google.com/storage/docs/metadata#custom-time
test('a custom time moves forward, and neither back nor away', async () => {
  const bucket = await system.newBucket();
  const file = bucket.file('a');
  await file.save('x', { resumable: false, metadata: { customTime: '2026-05-01T00:00:00Z' } });
  await file.setMetadata({ customTime: '2026-06-01T00:00:00Z' });
  expect((await refusal(file.setMetadata({ customTime: '2026-05-31T00:00:00Z' }))).code).toBe(400);
  expect((await refusal(file.setMetadata({ customTime: null } as never))).code).toBe(400);
  expect((await file.getMetadata())[0]).toMatchObject({
    customTime: '2026-06-01T00:00:00Z',
    metageneration: '2',
  });
});

// https://cloud.google.com/storage/quotas#objects
test('names of 1024 bytes and metadata of 8 KiB are taken, one byte more is not', async () => {
  const bucket = await system.newBucket();
  const save = (name: string, value: string) =>
    bucket.file(name).save('x', { resumable: false, metadata: { metadata: { k: value } } });
  await save('é'.repeat(512), 'v'.repeat(8191));
  expect((await refusal(save(`${'é'.repeat(512)}a`, ''))).code).toBe(400);
  expect((await refusal(save('b', 'v'.repeat(8192)))).code).toBe(400);
});

test.each([
  'a/../b',
  '../../etc/passwd',
  '🦊/%2F',
  '%2F',
  'a b+c?d#e&f',
  'quote\'"`',
  'tab\t',
  '__proto__',
  '{}',
  'ä'.normalize('NFD'),
])('an object can be called %j', async (name) => {
  const bucket = await system.newBucket();
  const file = bucket.file(name);
  await file.save(name, { resumable: false });
  expect((await file.download())[0].toString()).toBe(name);
  await file.save(`${name}!`);
  expect((await file.download())[0].toString()).toBe(`${name}!`);
  const [files] = await bucket.getFiles();
  expect(files.map((found) => found.name)).toEqual([name]);
  await file.delete();
  expect(await file.exists()).toEqual([false]);
});

test.each(['.', '..', 'line\nbreak', '.well-known/acme-challenge/x'])(
  'an object cannot be called %j',
  async (name) => {
    const bucket = await system.newBucket();
    const url = `${system.service.address}/upload/storage/v1/b/${bucket.name}/o?uploadType=media&name=${encodeURIComponent(name)}`;
    expect((await fetch(url, { method: 'POST', body: 'x' })).status).toBe(400);
  },
);

test('what the stand-in does not have is refused loudly', async () => {
  const bucket = await system.newBucket();
  await bucket.file('a').save('x', { resumable: false });
  const base = `${system.service.address}/storage/v1/b/${bucket.name}`;
  for (const [method, path] of [
    ['GET', `${base}/o?matchGlob=**`],
    ['GET', `${base}/o?softDeleted=true`],
    ['GET', `${base}/o/a/acl`],
    ['GET', `${base}/iam`],
    ['GET', `${base}/o/a?userProject=p`],
    ['POST', `${system.service.address}/batch/storage/v1`],
  ] as const) {
    const response = await fetch(path, { method });
    expect([path, response.status]).toEqual([path, 501]);
  }
});

test('the client is served the same when STORAGE_EMULATOR_HOST leads it here', async () => {
  const before = process.env['STORAGE_EMULATOR_HOST'];
  process.env['STORAGE_EMULATOR_HOST'] = system.service.address;
  const client = new Storage({ projectId: 'demo' });
  if (before === undefined) delete process.env['STORAGE_EMULATOR_HOST'];
  else process.env['STORAGE_EMULATOR_HOST'] = before;
  const [bucket] = await client.createBucket('led-by-env');
  for (const resumable of [false, true]) {
    const file = bucket.file(`a/b ${resumable}`);
    await file.save('x', { resumable });
    expect((await file.download())[0].toString()).toBe('x');
    await file.copy('c');
    await bucket.combine(['c', 'c'], 'd');
    await file.delete();
  }
  expect((await bucket.getFiles())[0].map(({ name }) => name)).toEqual(['c', 'd']);
});

test('a bucket that is deleted while objects come to it takes all of them or goes without any', async () => {
  for (let nth = 0; nth < 20; nth += 1) {
    const bucket = await system.newBucket();
    const saves = ['a', 'b', 'c'].map((name) => bucket.file(name).save('x', { resumable: false }));
    const [removal, ...results] = await Promise.allSettled([bucket.delete(), ...saves]);
    const saved = results.filter(({ status }) => status === 'fulfilled').length;
    const isThere = removal?.status === 'rejected';
    expect(await bucket.exists()).toEqual([isThere]);
    expect(saved).toBe(isThere ? (await bucket.getFiles())[0].length : 0);
  }
});

test('the parameter fields cuts the answer', async () => {
  const bucket = await system.newBucket();
  await bucket
    .file('a/b')
    .save('x', { resumable: false, metadata: { metadata: { state: 'open', other: '1' } } });
  const url = `${system.service.address}/storage/v1/b/${bucket.name}/o?fields=items(name,metadata/state),nextPageToken`;
  expect(await (await fetch(url)).json()).toEqual({ items: [{ name: 'a/b', metadata: { state: 'open' } }] });
});
