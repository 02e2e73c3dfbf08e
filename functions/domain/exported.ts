/** What an export has written for one request: the same in the batch's manifest, the receipt and `manifest.json`. */
import type { Manifest } from './batch.ts';

type ExportFormat = 'ndjson' | 'csv' | 'json' | 'html' | 'zip';

export interface ExportedFile {
  /** In the exports bucket: `tenant/request/attempt/file`. */
  object: string;
  /** The last part of it. */
  name: string;
  format: ExportFormat;
  /** BigQuery location of what is in it: of several each has a folder of its own. Set in the receipt. */
  location?: string;
  /** `project.dataset.table`; absent: the file is about the whole export. */
  table?: string;
  rows?: number;
  bytes: number;
  /** Of the file as it is downloaded, hexadecimal. */
  sha256: string;
}

export interface Exported {
  tenant: string;
  request: string;
  /** Every attempt writes into a folder of its own: what a dead one has left behind is never taken for this one's. */
  folder: string;
  expires_at: string;
  /** Found, by table: of an export of categories no file says it. */
  rows: Record<string, number>;
  files: ExportedFile[];
}

/** @throws Error when the batch has not written it: such a request is not complete */
export function exportOf(manifest: Manifest, { tenant, id }: { tenant: string; id: string }): Exported {
  const found = findExport(manifest, { tenant, id });
  if (found === undefined) throw new Error(`batch ${manifest.batch} has not exported ${id}`);
  return found;
}

export function findExport(
  { exports = [] }: Manifest,
  { tenant, id }: { tenant: string; id: string },
): Exported | undefined {
  return exports.find((one) => one.tenant === tenant && one.request === id);
}

/** `dataset.table`; with the project where another table of the request has the same. Date shards: without the `*`. */
export function fileStem(label: string, labels: readonly string[]): string {
  const short = (text: string) => text.split('.').slice(1).join('.');
  const isAlone = labels.filter((other) => short(other) === short(label)).length < 2;
  return (isAlone ? short(label) : label).replace(/\*$/, '');
}
