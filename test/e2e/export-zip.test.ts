/** An export in one ZIP that opens with a password. */
import { createHash } from 'node:crypto';
import { BlobReader, TextWriter, ZipReader } from '@zip.js/zip.js';
import { eventsMap, eventsTable } from '../support/events-table.ts';
import { download, order } from '../support/exports.ts';
import { System } from '../support/system.ts';

let system: System;
beforeAll(async () => {
  system = await System.start();
}, 60_000);
afterAll(() => system.close());

const jane = { type: 'distinct_id', value: 'jane' };
const PASSWORD = 'canary staple horse';

async function entriesOf(zip: Buffer, password: string): Promise<Record<string, string>> {
  const reader = new ZipReader(new BlobReader(new Blob([new Uint8Array(zip)])), { password });
  const entries = await reader.getEntries();
  const read: Record<string, string> = {};
  for (const entry of entries) {
    if (entry.directory) continue;
    expect(entry.encrypted).toBe(true);
    read[entry.filename] = await entry.getData(new TextWriter());
  }
  return read;
}

test('with a password there is one file, which opens with it alone and holds everything', async () => {
  const tenant = await system.createTenant(
    'export-zip',
    [eventsTable('events', ['jane', 'joe'])],
    eventsMap(['events']),
  );

  const id = await order(tenant, { subjects: [jane], zip_password: PASSWORD, formats: ['ndjson', 'csv'] });
  await system.settled();

  const files = await download(tenant, id);
  expect(files.map(({ name }) => name)).toEqual(['export.zip']);
  const [zip] = files;
  if (zip === undefined) throw new Error('no file');
  expect(zip.bytes.includes('jane')).toBe(false);
  const entries = await entriesOf(zip.bytes, PASSWORD);
  expect(Object.keys(entries)).toEqual([
    'export_zip.events.ndjson',
    'export_zip.events.csv',
    'manifest.json',
    'index.html',
  ]);
  const ndjson = entries['export_zip.events.ndjson'] ?? '';
  expect(
    ndjson
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).distinct_id),
  ).toEqual(['jane', 'jane']);
  const manifest = JSON.parse(entries['manifest.json'] ?? '');
  expect(manifest.files[0]).toMatchObject({
    name: 'export_zip.events.ndjson',
    sha256: createHash('sha256').update(ndjson).digest('hex'),
  });
  await expect(entriesOf(zip.bytes, 'another password')).rejects.toThrow();
});

test('the password is nowhere but in the request', async () => {
  const tenant = await system.createTenant(
    'export-secret',
    [eventsTable('events', ['jane'])],
    eventsMap(['events']),
  );

  const id = await order(tenant, { subjects: [jane], zip_password: PASSWORD });
  await system.settled();

  const shown = await tenant.get(`/requests/${id}`);
  const receipt = (await tenant.get(`/requests/${id}/receipt`)).text.split('.')[1] ?? '';
  const files = await tenant.get(`/requests/${id}/files`);
  const said = [
    shown.text,
    files.text,
    Buffer.from(receipt, 'base64url').toString(),
    system.printed.join(''),
  ];
  expect(said.join('')).not.toContain('canary staple');
  const short = await tenant.post('/requests', {
    type: 'export',
    subjects: [jane],
    scope: 'everything',
    zip_password: 'short',
  });
  expect([short.status, short.json.errors[0].field]).toEqual([400, 'zip_password']);
});
