/** What survives a restart and a SIGKILL. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Bucket, FileMetadata } from '@google-cloud/storage';
import { startStorage } from '../../../local/storage/service.ts';
import { clientOf, startSystem, type TestSystem } from './system.ts';

const JOURNAL = 'journal.ndjson';
const UNIT = 256 * 1024;

let system: TestSystem;
beforeEach(async () => {
  system = await startSystem();
});
afterEach(() => system.close());

async function restart(bucket: Bucket, between: () => Promise<void> = async () => {}): Promise<Bucket> {
  await system.restart(between);
  return system.client.bucket(bucket.name);
}

const save = (bucket: Bucket, name: string, content: string | Buffer, metadata: FileMetadata = {}) =>
  bucket.file(name).save(content, { resumable: false, metadata });

const read = async (bucket: Bucket, name: string) => (await bucket.file(name).download())[0].toString();

const contents = () => readdir(join(system.folder, 'content'));

test('buckets and objects are after a restart what they were before', async () => {
  const labels = { team: 'privacy' };
  const lifecycle = { rule: [{ action: { type: 'Delete' }, condition: { age: 3 } }] };
  let bucket = await system.newBucket({ labels, lifecycle, location: 'EU' });
  await save(bucket, 'a/ü', 'content', { metadata: { state: 'open' }, contentType: 'text/plain' });
  await bucket.file('a/ü').setMetadata({ metadata: { state: 'closed' } });
  await save(bucket, 'gone', 'x');
  await bucket.file('gone').delete();
  const [before] = await bucket.file('a/ü').getMetadata();
  bucket = await restart(bucket);
  const [after] = await bucket.file('a/ü').getMetadata();
  const links = { selfLink: expect.any(String), mediaLink: expect.any(String) };
  expect(after).toEqual({ ...before, ...links });
  expect(await read(bucket, 'a/ü')).toBe('content');
  expect((await bucket.getFiles())[0].map(({ name }) => name)).toEqual(['a/ü']);
  expect((await bucket.getMetadata())[0]).toMatchObject({ labels, lifecycle, location: 'EU' });
});

test('a generation is never given twice, not even after its object is gone and the service was restarted', async () => {
  let bucket = await system.newBucket();
  const generations: bigint[] = [];
  for (const _ of [1, 2, 3]) {
    await save(bucket, 'a', 'x');
    generations.push(BigInt(String((await bucket.file('a').getMetadata())[0].generation)));
    await bucket.file('a').delete();
    bucket = await restart(bucket);
  }
  expect(generations).toEqual([...new Set(generations)].toSorted((a, b) => Number(a - b)));
});

test('a resumable upload goes on after a restart', async () => {
  const bucket = await system.newBucket();
  const bytes = randomBytes(2 * UNIT);
  const path = `/upload/storage/v1/b/${bucket.name}/o?uploadType=resumable&name=long`;
  const begun = await fetch(`${system.service.address}${path}`, { method: 'POST', body: '{}' });
  const session = new URL(begun.headers.get('location') ?? '');
  const put = (range: string, body: Buffer<ArrayBuffer>) =>
    fetch(`${system.service.address}${session.pathname}${session.search}`, {
      method: 'PUT',
      headers: { 'content-range': range },
      body,
    });
  await put(`bytes 0-${UNIT - 1}/*`, bytes.subarray(0, UNIT));
  const after = await restart(bucket);
  const asked = await put('bytes */*', Buffer.alloc(0));
  expect([asked.status, asked.headers.get('range')]).toEqual([308, `bytes=0-${UNIT - 1}`]);
  expect((await put(`bytes ${UNIT}-${2 * UNIT - 1}/${2 * UNIT}`, bytes.subarray(UNIT))).status).toBe(200);
  expect((await after.file('long').download())[0].equals(bytes)).toBe(true);
});

test('a last line that a crash tore is ignored and written over', async () => {
  let bucket = await system.newBucket();
  await save(bucket, 'one', '1');
  const tear = () => appendFile(join(system.folder, JOURNAL), '[{"put":{"bucket":"buck');
  bucket = await restart(bucket, tear);
  await save(bucket, 'two', '2');
  bucket = await restart(bucket);
  expect((await bucket.getFiles())[0].map(({ name }) => name)).toEqual(['one', 'two']);
});

