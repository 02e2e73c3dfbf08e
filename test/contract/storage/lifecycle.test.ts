/** https://cloud.google.com/storage/docs/lifecycle */
import type { Bucket } from '@google-cloud/storage';
import { DAY, refusal, startSystem, type TestSystem } from './system.ts';

let system: TestSystem;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.close());

const bucketWith = (...conditions: object[]) =>
  system.newBucket({
    lifecycle: { rule: conditions.map((condition) => ({ action: { type: 'Delete' }, condition })) },
  });

async function save(bucket: Bucket, ...names: string[]): Promise<void> {
  for (const name of names) await bucket.file(name).save('x', { resumable: false });
}

async function left(bucket: Bucket, pass = 0): Promise<string[]> {
  system.pass(pass);
  await system.service.sweep();
  return (await bucket.getFiles())[0].map(({ name }) => name);
}

const iso = (time: number) => new Date(time).toISOString();
const day = (time: number) => iso(time).slice(0, 10);

test('age counts whole days since the creation, and is not begun anew by a patch', async () => {
  const bucket = await bucketWith({ age: 2 });
  await save(bucket, 'a');
  system.pass(DAY);
  await bucket.file('a').setMetadata({ metadata: { state: 'read' } });
  await save(bucket, 'b');
  expect(await left(bucket, DAY - 1)).toEqual(['a', 'b']);
  expect(await left(bucket, 1)).toEqual(['b']);
});

test('an overwritten object begins its age anew', async () => {
  const bucket = await bucketWith({ age: 1 });
  await save(bucket, 'a');
  system.pass(DAY - 1);
  await save(bucket, 'a');
  expect(await left(bucket, DAY - 1)).toEqual(['a']);
  expect(await left(bucket, 1)).toEqual([]);
});

test('days since the custom time take only what has one', async () => {
  const bucket = await bucketWith({ daysSinceCustomTime: 30 });
  await save(bucket, 'open', 'closed');
  await bucket.file('closed').setMetadata({ customTime: iso(system.now()) } as never);
  expect(await left(bucket, 30 * DAY - 1)).toEqual(['closed', 'open']);
  expect(await left(bucket, 1)).toEqual(['open']);
  expect(await left(bucket, 3650 * DAY)).toEqual(['open']);
});

test('customTimeBefore and createdBefore compare with the midnight of a date', async () => {
  const tomorrow = Math.floor(system.now() / DAY) * DAY + DAY;
  const byCustomTime = await bucketWith({ customTimeBefore: day(tomorrow) });
  await save(byCustomTime, 'before', 'at', 'none');
  await byCustomTime.file('before').setMetadata({ customTime: iso(tomorrow - 1) } as never);
  await byCustomTime.file('at').setMetadata({ customTime: iso(tomorrow) } as never);
  expect(await left(byCustomTime)).toEqual(['at', 'none']);

  const byCreation = await bucketWith({ createdBefore: day(tomorrow) });
  await save(byCreation, 'today');
  system.pass(tomorrow - system.now());
  await save(byCreation, 'tomorrow');
  expect(await left(byCreation)).toEqual(['tomorrow']);
});

test('all conditions of a rule must hold, and one of the rules', async () => {
  const bucket = await bucketWith(
    { age: 1, matchesPrefix: ['tmp/', 'log/'], matchesSuffix: ['.json'] },
    { age: 3, matchesStorageClass: ['STANDARD'], isLive: true },
  );
  await save(bucket, 'tmp/a.json', 'log/b.json', 'tmp/c.csv', 'd.json');
  expect(await left(bucket, DAY)).toEqual(['d.json', 'tmp/c.csv']);
  expect(await left(bucket, 2 * DAY)).toEqual([]);
});

test('a rule that comes later takes older objects too, one that was removed takes none', async () => {
  const bucket = await system.newBucket();
  await save(bucket, 'a');
  expect(await left(bucket, 10 * DAY)).toEqual(['a']);
  await bucket.addLifecycleRule({ action: { type: 'Delete' }, condition: { age: 10 } });
  await bucket.setMetadata({ lifecycle: null } as never);
  expect(await left(bucket)).toEqual(['a']);
  await bucket.addLifecycleRule({ action: { type: 'Delete' }, condition: { age: 10 } });
  expect((await bucket.getMetadata())[0].lifecycle).toEqual({
    rule: [{ action: { type: 'Delete' }, condition: { age: 10 } }],
  });
  expect(await left(bucket)).toEqual([]);
});

test('nothing goes by itself before a sweep, and what went is gone after a restart', async () => {
  const bucket = await bucketWith({ age: 0 });
  await save(bucket, 'a', 'b');
  expect((await bucket.getFiles())[0]).toHaveLength(2);
  expect(await left(bucket)).toEqual([]);
  await system.restart();
  expect((await system.client.bucket(bucket.name).getFiles())[0]).toEqual([]);
});

test('hundreds of objects go in one sweep', async () => {
  const bucket = await bucketWith({ age: 1 });
  const names = Array.from({ length: 300 }, (_, nth) => `n-${nth}`);
  await Promise.all(names.map((name) => save(bucket, name)));
  expect(await left(bucket, DAY)).toEqual([]);
});

test('rules that say nothing or nonsense are 400, rules of other kinds 501', async () => {
  const rule = (condition: object, type = 'Delete') =>
    refusal(system.newBucket({ lifecycle: { rule: [{ action: { type }, condition }] } }));
  for (const condition of [
    {},
    { age: -1 },
    { age: 1.5 },
    { createdBefore: '2026-02-31x' },
    { matchesPrefix: 'a' },
  ])
    expect([condition, (await rule(condition)).code]).toEqual([condition, 400]);
  for (const [condition, type] of [
    [{ numNewerVersions: 1 }, 'Delete'],
    [{ age: 1 }, 'SetStorageClass'],
  ] as const)
    expect([condition, (await rule(condition, type)).code]).toEqual([condition, 501]);
});
