/** What is in the streaming buffer cannot be changed: https://cloud.google.com/bigquery/docs/error-messages */
import type { Table } from '@google-cloud/bigquery';
import { load, MINUTE, nameOf, PROJECT, refusal, rows, startSystem, type TestSystem } from './system.ts';

const BUFFER_MINUTES = 90;
let system: TestSystem;
beforeAll(async () => {
  system = await startSystem({ bufferMilliseconds: BUFFER_MINUTES * MINUTE });
});
afterAll(() => system.close());

const DML = (table: Table) => ({
  UPDATE: `UPDATE ${nameOf(table)} SET name = 'y' WHERE id = 1`,
  DELETE: `DELETE FROM ${nameOf(table)} WHERE id = 1`,
  TRUNCATE: `TRUNCATE TABLE ${nameOf(table)}`,
});

test.each(['UPDATE', 'DELETE', 'TRUNCATE'] as const)(
  '%s of a row that insertAll wrote is refused',
  async (kind) => {
    const table = await system.newTable('id INT64, name STRING');
    await table.insert([{ id: 1, name: 'x' }]);
    const what = kind === 'TRUNCATE' ? 'TRUNCATE DML' : 'UPDATE or DELETE';
    const expected = {
      code: 400,
      reason: 'invalidQuery',
      message: expect.stringContaining(
        `${what} statement over table ${PROJECT}.${table.dataset.id}.t would affect rows in the streaming buffer, which is not supported`,
      ),
    };
    system.pass(BUFFER_MINUTES * MINUTE - 1);
    expect(await refusal(rows(system.client, DML(table)[kind]))).toMatchObject(expected);
    expect(await rows(system.client, `SELECT name FROM ${nameOf(table)}`)).toEqual([{ name: 'x' }]);
    system.pass(1);
    await rows(system.client, DML(table)[kind]);
    expect(await rows(system.client, `SELECT 1 FROM ${nameOf(table)} WHERE name = 'x'`)).toEqual([]);
  },
);

// https://cloud.google.com/bigquery/docs/data-manipulation-language#limitations: "All other rows … remain modifiable"
test('rows beside those in the buffer can be changed', async () => {
  const table = await system.newTable('id INT64, name STRING');
  await load(table, [{ id: 2 }, { id: 3 }]);
  await table.insert([{ id: 1 }]);
  await rows(system.client, `UPDATE ${nameOf(table)} SET name = 'y' WHERE id = 2`);
  await rows(system.client, `DELETE FROM ${nameOf(table)} WHERE id = 3`);
  expect(await rows(system.client, `SELECT * FROM ${nameOf(table)} ORDER BY id`)).toEqual([
    { id: 1, name: null },
    { id: 2, name: 'y' },
  ]);
});

test('a statement that would change a row inside of the buffer and one outside changes neither', async () => {
  const table = await system.newTable('id INT64, name STRING');
  await load(table, [{ id: 1 }]);
  await table.insert([{ id: 1 }]);
  expect(await refusal(rows(system.client, DML(table).DELETE))).toMatchObject({ reason: 'invalidQuery' });
  expect(await rows(system.client, `SELECT COUNT(*) AS n FROM ${nameOf(table)}`)).toEqual([{ n: 2 }]);
});

test('INSERT is no matter of the buffer: its rows can be changed at once', async () => {
  const table = await system.newTable('id INT64, name STRING');
  await table.insert([{ id: 1 }]);
  await rows(system.client, `INSERT ${nameOf(table)} VALUES (2, 'x')`);
  await rows(system.client, `DELETE FROM ${nameOf(table)} WHERE id = 2`);
});

test('after a restart the buffer is what it was', async () => {
  const table = await system.newTable('id INT64, name STRING');
  await table.insert([{ id: 1 }]);
  await system.restart();
  expect(await refusal(rows(system.client, DML(table).DELETE))).toMatchObject({ reason: 'invalidQuery' });
  system.pass(BUFFER_MINUTES * MINUTE);
  await rows(system.client, DML(table).DELETE);
});

test('rows that Pub/Sub writes by the Storage Write API can be changed at once', async () => {
  const table = await system.newTable('id INT64, name STRING');
  const reference = { project: PROJECT, dataset: table.dataset.id as string, table: 't' };
  await system.service.append(reference, [{ id: 1, name: 'x' }]);
  await rows(system.client, DML(table).UPDATE);
  expect(await rows(system.client, `SELECT name FROM ${nameOf(table)}`)).toEqual([{ name: 'y' }]);
});
