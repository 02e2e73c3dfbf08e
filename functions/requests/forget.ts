import { agendaOf } from '../domain/agenda.ts';
import { log } from '../log.ts';
import type { Services } from '../services.ts';
import { isOnAgenda, type StandingEntry, strike } from '../store/agenda.ts';
import { readIdentities, removeIdentities } from '../store/identities.ts';
import { readManifest } from '../store/manifests.ts';
import { readReceiptPayloads } from '../store/receipts.ts';
import { readRequest, removeRequest } from '../store/requests.ts';

/**
 * Removes what Lethe itself still holds of a closed request's identifiers: its object, and the metadata of its BigQuery jobs,
 * in which the parameters stand, and what mapping tables had led to. The receipts stay; they hold hashes. Each part can be repeated.
 */
export async function forgetRequest(services: Services, entry: StandingEntry): Promise<void> {
  const { store, warehouse, config } = services;
  const found = await readRequest(store, entry);
  if (found !== undefined) {
    const { document, state } = found;
    const closedAt = Date.parse(state.history.at(-1)?.at ?? '');
    const agenda = agendaOf(document, { ...state, closedAt }, config.agenda);
    const sweeps = agenda.filter(({ errand }) => errand !== 'forget');
    const open = await Promise.all(sweeps.map((sweep) => isOnAgenda(store, sweep)));
    // A sweep needs the identifiers; the entry stays and is due again at the next tick.
    if (open.includes(true)) return;
    for (const job of await jobsOf(services, entry, state.batches)) await warehouse.forgetJob(job);
  }
  const identities = await readIdentities(store, entry);
  for (const job of identities?.jobs ?? []) await warehouse.forgetJob(job);
  await removeIdentities(store, entry);
  await removeRequest(store, entry);
  await strike(store, entry);
  log('INFO', 'forgot a request', { tenant: entry.tenant, request: entry.id });
}

/** `project:location.job`, of the request's receipts and, where there is none, of its batches. */
async function jobsOf(
  { receipts, store }: Services,
  entry: StandingEntry,
  batches: Readonly<Record<string, string>>,
): Promise<string[]> {
  const payloads = await readReceiptPayloads(receipts, entry);
  const evidenced = payloads.flatMap(({ tables }) =>
    tables.flatMap(({ jobs }) => jobs.map(({ job }) => job)),
  );
  const manifests = await Promise.all(
    [
      ...Object.entries(batches),
      ...payloads.flatMap((one) => one.batches.map(({ location, batch }) => [location, batch] as const)),
    ].map(([location, batch]) => readManifest(store, location, batch)),
  );
  const planned = manifests.flatMap(
    (found) =>
      found?.manifest.steps.flatMap(({ jobs, spentJobs = [] }) => [
        ...jobs.map(({ job }) => job),
        ...spentJobs,
      ]) ?? [],
  );
  return [...new Set([...evidenced, ...planned])];
}
