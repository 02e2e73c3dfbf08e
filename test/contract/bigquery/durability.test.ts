/** What survives a restart and a SIGKILL. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { startBigQuery } from '../../../local/bigquery/service.ts';
import { clientOf, load, nameOf, rest, rows, run, schemaOf, startSystem, type TestSystem } from './system.ts';

let system: TestSystem;
beforeEach(async () => {
  system = await startSystem();
});
afterEach(() => system.close());

test('datasets, tables and views are after a restart what they were before', async () => {
  const dataset = await system.newDataset({ location: 'EU', labels: { a: 'b' } });
  const schema = schemaOf('d DATE REQUIRED, user STRING');
  const timePartitioning = { type: 'DAY', field: 'd' };
  const options = { schema, timePartitioning, clustering: { fields: ['user'] }, labels: { c: 'd' } };
  const [table] = await dataset.createTable('t', options as never);
  const query = `SELECT user FROM ${nameOf(table)} WHERE d > '2026-01-01'`;
  const [view] = await dataset.createTable('v', { view: { query, useLegacySql: false } });
  await load(table, [{ d: '2026-01-02', user: 'a' }]);
  const all = async () => [
    (await system.client.dataset(dataset.id as string).getMetadata())[0],
    (
      await system.client
        .dataset(dataset.id as string)
        .table('t')
        .getMetadata()
    )[0],
    (
      await system.client
        .dataset(dataset.id as string)
        .table('v')
        .getMetadata()
    )[0],
  ];
  const before = await all();
  await system.restart();
  expect(await all()).toEqual(before);
  expect(await rows(system.client, `SELECT * FROM ${nameOf(view)}`)).toEqual([{ user: 'a' }]);
});

test('rows, sizes and partitions are after a restart what they were before', async () => {
  const table = await system.newTable('d DATE, s STRING, j JSON', {
    timePartitioning: { type: 'DAY', field: 'd' },
  });
  await load(table, [
    { d: '2026-01-01', s: 'x', j: { b: 1, a: 2 } },
    { d: '2026-01-02', s: 'yy' },
  ]);
  await rows(system.client, `UPDATE ${nameOf(table)} SET s = 'zzz' WHERE d = '2026-01-02'`);
  const all = async () => [
    (
      await system.client
        .dataset(table.dataset.id as string)
        .table('t')
        .getMetadata()
    )[0],
    await rows(system.client, `SELECT s, TO_JSON_STRING(j) AS j FROM ${nameOf(table)} ORDER BY s`),
    await rows(
      system.client,
      `SELECT * FROM ${table.dataset.id}.INFORMATION_SCHEMA.PARTITIONS ORDER BY partition_id`,
    ),
  ];
  const before = await all();
  await system.restart();
  expect(await all()).toEqual(before);
});

test('jobs, their statistics and their results are there after a restart', async () => {
  const table = await system.newTable('id INT64');
  const inserted = await run(system.client, `INSERT ${nameOf(table)} VALUES (1), (2)`, { jobId: 'inserted' });
  await run(system.client, `SELECT id FROM ${nameOf(table)} ORDER BY id`, { jobId: 'selected' });
  await system.restart();
  expect((await rest(system, 'GET', '/jobs/inserted')).body).toEqual(inserted);
  const results = await rest(system, 'GET', '/queries/selected');
  expect(results.body.rows).toEqual([{ f: [{ v: '1' }] }, { f: [{ v: '2' }] }]);
  const again = {
    jobReference: { jobId: 'inserted' },
    configuration: { query: { query: 'SELECT 1', useLegacySql: false } },
  };
  expect((await rest(system, 'POST', '/jobs', again)).status).toBe(409);
});

test('REQUIRED holds after a restart', async () => {
  const table = await system.newTable('id INT64 REQUIRED');
  await system.restart();
  const { status } = await run(system.client, `INSERT ${nameOf(table)} VALUES (NULL)`);
  expect(status.errorResult).toMatchObject({ reason: 'invalidQuery' });
});

test('after a SIGKILL amid inserts every answered row is there once, and every other one once or not at all', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lethe-bigquery-'));
  const { child, address } = await startKillable(folder);
  const exited = new Promise((resolve) => child.once('exit', resolve));
  await clientOf({ address }).createDataset('killed');
  await clientOf({ address })
    .dataset('killed')
    .createTable('t', { schema: schemaOf('id STRING') });
  const answered = new Set<string>();
  let isKilled = false;
  // Writers that never pause, by insertAll and by jobs: some requests are under way when the kill comes.
  const writer = async (write: typeof stream, writerId: number) => {
    for (let nth = 0; !isKilled; nth += 1) {
      const id = `w${writerId}-${nth}`;
      if (!(await succeeds(() => write(address, id)))) return;
      answered.add(id);
      if (answered.size === 120) {
        isKilled = true;
        child.kill('SIGKILL');
      }
    }
  };
  await Promise.all([stream, stream, stream, insert, insert, insert].map(writer));
  await exited;

  const service = await startBigQuery({ folder });
  const client = clientOf(service);
  // Jobs that were accepted are run now; `insert` answered only those that were done.
  const found: { id: string; n: number }[] = await rows(
    client,
    'SELECT id, COUNT(*) AS n FROM killed.t GROUP BY id',
  );
  const ids = new Set(found.map(({ id }) => id));
  expect([...answered].filter((id) => !ids.has(id))).toEqual([]);
  expect(found.filter(({ n }) => n !== 1)).toEqual([]);
  const [{ numRows, streamingBuffer }] = await client.dataset('killed').table('t').getMetadata();
  const total = await rows(client, 'SELECT COUNT(*) AS n FROM killed.t');
  expect(Number(numRows) + Number(streamingBuffer.estimatedRows)).toBe(total[0].n);
  await service.close();
  await rm(folder, { recursive: true });
});

const post = (address: string, path: string, body: object) =>
  fetch(`${address}/bigquery/v2/projects/demo${path}`, { method: 'POST', body: JSON.stringify(body) });

const stream = (address: string, id: string) =>
  post(address, '/datasets/killed/tables/t/insertAll', { rows: [{ insertId: id, json: { id } }] });

const insert = (address: string, id: string) =>
  post(address, '/queries', { query: `INSERT killed.t VALUES ('${id}')`, useLegacySql: false });

/** Whether an answer came; an answer that is not a success fails the test. */
async function succeeds(call: () => Promise<Response>): Promise<boolean> {
  try {
    const response = await call();
    const text = await response.text();
    if (!response.ok) throw new Error(`answered ${response.status}: ${text}`);
    return true;
  } catch (error) {
    if ((error as Error).message.startsWith('answered')) throw error;
    return false;
  }
}

async function startKillable(folder: string): Promise<{ child: ChildProcess; address: string }> {
  const child = spawn(process.execPath, [join(__dirname, 'killable.ts'), folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const address = await new Promise<string>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => reject(new Error('The service ended before it was killed.')));
    createInterface(child.stdout).once('line', resolve);
  });
  return { child, address };
}
