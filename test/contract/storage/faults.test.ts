/** What injected faults and the rate limit do to Cloud Storage; that their effects are those of a real outage. */
import type { Bucket } from '@google-cloud/storage';
import type { FaultAction } from '../../../local/faults.ts';
import { refusal, startSystem, type TestSystem } from './system.ts';

let system: TestSystem;
let bucket: Bucket;
beforeAll(async () => {
  system = await startSystem({ writesPerSecondPerObject: 1 });
});
beforeEach(async () => {
  bucket = await system.newBucket();
});
afterEach(() => system.faults.clear());
afterAll(() => system.close());

const strike = (operation: string, action: FaultAction, resource?: string) =>
  system.faults.add({ operation: `storage.${operation}`, action, ...(resource && { resource }) });

const create = (name: string, content = 'x') =>
  bucket.file(name).save(content, { resumable: false, preconditionOpts: { ifGenerationMatch: 0 } });

const url = (path: string) => `${system.service.address}/storage/v1/b/${bucket.name}${path}`;

test.each([
  [400, 'invalid'],
  [403, 'forbidden'],
  [404, 'notFound'],
  [409, 'conflict'],
  [500, 'backendError'],
])(
  'an injected %d is answered with its reason and its message, and nothing happens',
  async (status, reason) => {
    strike('objects.insert', { kind: 'fail', status, reason, message: 'told to fail' });
    const upload = `${system.service.address}/upload/storage/v1/b/${bucket.name}/o?uploadType=media&name=a`;
    const response = await fetch(upload, { method: 'POST', body: 'x' });
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({
      error: {
        code: status,
        message: 'told to fail',
        errors: [{ message: 'told to fail', domain: 'global', reason }],
      },
    });
    expect(await bucket.file('a').exists()).toEqual([false]);
  },
);

test('a failed download has the bare message as its body, a failed signed URL is XML', async () => {
  const action = { kind: 'fail', status: 503, reason: 'backendError', message: 'told to fail' } as const;
  strike('objects.get', action);
  const download = await fetch(url('/o/a?alt=media'));
  expect([download.status, await download.text()]).toEqual([503, 'told to fail']);
  strike('objects.get', action);
  const signed = await fetch(`${system.service.address}/${bucket.name}/a?X-Goog-Signature=ab`);
  expect(signed.status).toBe(503);
  expect(await signed.text()).toContain('<Code>ServiceUnavailable</Code><Message>told to fail</Message>');
});

test('a create with a precondition that fails once is repeated by the client and made once', async () => {
  strike('objects.insert', { kind: 'fail', status: 503, reason: 'backendError', message: 'busy' });
  await create('a');
  expect((await bucket.file('a').getMetadata())[0].metageneration).toBe('1');
});

test('a create that never arrived is repeated by the client', async () => {
  strike('objects.insert', { kind: 'drop', when: 'before' });
  await create('a');
  expect(await bucket.file('a').exists()).toEqual([true]);
});

test('a create whose answer is lost is repeated by the client, is refused with 412, and is there', async () => {
  strike('objects.insert', { kind: 'drop', when: 'after' });
  expect((await refusal(create('a', 'content'))).code).toBe(412);
  expect((await bucket.file('a').download())[0].toString()).toBe('content');
});

test('a create that arrives twice is made once: the second is refused', async () => {
  strike('objects.insert', { kind: 'duplicate' });
  expect((await refusal(create('a'))).code).toBe(412);
  expect(await bucket.file('a').exists()).toEqual([true]);
});

test('an upload in chunks whose answer is lost midway ends with the right bytes', async () => {
  const bytes = Buffer.alloc(700_000, 'abc');
  system.faults.add({
    operation: 'storage.objects.insert',
    skip: 2,
    action: { kind: 'drop', when: 'after' },
  });
  const preconditionOpts = { ifGenerationMatch: 0 };
  await bucket.file('long').save(bytes, { resumable: true, chunkSize: 256 * 1024, preconditionOpts });
  expect((await bucket.file('long').download())[0].equals(bytes)).toBe(true);
});

test('a patch whose answer is lost has happened', async () => {
  await create('a');
  system.pass(1000);
  strike('objects.patch', { kind: 'drop', when: 'after' });
  const patch = bucket.file('a').setMetadata({ metadata: { a: '1' } }, { ifMetagenerationMatch: 1 });
  expect((await refusal(patch)).code).toBe(412);
  expect((await bucket.file('a').getMetadata())[0]).toMatchObject({
    metadata: { a: '1' },
    metageneration: '2',
  });
});

test('only calls on the named object are struck, and every call is recorded under its name', async () => {
  strike(
    'objects.delete',
    { kind: 'fail', status: 403, reason: 'forbidden', message: 'no' },
    `${bucket.name}/b`,
  );
  system.faults.record();
  await create('a');
  await bucket.file('a').copy('copy');
  await bucket.combine(['a', 'copy'], 'both');
  await bucket.getFiles();
  await create('b');
  system.pass(1000);
  await bucket.file('a').delete();
  expect((await refusal(bucket.file('b').delete())).code).toBe(403);
  const { name } = bucket;
  expect(system.faults.calls).toEqual([
    { operation: 'storage.objects.insert', resource: `${name}/a` },
    { operation: 'storage.objects.rewrite', resource: `${name}/copy` },
    { operation: 'storage.objects.compose', resource: `${name}/both` },
    { operation: 'storage.objects.list', resource: name },
    { operation: 'storage.objects.insert', resource: `${name}/b` },
    { operation: 'storage.objects.delete', resource: `${name}/a` },
    { operation: 'storage.objects.delete', resource: `${name}/b` },
  ]);
});

// https://cloud.google.com/storage/quotas#objects
test('more than one write a second to one object is 429, to many objects not', async () => {
  const patch = () => fetch(url('/o/a'), { method: 'PATCH', body: '{"contentType":"text/plain"}' });
  await Promise.all(['a', 'b', 'c'].map((name) => create(name)));
  const refused = await patch();
  expect(refused.status).toBe(429);
  expect(await refused.json()).toMatchObject({ error: { errors: [{ reason: 'rateLimitExceeded' }] } });
  system.pass(999);
  expect((await patch()).status).toBe(429);
  system.pass(1);
  expect((await patch()).status).toBe(200);
});

test('a resumable upload counts as one write, a refused one as none', async () => {
  await bucket.file('long').save('x', { resumable: true });
  system.pass(1000);
  expect((await refusal(create('long'))).code).toBe(412);
  expect((await fetch(url('/o/long'), { method: 'PATCH', body: '{}' })).status).toBe(200);
});
