/** Plays histories side by side in one system, lets it come to rest, and has each compared with the model. */
import { Storage } from '@google-cloud/storage';
import { STATE_BUCKET } from '../../local/provision.ts';
import type { System } from '../support/system.ts';
import { checkTenant } from './check-tenant.ts';
import { Evidence } from './evidence.ts';
import { type History, NAME_CANARY, NUMBER_CANARY } from './history.ts';
import { RunningHistory, unlessCut } from './run-history.ts';
import { Warehouse } from './warehouse.ts';

const MINUTE = 60_000;
/** Longer than a lease, any back-off, and the rest of a blocked step. */
const ROUND = 16 * MINUTE;
/** Together longer than the streaming buffer's deferrals, and than the hour for which a marker may stand alone. */
const ROUNDS_MAX = 12;

export async function runWorld(system: System, name: string, histories: readonly History[]): Promise<void> {
  const warehouse = new Warehouse(system.stack.addresses);
  const running = await Promise.all(
    histories.map((history, index) => RunningHistory.prepare(system, warehouse, `${name}_${index}`, history)),
  );
  await Promise.all(running.map((history) => history.play()));
  await comeToRest(system, running);

  const tenants = running.flatMap((history) => history.tenants);
  const evidence = await Evidence.gather(
    system,
    warehouse,
    tenants.map(({ face }) => face.name),
  );
  await Promise.all(tenants.map((tenant) => checkTenant(tenant, warehouse, evidence)));
  checkPrinted(system.printed.splice(0).join(''));
}

/** A worker that was killed last may still answer once, so that no call here is the only one. */
async function comeToRest({ stack }: System, running: readonly RunningHistory[]): Promise<void> {
  stack.faults.clear();
  for (let round = 0; ; round += 1) {
    await Promise.all([stack.function('api').ready(), stack.function('erase').ready()]);
    const unanswered = await Promise.all(running.map((history) => history.repeatUnanswered()));
    await stack.moveClock(ROUND);
    const status = await unlessCut(stack.tick());
    await stack.pubsub.idle();
    const open = [...unanswered.flat(), ...(await listOpen(stack.addresses))];
    if (open.length === 0 && status === 204) break;
    if (round === ROUNDS_MAX)
      throw new Error(`the last tick was answered ${status}; open: ${open.join(', ')}`);
  }
  // What Pub/Sub could not deliver at once comes again.
  await stack.moveClock(ROUND);
  await stack.pubsub.idle();
}

async function listOpen({ project, storage }: System['stack']['addresses']): Promise<string[]> {
  const client = new Storage({ projectId: project, apiEndpoint: storage });
  const [files] = await client.bucket(STATE_BUCKET).getFiles({ prefix: 'open/' });
  return files.map(({ name }) => name);
}

function checkPrinted(printed: string): void {
  for (const canary of [NAME_CANARY, NUMBER_CANARY]) {
    const line = printed.split('\n').find((one) => one.includes(canary));
    if (line !== undefined) throw new Error(`an identifier was printed: ${line}`);
  }
}
