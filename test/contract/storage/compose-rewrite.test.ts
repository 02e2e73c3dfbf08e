/** https://cloud.google.com/storage/docs/composite-objects, https://cloud.google.com/storage/docs/json_api/v1/objects/rewrite */
import { randomBytes } from 'node:crypto';
import type { Bucket, File } from '@google-cloud/storage';
import { refusal, startSystem, type TestSystem } from './system.ts';

let system: TestSystem;
let bucket: Bucket;
beforeAll(async () => {
  system = await startSystem();
});
beforeEach(async () => {
  bucket = await system.newBucket();
});
afterAll(() => system.close());

async function put(name: string, content: string | Buffer, settings: object = {}): Promise<File> {
  const file = bucket.file(name);
  await file.save(content, { resumable: false, ...settings });
  return file;
}

const read = async (file: File) => (await bucket.file(file.name).download())[0].toString();

const post = async (path: string, body: unknown = {}) => {
  const response = await fetch(`${system.service.address}/storage/v1/b/${bucket.name}/o/${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as { error?: { message: string } } };
};

describe('compose', () => {
  test('joins the bytes in the order given, with a CRC-32C but no MD5, and counts components', async () => {
    const digits = await Promise.all(['123', '456', '789'].map((part) => put(`part-${part}`, part)));
    const [all] = await bucket.combine(digits, bucket.file('all.txt'));
    const [metadata] = await all.getMetadata();
    // 4waSgw== is the check value of CRC-32C: that of the text 123456789.
    expect(metadata).toMatchObject({
      size: '9',
      crc32c: '4waSgw==',
      componentCount: 3,
      contentType: 'text/plain',
      metageneration: '1',
    });
    expect(metadata).not.toHaveProperty('md5Hash');
    expect(await read(all)).toBe('123456789');
    const response = await fetch(`${system.service.address}/storage/v1/b/${bucket.name}/o/all.txt?alt=media`);
    expect(response.headers.get('x-goog-hash')).toBe('crc32c=4waSgw==');
  });

  test('of composed objects counts all components, and an object can be appended to itself', async () => {
    const log = await put('log', 'a');
    for (const line of ['b', 'c']) await bucket.combine([log.name, (await put('line', line)).name], 'log');
    expect(await read(log)).toBe('abc');
    expect((await bucket.file('log').getMetadata())[0].componentCount).toBe(3);
  });

  test('leaves its sources as they are', async () => {
    const source = await put('source', 'x');
    await bucket.combine([source, source], bucket.file('twice'));
    expect(await read(source)).toBe('x');
    expect(await read(bucket.file('twice'))).toBe('xx');
  });

  test('takes 32 sources and not one more, and at least one', async () => {
    await put('one', '1');
    const sources = (count: number) => Array.from({ length: count }, () => ({ name: 'one' }));
    expect((await post('all/compose', { sourceObjects: sources(32) })).status).toBe(200);
    expect(await post('all/compose', { sourceObjects: sources(33) })).toMatchObject({
      status: 400,
      body: { error: { message: 'The number of source components provided (33) exceeds the maximum (32)' } },
    });
    expect(await post('all/compose', { sourceObjects: [] })).toMatchObject({
      status: 400,
      body: { error: { message: 'You must provide at least one source component.' } },
    });
  });

  test('is 404 when a source, its generation or the bucket is not there, and writes nothing', async () => {
    const source = await put('source', 'x');
    const missing = refusal(bucket.combine(['source', 'missing'], 'all'));
    expect(await missing).toMatchObject({ code: 404, message: `No such object: ${bucket.name}/missing` });
    const generation = Number(source.metadata.generation) + 1;
    const other = await post('all/compose', { sourceObjects: [{ name: 'source', generation }] });
    expect(other.status).toBe(404);
    expect((await refusal(system.client.bucket('none-such').combine(['a'], 'b'))).code).toBe(404);
    expect(await bucket.file('all').exists()).toEqual([false]);
  });

  test('holds the preconditions on its sources and on its destination', async () => {
    const source = await put('source', 'x');
    const order = (ifGenerationMatch: unknown) => ({
      sourceObjects: [{ name: 'source', objectPreconditions: { ifGenerationMatch } }],
    });
    expect((await post('all/compose', order('1'))).status).toBe(412);
    expect((await post('all/compose?ifGenerationMatch=1', order(source.metadata.generation))).status).toBe(
      412,
    );
    expect((await post('all/compose?ifGenerationMatch=0', order(source.metadata.generation))).status).toBe(
      200,
    );
    expect((await post('all/compose?ifGenerationMatch=0', order(source.metadata.generation))).status).toBe(
      412,
    );
  });

  test('that runs while its sources are replaced takes each whole', async () => {
    const length = 300_000;
    await put('busy', Buffer.alloc(length, 'a'));
    const writes = (async () => {
      for (const letter of 'bcdefgh') await put('busy', Buffer.alloc(length, letter));
    })();
    const composed = Array.from({ length: 7 }, async (_, nth) => {
      await bucket.combine(['busy', 'busy'], `both-${nth}`);
      return (await bucket.file(`both-${nth}`).download())[0].toString();
    });
    for (const text of await Promise.all(composed)) expect(text).toMatch(/^(.)\1{599999}$/);
    await writes;
  });

  test('refuses loudly what it does not know', async () => {
    await put('one', '1');
    const sourceObjects = [{ name: 'one' }];
    expect((await post('all/compose', { sourceObjects, deleteSourceObjects: true })).status).toBe(501);
    expect((await post('all/compose?kmsKeyName=k', { sourceObjects })).status).toBe(501);
    expect((await post('all/compose', { sourceObjects, destination: { contexts: {} } })).status).toBe(501);
  });
});

describe('rewrite', () => {
  const settings = {
    contentType: 'text/csv',
    metadata: { cacheControl: 'no-store', metadata: { a: '1' }, customTime: '2026-01-01T00:00:00Z' },
  };

  test('copies bytes and metadata into another bucket as a new generation', async () => {
    const source = await put('source', 'content', settings);
    const other = await system.newBucket();
    const [copy, answer] = await source.copy(other.file('a/copy'));
    expect(answer).toMatchObject({
      kind: 'storage#rewriteResponse',
      done: true,
      objectSize: '7',
      totalBytesRewritten: '7',
    });
    const [metadata] = await other.file('a/copy').getMetadata();
    const { crc32c, md5Hash } = source.metadata;
    expect(metadata).toMatchObject({
      bucket: other.name,
      name: 'a/copy',
      contentType: 'text/csv',
      cacheControl: 'no-store',
      metadata: { a: '1' },
      customTime: '2026-01-01T00:00:00Z',
      metageneration: '1',
      crc32c,
      md5Hash,
    });
    expect(metadata.generation).not.toBe(source.metadata.generation);
    await source.delete();
    expect((await copy.download())[0].toString()).toBe('content');
  });

  test('with metadata replaces all of the source, so that a custom time can go', async () => {
    const source = await put('source', 'content', settings);
    await source.copy(bucket.file('source'), { metadata: { b: '2' }, contentType: 'text/plain' });
    const [metadata] = await source.getMetadata();
    expect(metadata).toMatchObject({ contentType: 'text/plain', metadata: { b: '2' } });
    expect(metadata).not.toHaveProperty('customTime');
    expect(metadata).not.toHaveProperty('cacheControl');
    expect(metadata).not.toHaveProperty('metadata.a');
    expect(await read(source)).toBe('content');
  });

  test('of a composed object keeps its components and its lack of an MD5', async () => {
    await put('part', 'x');
    await bucket.combine(['part', 'part'], 'both');
    await bucket.file('both').copy('copy');
    const [metadata] = await bucket.file('copy').getMetadata();
    expect(metadata).toMatchObject({ componentCount: 2, size: '2' });
    expect(metadata).not.toHaveProperty('md5Hash');
  });

  test('holds the preconditions on source and destination', async () => {
    const { metadata } = await put('source', 'x');
    const path = `source/rewriteTo/b/${bucket.name}/o/copy`;
    expect((await post(`${path}?ifSourceGenerationMatch=1`)).status).toBe(412);
    expect((await post(`${path}?ifSourceMetagenerationMatch=2`)).status).toBe(412);
    expect((await post(`${path}?sourceGeneration=1`)).status).toBe(404);
    const both = `ifSourceGenerationMatch=${metadata.generation}&ifGenerationMatch=0`;
    expect((await post(`${path}?${both}`)).status).toBe(200);
    expect((await post(`${path}?${both}`)).status).toBe(412);
  });

  test('of what is not there is 404 and makes nothing', async () => {
    expect(await refusal(bucket.file('missing').copy('copy'))).toMatchObject({
      code: 404,
      message: `No such object: ${bucket.name}/missing`,
    });
    const source = await put('source', 'x');
    expect((await refusal(source.copy(system.client.bucket('none-such').file('copy')))).code).toBe(404);
    expect(await bucket.file('copy').exists()).toEqual([false]);
  });

  test('takes names with every character', async () => {
    const source = await put('a/b?c#d%2F', 'x');
    await source.copy('e/f g+ü');
    expect(await read(bucket.file('e/f g+ü'))).toBe('x');
  });

  test('takes a limit of bytes per call where it has no effect, and refuses it where it would', async () => {
    await put('source', 'x');
    const path = `source/rewriteTo/b/${bucket.name}/o/copy`;
    expect((await post(`${path}?maxBytesRewrittenPerCall=1048576`)).status).toBe(200);
    expect((await post(`${path}?maxBytesRewrittenPerCall=1000`)).status).toBe(400);
    const coldline = { storageClass: 'COLDLINE' };
    expect((await post(`${path}?maxBytesRewrittenPerCall=1048576`, coldline)).status).toBe(501);
    expect((await post(path, coldline)).status).toBe(200);
    expect((await bucket.file('copy').getMetadata())[0].storageClass).toBe('COLDLINE');
    expect((await post(`${path}?rewriteToken=x`)).status).toBe(400);
  });

  test('moves an object by a copy and a delete, as the client does', async () => {
    const source = await put('source', 'x');
    await source.move('moved');
    expect((await bucket.getFiles())[0].map(({ name }) => name)).toEqual(['moved']);
  });
});

test('objects.copy answers with the copy itself', async () => {
  await put('source', 'x', { contentType: 'text/csv' });
  expect(await post(`source/copyTo/b/${bucket.name}/o/copy?ifGenerationMatch=0`)).toMatchObject({
    status: 200,
    body: { kind: 'storage#object', name: 'copy', contentType: 'text/csv' },
  });
});

test('copies and composed objects are there after a restart, also when their sources are not', async () => {
  const bytes = randomBytes(100_000);
  const source = await put('source', bytes);
  await source.copy('copy');
  await bucket.combine(['source', 'copy'], 'both');
  await source.delete();
  await system.restart();
  const again = system.client.bucket(bucket.name);
  expect((await again.file('copy').download())[0].equals(bytes)).toBe(true);
  expect((await again.file('both').download())[0].equals(Buffer.concat([bytes, bytes]))).toBe(true);
});