test('a line that is damaged in the middle stops the start instead of losing what follows', async () => {
  const bucket = await system.newBucket();
  await save(bucket, 'one', '1');
  const path = join(system.folder, JOURNAL);
  let text = '';
  const damage = async () => {
    text = await readFile(path, 'utf8');
    await writeFile(path, text.replace('putBucket":', 'putBucket'));
  };
  await expect(system.restart(damage)).rejects.toThrow(SyntaxError);
  await writeFile(path, text);
  await system.restart(async () => {});
});

test('bytes that no object names are removed at the next start, and at once when their object goes', async () => {
  let bucket = await system.newBucket();
  await save(bucket, 'kept', 'x');
  await save(bucket, 'kept', 'y');
  await save(bucket, 'gone', 'x');
  await bucket.file('gone').delete();
  expect(await contents()).toHaveLength(1);
  bucket = await restart(bucket, () => writeFile(join(system.folder, 'content', 'orphan'), 'half an up'));
  expect(await contents()).toHaveLength(1);
  expect(await read(bucket, 'kept')).toBe('y');
});

test('the journal is rewritten when most of it is history, and keeps what is not', async () => {
  let bucket = await system.newBucket();
  await save(bucket, 'kept', 'x', { metadata: { a: '1' } });
  await save(bucket, 'changed', 'x');
  for (let nth = 0; nth < 700; nth += 1) {
    await bucket.file('changed').setMetadata({ metadata: { nth: String(nth).padEnd(7000) } });
  }
  expect((await stat(join(system.folder, JOURNAL))).size).toBeLessThan(4 * 1024 * 1024);
  bucket = await restart(bucket);
  expect((await bucket.file('kept').getMetadata())[0].metadata).toEqual({ a: '1' });
  expect((await bucket.file('changed').getMetadata())[0].metageneration).toBe('701');
});

test('after a SIGKILL amid writes every answered write is there, and every other one whole or not at all', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lethe-storage-'));
  const { child, address } = await startKillable(folder);
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const bucket = clientOf({ address }).bucket('killed');
  await bucket.create();
  const answered = { made: new Set<string>(), deleted: new Set<string>() };
  let isKilled = false;
  // Writers that never pause: some requests are under way when the kill comes.
  const writer = async (_: unknown, writerId: number) => {
    for (let nth = 0; !isKilled; nth += 1) {
      const name = `w${writerId}/${nth}`;
      if (!(await succeeds(() => write(address, name)))) return;
      answered.made.add(name);
      if (nth % 3 === 0) {
        answered.made.delete(name);
        if (!(await succeeds(() => remove(address, name)))) return;
        answered.deleted.add(name);
      }
      if (answered.made.size === 200) {
        isKilled = true;
        child.kill('SIGKILL');
      }
    }
  };
  await Promise.all(Array.from({ length: 8 }, writer));
  await exited;

  const service = await startStorage({ folder });
  const survivors = clientOf(service).bucket('killed');
  const [files] = await survivors.getFiles();
  const names = new Set(files.map(({ name }) => name));
  expect([...answered.made].filter((name) => !names.has(name))).toEqual([]);
  expect([...answered.deleted].filter((name) => names.has(name))).toEqual([]);
  for (const { name } of files) expect(await read(survivors, name)).toBe(contentOf(name));
  expect(await readdir(join(folder, 'content'))).toHaveLength(names.size);
  await service.close();
  await rm(folder, { recursive: true });
});

const contentOf = (name: string) => `content of ${name} `.repeat(500);

const write = (address: string, name: string) =>
  fetch(`${address}/upload/storage/v1/b/killed/o?uploadType=media&ifGenerationMatch=0&name=${name}`, {
    method: 'POST',
    body: contentOf(name),
  });

const remove = (address: string, name: string) =>
  fetch(`${address}/b/killed/o/${encodeURIComponent(name)}`, { method: 'DELETE' });

/** Whether an answer came; an answer that is not a success fails the test. */
async function succeeds(call: () => Promise<Response>): Promise<boolean> {
  const response = await call().catch((error: unknown) => error);
  if (!(response instanceof Response)) return false;
  if (!response.ok) throw new Error(`answered ${response.status}`);
  return true;
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
