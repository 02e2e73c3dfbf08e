/** https://cloud.google.com/bigquery/docs/reference/rest/v2/datasets */
import { PROJECT, refusal, rest, START, schemaOf, startSystem, type TestSystem } from './system.ts';

let system: TestSystem;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.close());

test('a dataset is made where the caller says and described as the service does', async () => {
  const [, made] = await system.client.createDataset('in_eu', {
    location: 'EU',
    labels: { team: 'privacy' },
  });
  expect(made).toMatchObject({
    kind: 'bigquery#dataset',
    id: `${PROJECT}:in_eu`,
    datasetReference: { projectId: PROJECT, datasetId: 'in_eu' },
    location: 'EU',
    labels: { team: 'privacy' },
    creationTime: String(START),
    lastModifiedTime: String(START),
    // https://cloud.google.com/bigquery/docs/time-travel: seven days
    maxTimeTravelHours: '168',
  });
  expect((await system.client.dataset('in_eu').getMetadata())[0]).toEqual(made);
});

test('a dataset without a location is in the US, regions are written in small letters', async () => {
  const [, anywhere] = await system.client.createDataset('anywhere');
  const [, region] = await system.client.createDataset('region', { location: 'EUROPE-WEST3' });
  expect([(anywhere as { location: string }).location, (region as { location: string }).location]).toEqual([
    'US',
    'europe-west3',
  ]);
});

test('a second dataset of the same id is 409 duplicate', async () => {
  await system.client.createDataset('once');
  expect(await refusal(system.client.createDataset('once'))).toMatchObject({
    code: 409,
    reason: 'duplicate',
    message: expect.stringContaining(`Already Exists: Dataset ${PROJECT}:once`),
  });
});

test.each(['with-dash', 'with.dot', 'ü', ''])('an id like %j is refused', async (datasetId) => {
  const { status, body } = await rest(system, 'POST', '/datasets', { datasetReference: { datasetId } });
  expect([status, body.error.errors[0].reason]).toEqual([400, 'invalid']);
});

test('an unknown dataset is 404 notFound for every call', async () => {
  const expected = { status: 404, body: { error: { errors: [{ reason: 'notFound' }] } } };
  for (const [method, path] of [
    ['GET', '/datasets/none'],
    ['PATCH', '/datasets/none'],
    ['DELETE', '/datasets/none'],
    ['GET', '/datasets/none/tables'],
    ['GET', '/datasets/none/tables/t'],
  ] as const)
    expect(await rest(system, method, path, method === 'PATCH' ? {} : undefined)).toMatchObject(expected);
  const message = `Not found: Dataset ${PROJECT}:none`;
  expect((await refusal(system.client.dataset('none').getMetadata())).message).toContain(message);
});

test('datasets are listed by id, page by page, and only those of the project', async () => {
  for (const id of ['list_b', 'list_a', 'list_c']) await system.client.createDataset(id);
  const ids: string[] = [];
  let token = '';
  do {
    const { body } = await rest(system, 'GET', `/datasets?maxResults=2&pageToken=${token}`);
    expect(body.datasets.length).toBeLessThanOrEqual(2);
    ids.push(
      ...body.datasets.map(
        (one: { datasetReference: { datasetId: string } }) => one.datasetReference.datasetId,
      ),
    );
    token = body.nextPageToken ?? '';
  } while (token !== '');
  expect(ids).toEqual([...ids].toSorted());
  expect(ids).toEqual(expect.arrayContaining(['list_a', 'list_b', 'list_c']));
  const other = await fetch(`${system.service.address}/bigquery/v2/projects/other/datasets`);
  expect(((await other.json()) as { datasets?: unknown[] }).datasets).toBeUndefined();
});

test('a patch merges labels, removes what is null and changes etag and time', async () => {
  const dataset = await system.newDataset({ description: 'before', labels: { a: '1', b: '2' } });
  const [before] = await dataset.getMetadata();
  system.pass(1000);
  await dataset.setMetadata({ description: null, labels: { a: null, c: '3' } } as never);
  const [after] = await dataset.getMetadata();
  expect(after.description).toBeUndefined();
  expect(after.labels).toEqual({ b: '2', c: '3' });
  expect(after.etag).not.toBe(before.etag);
  expect(Number(after.lastModifiedTime)).toBe(Number(before.lastModifiedTime) + 1000);
});

// https://cloud.google.com/bigquery/docs/reference/rest/v2/datasets/patch; the client sends the etag as If-Match
test('a patch with an etag of before another change is 412 and changes nothing', async () => {
  const dataset = await system.newDataset();
  const [{ etag }] = await dataset.getMetadata();
  await dataset.setMetadata({ description: 'first', etag } as never);
  const second = dataset.setMetadata({ description: 'second', etag } as never);
  expect(await refusal(second)).toMatchObject({ code: 412, reason: 'conditionNotMet' });
  expect((await dataset.getMetadata())[0].description).toBe('first');
});

test('a dataset with a table is in use; with deleteContents all of it goes', async () => {
  const dataset = await system.newDataset();
  await dataset.createTable('t', { schema: schemaOf('a INT64') });
  expect(await refusal(dataset.delete())).toMatchObject({
    code: 400,
    reason: 'resourceInUse',
    message: expect.stringContaining(`Dataset ${PROJECT}:${dataset.id} is still in use`),
  });
  await dataset.delete({ force: true });
  expect(await dataset.exists()).toEqual([false]);
  await system.client.createDataset(dataset.id as string);
  expect(await dataset.table('t').exists()).toEqual([false]);
});

test('tables of a dataset with defaultTableExpirationMs expire that long after they were made', async () => {
  const dataset = await system.newDataset({ defaultTableExpirationMs: String(2 * 3_600_000) });
  const [table] = await dataset.createTable('t', { schema: schemaOf('a INT64') });
  const [metadata] = await table.getMetadata();
  expect(metadata.expirationTime).toBe(String(system.now() + 2 * 3_600_000));
  system.pass(2 * 3_600_000);
  expect(await table.exists()).toEqual([false]);
});

test('a call that the stand-in does not know is 501, not silence', async () => {
  const { status, body } = await rest(system, 'GET', '/datasets/anywhere/routines');
  expect([status, body.error.errors[0].reason]).toEqual([501, 'notImplemented']);
});
