/** Writes the files of one request, into a folder of this attempt's own. */
import { type Manifest, stepLabel, stepsOf } from '../../domain/batch.ts';
import { type Category, categoryOf } from '../../domain/categories.ts';
import { exportManifest } from '../../domain/export-manifest.ts';
import { exportPage, type Sample } from '../../domain/export-page.ts';
import type { Exported, ExportedFile } from '../../domain/exported.ts';
import { isSearched } from '../../domain/progress.ts';
import type { RequestDocument } from '../../domain/request.ts';
import type { BatchContext } from '../worker.ts';
import { type Folder, openFolder } from './folder.ts';
import { writeTable } from './write-table.ts';
import { openZip } from './zip-folder.ts';

const DAY = 86_400_000;

export async function writeRequest(
  context: BatchContext,
  manifest: Manifest,
  requests: readonly RequestDocument[],
  request: RequestDocument,
): Promise<Exported> {
  const { clock, config, exports, random } = context.services;
  const attempt = `${manifest.batch}-${Buffer.from(random(5)).toString('hex')}`;
  const path = `${request.tenant}/${request.id}/${attempt}`;
  const expiresAt = clock() + (request.keep_days ?? config.exports.days) * DAY;
  const place = { path, expiresAt };
  const { zip_password: password } = request;
  const folder = password === undefined ? openFolder(exports, place) : openZip(exports, place, password);
  try {
    const { files, rows } = await fill(context, folder, manifest, requests, request, expiresAt);
    const archive = await folder.close();
    return {
      tenant: request.tenant,
      request: request.id,
      folder: path,
      expires_at: new Date(expiresAt).toISOString(),
      rows: Object.fromEntries(rows),
      files: archive === undefined ? files : [{ ...archive, format: 'zip' }],
    };
  } catch (error) {
    await folder.abort(
      error instanceof Error ? error : new Error('the export was not written', { cause: error }),
    );
    throw error;
  }
}

async function fill(
  context: BatchContext,
  folder: Folder,
  manifest: Manifest,
  requests: readonly RequestDocument[],
  request: RequestDocument,
  expiresAt: number,
): Promise<{ files: ExportedFile[]; rows: Map<string, number> }> {
  const steps = stepsOf(manifest, request.tenant);
  const asked = { request, position: requests.indexOf(request), labels: steps.map(stepLabel) };
  const files: ExportedFile[] = [];
  const samples: Sample[] = [];
  const categories: Category[] = [];
  for (const step of steps) {
    const table = stepLabel(step);
    const { rows, sample, files: written } = await writeTable(context, folder, step, asked);
    files.push(...written);
    samples.push({ table, rows, searched: isSearched(step.mapped, request), shown: sample });
    if (rows > 0) categories.push(categoryOf(step.mapped, table, rows, request));
  }
  const rows = new Map(samples.map((one) => [one.table, one.rows]));
  const isCategories = request.content === 'categories';
  if (isCategories) {
    const text = `${JSON.stringify({ categories }, null, 2)}\n`;
    files.push({ ...(await folder.writeText('categories.json', 'json', text)), format: 'json' });
  }
  const isoExpiry = new Date(expiresAt).toISOString();
  const about = { request, manifest, steps, rows, files: [...files], expiresAt: isoExpiry };
  const page = exportPage(about, samples, isCategories ? categories : undefined);
  files.push({
    ...(await folder.writeText('manifest.json', 'json', exportManifest(about))),
    format: 'json',
  });
  files.push({ ...(await folder.writeText('index.html', 'html', page)), format: 'html' });
  return { files, rows };
}
