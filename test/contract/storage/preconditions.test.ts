/** https://cloud.google.com/storage/docs/request-preconditions */
import type { Bucket, File } from '@google-cloud/storage';
import { refusal, startSystem, type TestSystem } from './system.ts';

const NOT_MET = {
  code: 412,
  message: 'At least one of the pre-conditions you specified did not hold.',
  reason: 'conditionNotMet',
};

let system: TestSystem;
let bucket: Bucket;
beforeAll(async () => {
  system = await startSystem();
  bucket = await system.newBucket();
});
afterAll(() => system.close());

let names = 0;
async function newFile(content = 'x'): Promise<{ file: File; generation: string }> {
  names += 1;
  const file = bucket.file(`file-${names}`);
  await file.save(content, { resumable: false });
  return { file, generation: String(file.metadata.generation) };
}

const save = (name: string, content: string, ifGenerationMatch: number | string, resumable = false) =>
  bucket.file(name).save(content, { resumable, preconditionOpts: { ifGenerationMatch } });

for (const resumable of [false, true]) {
  const how = resumable ? 'a resumable upload' : 'an upload in one request';

  test(`${how} with generation 0 creates what is not there, and never replaces what is`, async () => {
    const name = `create-${resumable}`;
    await save(name, 'first', 0, resumable);
    expect((await refusal(save(name, 'second', 0, resumable))).message).toMatch(/412|pre-conditions/);
    expect((await bucket.file(name).download())[0].toString()).toBe('first');
    await bucket.file(name).delete();
    await save(name, 'third', 0, resumable);
    expect((await bucket.file(name).download())[0].toString()).toBe('third');
  });

  test(`${how} with a generation replaces only that one`, async () => {
    const { file, generation } = await newFile('old');
    await save(file.name, 'new', generation, resumable);
    expect((await refusal(save(file.name, 'late', generation, resumable))).message).toMatch(
      /412|pre-conditions/,
    );
    expect((await file.download())[0].toString()).toBe('new');
  });
}

test('of many creates of one name at the same time exactly one wins', async () => {
  const contents = Array.from({ length: 20 }, (_, nth) => `content ${nth}`);
  const results = await Promise.allSettled(contents.map((content) => save('race', content, 0)));
  const winners = contents.filter((_, nth) => results[nth]?.status === 'fulfilled');
  expect(winners).toHaveLength(1);
  expect((await bucket.file('race').download())[0].toString()).toBe(winners[0]);
});

test('of many patches that saw the same metageneration exactly one wins', async () => {
  const { file } = await newFile();
  const patches = Array.from({ length: 20 }, (_, nth) =>
    bucket
      .file(file.name)
      .setMetadata({ metadata: { winner: String(nth) } }, { ifMetagenerationMatch: 1 })
      .then(() => String(nth)),
  );
  const results = await Promise.allSettled(patches);
  const winners = results.filter((result) => result.status === 'fulfilled').map(({ value }) => value);
  expect(winners).toHaveLength(1);
  expect((await file.getMetadata())[0]).toMatchObject({
    metageneration: '2',
    metadata: { winner: winners[0] },
  });
});

test('a patch of an old metageneration is refused with 412 and changes nothing', async () => {
  const { file } = await newFile();
  await file.setMetadata({ contentType: 'text/plain' }, { ifMetagenerationMatch: 1 });
  expect(await refusal(file.setMetadata({ contentType: 'text/html' }, { ifMetagenerationMatch: 1 }))).toEqual(
    NOT_MET,
  );
  expect((await file.getMetadata())[0]).toMatchObject({ contentType: 'text/plain', metageneration: '2' });
});

test('an overwrite begins with metageneration 1 and without the metadata of before', async () => {
  const { file } = await newFile();
  await file.setMetadata({ metadata: { state: 'open' } });
  await file.save('y', { resumable: false });
  const [metadata] = await file.getMetadata();
  expect(metadata.metageneration).toBe('1');
  expect(metadata).not.toHaveProperty('metadata');
});

test('a delete of an old generation is refused with 412, the present one is deleted', async () => {
  const { file, generation } = await newFile();
  await file.save('y', { resumable: false });
  expect(await refusal(file.delete({ ifGenerationMatch: generation }))).toEqual(NOT_MET);
  await file.delete({ ifGenerationMatch: file.metadata.generation as string });
  expect(await file.exists()).toEqual([false]);
});

test('a delete with a precondition of what is not there is 404, not 412', async () => {
  expect((await refusal(bucket.file('nothing').delete({ ifGenerationMatch: 1 }))).code).toBe(404);
});

test('a read of the state the caller has is 304 without a body, of any other state 200', async () => {
  const { file, generation } = await newFile('content');
  const url = `${system.service.address}/storage/v1/b/${bucket.name}/o/${file.name}`;
  for (const [query, status] of [
    [`ifGenerationNotMatch=${generation}`, 304],
    [`alt=media&ifGenerationNotMatch=${generation}`, 304],
    ['ifMetagenerationNotMatch=1', 304],
    ['ifGenerationNotMatch=1', 200],
    ['ifMetagenerationNotMatch=2', 200],
    [`ifGenerationMatch=${generation}&ifMetagenerationMatch=1`, 200],
    ['ifGenerationMatch=1', 412],
    ['alt=media&ifGenerationMatch=1', 412],
  ] as const) {
    const response = await fetch(`${url}?${query}`);
    expect([query, response.status]).toEqual([query, status]);
    if (status === 304) expect(await response.text()).toBe('');
  }
});

test('a write whose NotMatch names the present state is 412', async () => {
  const { file, generation } = await newFile();
  const url = `${system.service.address}/storage/v1/b/${bucket.name}/o/${file.name}`;
  const changed = await fetch(`${url}?ifGenerationNotMatch=${generation}`, { method: 'PATCH', body: '{}' });
  expect(changed.status).toBe(412);
  expect(await changed.json()).toMatchObject({
    error: { code: 412, errors: [{ reason: 'conditionNotMet', domain: 'global' }] },
  });
});

test('ifGenerationNotMatch=0 reads and replaces only what is there', async () => {
  const { file } = await newFile();
  const upload = (name: string) =>
    fetch(
      `${system.service.address}/upload/storage/v1/b/${bucket.name}/o?uploadType=media&name=${name}&ifGenerationNotMatch=0`,
      { method: 'POST', body: 'y' },
    );
  expect((await upload(file.name)).status).toBe(200);
  expect((await upload('not-there')).status).toBe(412);
});

test('a precondition that is no number is 400', async () => {
  const { file } = await newFile();
  const url = `${system.service.address}/storage/v1/b/${bucket.name}/o/${file.name}?ifGenerationMatch=abc`;
  const response = await fetch(url);
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ error: { errors: [{ reason: 'invalid' }] } });
});

test('a bucket is patched and deleted only in the metageneration the caller has seen', async () => {
  const own = await system.newBucket();
  await own.setMetadata({ labels: { a: '1' } }, { ifMetagenerationMatch: 1 });
  expect(await refusal(own.setMetadata({ labels: { a: '2' } }, { ifMetagenerationMatch: 1 }))).toEqual(
    NOT_MET,
  );
  expect(await refusal(own.delete({ ifMetagenerationMatch: 1 } as never))).toEqual(NOT_MET);
  await own.delete({ ifMetagenerationMatch: 2 } as never);
  expect(await own.exists()).toEqual([false]);
});
