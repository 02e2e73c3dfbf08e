/**
 * Works a batch of exports off, tenant by tenant: all tables are staged side by side, then each request's files are written in
 * one go, then the staged rows are dropped.
 */
import { type Step, stepsOf, tenantsOf } from '../../domain/batch.ts';
import { afterLoss, afterWriting, isStaged, nextExportAction, unwritten } from '../../domain/export-step.ts';
import { exportOf } from '../../domain/exported.ts';
import { isTenantDone } from '../../domain/receipt.ts';
import type { RequestDocument } from '../../domain/request.ts';
import { log } from '../../log.ts';
import type { ManifestFile } from '../../store/manifests.ts';
import { advanceSteps, loadRequests, replaceStep, waitShortly } from '../advance.ts';
import { completeForming } from '../claim.ts';
import { mapConcurrently } from '../concurrently.ts';
import { finishRequests, showCondition } from '../finish-requests.ts';
import type { BatchContext } from '../worker.ts';
import { runStep } from './run-step.ts';
import { stagingDataset } from './staging.ts';
import { StagingLost } from './staged-rows.ts';
import { writeRequest } from './write-request.ts';

/** Requests whose files are written side by side; each holds a page of rows and a part of an upload in memory. */
const WRITES_AT_ONCE = 4;

/** Repeatable: what is done is recognised, in the manifest and in BigQuery. */
export async function runBatch(context: BatchContext, file: ManifestFile): Promise<void> {
  if (file.current.phase === 'forming') await completeForming(context, file);
  for (const tenant of tenantsOf(file.current)) await runTenant(context, file, tenant);
}

async function runTenant(context: BatchContext, file: ManifestFile, tenant: string): Promise<void> {
  const { services } = context;
  const requests = await loadRequests(services, file.current, tenant);
  // A tenant that has no table here any more has no step either; its requests are told so by their files.
  while (!isTenantDone(file.current, tenant) || unwritten(file.current, requests).length > 0) {
    await stageTables(context, file, tenant, requests);
    if (!isStaged(file.current, tenant)) {
      await file.save();
      return showCondition(services, file.current, tenant);
    }
    if (services.clock() >= context.deadline) return file.save();
    const isWritten = await writeFiles(context, file, tenant, requests);
    if (isWritten) await dropStaging(context, file, tenant, requests);
    await file.save();
  }
  await finishRequests(context, file.current, requests);
}

async function stageTables(
  context: BatchContext,
  file: ManifestFile,
  tenant: string,
  requests: readonly RequestDocument[],
): Promise<void> {
  const { clock } = context.services;
  const { batch } = file.current;
  while (!isStaged(file.current, tenant) && clock() < context.deadline) {
    const moved = await advanceSteps(
      context,
      file,
      tenant,
      (step) => ['plan', 'stage'].includes(nextExportAction(step, clock())),
      (step) => runStep(context, batch, step, requests),
    );
    if (!moved && !(await waitShortly(context, stepsOf(file.current, tenant)))) return;
  }
}

/** @returns whether all are written; what is written is in the manifest after every few requests */
async function writeFiles(
  context: BatchContext,
  file: ManifestFile,
  tenant: string,
  requests: readonly RequestDocument[],
): Promise<boolean> {
  try {
    for (;;) {
      const next = unwritten(file.current, requests).slice(0, WRITES_AT_ONCE);
      if (next.length === 0) return true;
      if (context.services.clock() >= context.deadline) return false;
      const written = await mapConcurrently(next, WRITES_AT_ONCE, (request) =>
        writeRequest(context, file.current, requests, request),
      );
      file.current = { ...file.current, exports: [...(file.current.exports ?? []), ...written] };
      await file.save();
    }
  } catch (error) {
    if (!(error instanceof StagingLost)) throw error;
    log('WARNING', 'staged rows are gone and are staged anew', { tenant, step: error.step.id });
    await dropTable(context, error.step);
    replaceStep(file, afterLoss(error.step));
    return false;
  }
}

async function dropStaging(
  context: BatchContext,
  file: ManifestFile,
  tenant: string,
  requests: readonly RequestDocument[],
): Promise<void> {
  const exported = requests.map((request) => exportOf(file.current, request));
  await mapConcurrently(stepsOf(file.current, tenant), WRITES_AT_ONCE, async (step) => {
    await dropTable(context, step);
    replaceStep(file, afterWriting(step, exported));
  });
}

async function dropTable({ services, location }: BatchContext, { staging }: Step): Promise<void> {
  const dataset = stagingDataset(services.config, location);
  if (staging !== undefined) await services.warehouse.dropTable({ dataset, table: staging });
}
