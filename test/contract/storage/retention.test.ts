/** https://cloud.google.com/storage/docs/bucket-lock */
import type { Bucket } from '@google-cloud/storage';
import { DAY, refusal, startSystem, type TestSystem } from './system.ts';

const HOUR_SECONDS = 3600;
const HOUR = HOUR_SECONDS * 1000;

let system: TestSystem;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.close());

const newBucket = (settings: object = {}) =>
  system.newBucket({ retentionPolicy: { retentionPeriod: HOUR_SECONDS }, ...settings });

const save = (bucket: Bucket, name: string, content = 'x', resumable = false) =>
  bucket.file(name).save(content, { resumable });

async function lock(bucket: Bucket): Promise<void> {
  const [{ metageneration }] = await bucket.getMetadata();
  await bucket.lock(Number(metageneration));
}

const iso = (time: number) => new Date(time).toISOString();

test('a retained object can be neither deleted nor replaced, in no way, until its time has come', async () => {
  const bucket = await newBucket();
  await save(bucket, 'a');
  await save(bucket, 'other');
  const until = iso(system.now() + HOUR);
  const expected = {
    code: 403,
    reason: 'retentionPolicyNotMet',
    message: `Object '${bucket.name}/a' is subject to bucket's retention policy or object retention and cannot be deleted or overwritten until ${until}`,
  };
  system.pass(HOUR - 1);
  expect(await refusal(bucket.file('a').delete())).toEqual(expected);
  expect(await refusal(save(bucket, 'a', 'y'))).toEqual(expected);
  expect((await refusal(save(bucket, 'a', 'y', true))).message).toMatch(/403|retention policy/);
  expect(await refusal(bucket.file('other').copy('a'))).toEqual(expected);
  expect(await refusal(bucket.combine(['other', 'other'], 'a'))).toEqual(expected);
  expect((await bucket.file('a').download())[0].toString()).toBe('x');
  system.pass(1);
  await save(bucket, 'a', 'y');
  expect((await refusal(bucket.file('a').delete())).code).toBe(403);
  system.pass(HOUR);
  await bucket.file('a').delete();
});

test('an object says until when it is retained, and its metadata can change', async () => {
  const bucket = await newBucket();
  await save(bucket, 'a');
  const until = iso(system.now() + HOUR);
  await bucket.file('a').setMetadata({ metadata: { state: 'read' } });
  expect((await bucket.file('a').getMetadata())[0]).toMatchObject({
    retentionExpirationTime: until,
    metadata: { state: 'read' },
  });
});

test('a policy counts for what was there before it, and no longer once it is removed', async () => {
  const bucket = await system.newBucket();
  await save(bucket, 'a');
  await bucket.setRetentionPeriod(HOUR_SECONDS);
  expect((await refusal(bucket.file('a').delete())).code).toBe(403);
  await bucket.removeRetentionPeriod();
  await bucket.file('a').delete();
});

test('a failed precondition is said before the retention', async () => {
  const bucket = await newBucket();
  await save(bucket, 'a');
  const preconditionOpts = { ifGenerationMatch: 0 };
  expect((await refusal(bucket.file('a').save('y', { resumable: false, preconditionOpts }))).code).toBe(412);
});

test('a lifecycle rule waits for the end of the retention', async () => {
  const lifecycle = { rule: [{ action: { type: 'Delete' }, condition: { age: 1 } }] };
  const bucket = await newBucket({ retentionPolicy: { retentionPeriod: 2 * (DAY / 1000) }, lifecycle });
  await save(bucket, 'a');
  system.pass(2 * DAY - 1);
  await system.service.sweep();
  expect(await bucket.file('a').exists()).toEqual([true]);
  system.pass(1);
  await system.service.sweep();
  expect(await bucket.file('a').exists()).toEqual([false]);
});

test('a locked policy can be made longer, never shorter, and never goes away', async () => {
  const bucket = await newBucket();
  await lock(bucket);
  expect(await refusal(bucket.removeRetentionPeriod())).toEqual({
    code: 403,
    reason: 'retentionPolicyNotMet',
    message: `Bucket '${bucket.name}' has a locked Retention Policy which cannot be removed.`,
  });
  expect(await refusal(bucket.setRetentionPeriod(HOUR_SECONDS - 1))).toEqual({
    code: 403,
    reason: 'forbidden',
    message: `Cannot reduce retention duration of a locked Retention Policy for bucket '${bucket.name}'.`,
  });
  await bucket.setRetentionPeriod(2 * HOUR_SECONDS);
  await system.restart();
  expect((await system.client.bucket(bucket.name).getMetadata())[0].retentionPolicy).toMatchObject({
    retentionPeriod: String(2 * HOUR_SECONDS),
    isLocked: true,
  });
});

test('locking needs an unlocked policy and the metageneration the caller has seen', async () => {
  const bucket = await newBucket();
  expect((await refusal(bucket.lock(99))).code).toBe(412);
  await lock(bucket);
  const message = (name: string) => `Bucket '${name}' does not have an unlocked retention policy.`;
  expect(await refusal(lock(bucket))).toMatchObject({ code: 400, message: message(bucket.name) });
  const without = await system.newBucket();
  expect(await refusal(lock(without))).toMatchObject({ code: 400, message: message(without.name) });
});

test('a bucket whose objects are retained cannot be deleted', async () => {
  const bucket = await newBucket();
  await save(bucket, 'a');
  expect(await refusal(bucket.delete())).toMatchObject({
    code: 409,
    message: 'The bucket you tried to delete is not empty.',
  });
});

test.each([0, -1, 1.5, 3_155_760_001])('a period of %d seconds is 400', async (retentionPeriod) => {
  expect(await refusal(system.newBucket({ retentionPolicy: { retentionPeriod } }))).toMatchObject({
    code: 400,
    message: 'Retention policy must have a retention period greater than 0 and less than 100 years.',
  });
});
