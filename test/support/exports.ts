/** Downloads what an export has written, as whoever holds the signed addresses does. */
import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import type { Tenant } from './system.ts';

export interface Downloaded {
  name: string;
  format: string;
  rows?: number;
  bytes: Buffer;
}

export async function order(tenant: Tenant, body: object): Promise<string> {
  const { status, json } = await tenant.post('/requests', { type: 'export', scope: 'everything', ...body });
  expect([status, json.errors]).toEqual([202, undefined]);
  return json.id;
}

/** Every file of a finished export; sizes and hashes are checked. */
export async function download(tenant: Tenant, id: string): Promise<Downloaded[]> {
  const { status, json } = await tenant.get(`/requests/${id}/files`);
  expect([status, json]).toEqual([200, expect.objectContaining({ request: id })]);
  return Promise.all(
    json.files.map(async (file: Record<string, string>) => {
      const response = await fetch(file['url'] as string);
      expect(response.status).toBe(200);
      const bytes = Buffer.from(await response.arrayBuffer());
      expect(bytes.length).toBe(file['bytes']);
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(file['sha256']);
      return { name: file['name'], format: file['format'], rows: file['rows'], bytes };
    }),
  );
}

export function fileOf(files: readonly Downloaded[], name: string): Downloaded {
  const found = files.find((file) => file.name === name);
  if (found === undefined) throw new Error(`no ${name} among ${files.map((file) => file.name).join(', ')}`);
  return found;
}

/** The lines of a gzipped NDJSON file, as they are written. */
export function linesOf(files: readonly Downloaded[], name: string): string[] {
  const text = gunzipSync(fileOf(files, name).bytes).toString('utf8');
  expect(text.endsWith('\n')).toBe(true);
  return text.slice(0, -1).split('\n');
}

// biome-ignore lint/suspicious/noExplicitAny: rows of any shape
export function rowsOf(files: readonly Downloaded[], name: string): any[] {
  return linesOf(files, name).map((line) => JSON.parse(line));
}
