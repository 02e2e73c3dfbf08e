/** BigQuery subscriptions: waiting messages are written in batches, one batch at a time for each subscription. */
import { DroppedConnection, InjectedFailure } from '../faults.ts';
import type { Lease } from './backlog.ts';
import { NotARow, parseTableName, type Row, toRow } from './bigquery-rows.ts';
import type { Delivery } from './delivery.ts';
import { BIGQUERY_BATCH_ROWS_MAX } from './limits.ts';
import { idOf } from './names.ts';
import type { SubscriptionState } from './state.ts';
import type { BigQueryConfig } from './wire.ts';

interface Batch {
  rows: Row[];
  leases: Lease[];
}

/** Starts the next batch, unless one is being written. */
export function deliverToBigQuery(
  delivery: Delivery,
  target: SubscriptionState,
  config: BigQueryConfig,
): void {
  const { subscription, backlog } = target;
  if (backlog.leasedCount > 0) return;
  const leases = backlog.lease(BIGQUERY_BATCH_ROWS_MAX, Number.POSITIVE_INFINITY);
  if (leases.length === 0) return;
  const batch: Batch = { rows: [], leases: [] };
  for (const lease of leases) {
    try {
      batch.rows.push(toRow(config, subscription.name, lease.entry.message));
      batch.leases.push(lease);
    } catch (error) {
      if (!(error instanceof NotARow)) throw error;
      delivery.fail(target, lease.ackId);
    }
  }
  if (batch.leases.length > 0) delivery.start(batch.leases, () => settle(delivery, target, config, batch));
}

async function settle(
  delivery: Delivery,
  target: SubscriptionState,
  config: BigQueryConfig,
  batch: Batch,
): Promise<void> {
  const { rows, leases } = batch;
  const error = await write(delivery, target, config, rows);
  if (error === undefined) {
    delivery.acknowledge(
      target,
      leases.map(({ ackId }) => ackId),
    );
    return;
  }
  const isInjected = error instanceof InjectedFailure || error instanceof DroppedConnection;
  if (leases.length === 1 || isInjected) {
    for (const { ackId } of leases) delivery.fail(target, ackId);
    return;
  }
  // One bad row must not take its neighbours to the dead-letter topic: each is tried alone.
  for (const [index, lease] of leases.entries())
    await settle(delivery, target, config, { rows: [rows[index] as Row], leases: [lease] });
}

/** @returns why the rows were not written: a nack's reason, whatever it is. */
async function write(
  { options: { publishing, writeRows } }: Delivery,
  { subscription }: SubscriptionState,
  config: BigQueryConfig,
  rows: Row[],
): Promise<unknown> {
  const table = parseTableName(config.table);
  try {
    await publishing.faults.around('pubsub.bigquery', idOf(subscription.name), async () => {
      if (writeRows === undefined) throw new Error('No BigQuery to write to.');
      await writeRows(table, rows, { dropUnknownFields: config.dropUnknownFields });
    });
    return undefined;
  } catch (error) {
    return error;
  }
}
