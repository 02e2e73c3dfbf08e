/** Writes the files of one request, into a folder of this attempt's own. */
import { type Manifest, type Step, stepLabel, stepsOf } from '../../domain/batch.ts';
import { exportManifest } from '../../domain/export-manifest.ts';
import { exportPage, type Sample } from '../../domain/export-page.ts';
import { type Exported, type ExportedFile, fileStem } from '../../domain/exported.ts';
import { isSearched } from '../../domain/progress.ts';
import type { RequestDocument } from '../../domain/request.ts';
import { WarehouseError } from '../../ports.ts';
import type { BatchContext } from '../worker.ts';
import { stagingDataset } from './staging.ts';
import { writeLines, writeText } from './write-file.ts';

const DAY = 86_400_000;
/** Rows of each table that the readable page shows, and the most text of one of them. */
const SAMPLE_ROWS = 20;
const SAMPLE_CHARACTERS = 4_000;

/** The staging table of this step has expired. */
export class StagingLost extends Error {
  readonly step: Step;
  constructor(step: Step, cause: unknown) {
    super(`the staged rows of step ${step.id} are gone`, { cause });
    this.step = step;
  }
}

export async function writeRequest(
  context: BatchContext,
  manifest: Manifest,
  requests: readonly RequestDocument[],
  request: RequestDocument,
): Promise<Exported> {
  const { clock, config, random } = context.services;
  const attempt = `${manifest.batch}-${Buffer.from(random(5)).toString('hex')}`;
  const folder = `${request.tenant}/${request.id}/${attempt}`;
  const expiresAt = clock() + config.exports.days * DAY;
  const steps = stepsOf(manifest, request.tenant);
  const labels = steps.map(stepLabel);
  const files: ExportedFile[] = [];
  const samples: Sample[] = [];
  for (const step of steps) {
    const sample: string[] = [];
    const contents = sampling(stagedRows(context, step, requests.indexOf(request)), sample);
    const name = `${fileStem(stepLabel(step), labels)}.ndjson.gz`;
    const written = await writeLines(context, contents, { object: `${folder}/${name}`, expiresAt });
    if (written !== undefined)
      files.push({ object: `${folder}/${name}`, name, format: 'ndjson', table: stepLabel(step), ...written });
    const rows = written?.rows ?? 0;
    samples.push({ table: stepLabel(step), rows, searched: isSearched(step.mapped, request), shown: sample });
  }
  const about = { request, manifest, steps, files, expiresAt: new Date(expiresAt).toISOString() };
  const texts = [
    { name: 'manifest.json', format: 'json', text: exportManifest(about) },
    { name: 'index.html', format: 'html', text: exportPage(about, samples) },
  ] as const;
  for (const { name, format, text } of texts) {
    const object = `${folder}/${name}`;
    files.push({
      object,
      name,
      format,
      ...(await writeText(context, text, { object, format, expiresAt })),
    });
  }
  return {
    tenant: request.tenant,
    request: request.id,
    folder,
    expires_at: about.expiresAt,
    files,
  };
}

async function* stagedRows(
  { services, location, keepAlive }: BatchContext,
  step: Step,
  position: number,
): AsyncGenerator<string> {
  if (step.staging === undefined) return;
  const table = { dataset: stagingDataset(services.config, location), table: step.staging };
  try {
    for await (const page of services.warehouse.stagedContents(table, position)) {
      await keepAlive();
      yield* page;
    }
  } catch (error) {
    if (error instanceof WarehouseError && error.failure.reason === 'notFound')
      throw new StagingLost(step, error);
    throw error;
  }
}

/** Keeps the first rows, those that are not too long. */
async function* sampling(rows: AsyncIterable<string>, sample: string[]): AsyncGenerator<string> {
  for await (const row of rows) {
    if (sample.length < SAMPLE_ROWS && row.length <= SAMPLE_CHARACTERS) sample.push(row);
    yield row;
  }
}
