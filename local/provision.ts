/**
 * Makes on one machine what Terraform makes in the cloud: buckets, topics, subscriptions, the tables behind the ledger and
 * the access log. By Google's own clients, over the wire; what is there already is left alone.
 */
import { readFile } from 'node:fs/promises';
import { BigQuery } from '@google-cloud/bigquery';
import { type CreateSubscriptionOptions, PubSub } from '@google-cloud/pubsub';
import { Storage } from '@google-cloud/storage';
import { OAuth2Client } from 'google-auth-library';

export interface Addresses {
  project: string;
  bigquery: string;
  storage: string;
  pubsub: string;
}

export const STATE_BUCKET = 'lethe-state';
export const RECEIPTS_BUCKET = 'lethe-receipts';
export const EXPORTS_BUCKET = 'lethe-exports';
/** Followed by `_` and the location. */
const STAGING_DATASET = 'lethe_staging';
/** Where Lethe's own tables are. */
const OWN_DATASET = 'lethe';
/** Days after which a closed request's object is removed in any case: by then the agenda has forgotten it long since. */
const CLOSED_REQUEST_DAYS = 120;
/** The receipts' retention policy: ten years. */
const RECEIPT_RETENTION_SECONDS = 10 * 365 * 86_400;
/** No exported file stays longer, whatever its custom time says. */
const EXPORT_DAYS_MAX = 365;
const STAGING_MILLISECONDS = 48 * 3_600_000;

/** Google's BigQuery client for the stand-in; it would look for credentials if it were not given some. */
export function bigqueryClient({ project, bigquery }: Pick<Addresses, 'project' | 'bigquery'>): BigQuery {
  const authClient = new OAuth2Client();
  authClient.setCredentials({ access_token: 'local', expiry_date: Number.MAX_SAFE_INTEGER });
  return new BigQuery({ projectId: project, apiEndpoint: bigquery, authClient: authClient as never });
}

export async function provision(
  addresses: Addresses,
  { locations, workers }: { locations: readonly string[]; workers: { erase: string; export: string } },
): Promise<void> {
  await Promise.all([
    provisionBuckets(addresses),
    provisionTables(addresses, locations[0] ?? 'EU'),
    provisionStaging(addresses, locations),
  ]);
  await provisionTopics(addresses, workers);
}

async function provisionBuckets({ project, storage }: Addresses): Promise<void> {
  const client = new Storage({ projectId: project, apiEndpoint: storage });
  await absentOnly(
    client.createBucket(STATE_BUCKET, {
      softDeletePolicy: { retentionDurationSeconds: 0 },
      lifecycle: {
        rule: [
          {
            action: { type: 'Delete' },
            condition: { daysSinceCustomTime: CLOSED_REQUEST_DAYS, matchesPrefix: ['requests/'] },
          },
        ],
      },
    } as never),
  );
  await absentOnly(
    client.createBucket(RECEIPTS_BUCKET, {
      retentionPolicy: { retentionPeriod: RECEIPT_RETENTION_SECONDS },
      softDeletePolicy: { retentionDurationSeconds: 0 },
    } as never),
  );
  await absentOnly(
    client.createBucket(EXPORTS_BUCKET, {
      softDeletePolicy: { retentionDurationSeconds: 0 },
      lifecycle: {
        rule: [
          // Each file's custom time is when it expires.
          { action: { type: 'Delete' }, condition: { daysSinceCustomTime: 0 } },
          { action: { type: 'Delete' }, condition: { age: EXPORT_DAYS_MAX } },
        ],
      },
    } as never),
  );
}

/** One dataset a location for the rows that an export stages; they are dropped at its end, and expire when it has none. */
async function provisionStaging(addresses: Addresses, locations: readonly string[]): Promise<void> {
  const client = bigqueryClient(addresses);
  for (const location of locations) {
    await absentOnly(
      client.createDataset(`${STAGING_DATASET}_${location.toLowerCase().replaceAll('-', '_')}`, {
        location,
        defaultTableExpirationMs: String(STAGING_MILLISECONDS),
        maxTimeTravelHours: '48',
      }),
    );
  }
}

/** Append-only tables, and beside each a view that shows every event once, however often it was delivered. */
async function provisionTables(addresses: Addresses, location: string): Promise<void> {
  const client = bigqueryClient(addresses);
  await absentOnly(client.createDataset(OWN_DATASET, { location }));
  const dataset = client.dataset(OWN_DATASET);
  for (const name of ['ledger', 'access_log']) {
    const schema = JSON.parse(
      await readFile(new URL(`../infra/schemas/${name}.json`, import.meta.url), 'utf8'),
    ) as object[];
    await absentOnly(
      dataset.createTable(name, {
        schema: { fields: schema },
        timePartitioning: { type: 'DAY', field: 'occurred_at' },
        clustering: { fields: ['tenant'] },
      } as never),
    );
    await absentOnly(
      dataset.createTable(`${name}_events`, {
        view: {
          query: `SELECT * FROM \`${addresses.project}.${OWN_DATASET}.${name}\` WHERE TRUE QUALIFY ROW_NUMBER() OVER (PARTITION BY event_id) = 1`,
          useLegacySql: false,
        },
      } as never),
    );
  }
}

async function provisionTopics(
  { project, pubsub }: Addresses,
  workers: { erase: string; export: string },
): Promise<void> {
  const client = new PubSub({ projectId: project, apiEndpoint: pubsub, emulatorMode: true });
  for (const topic of ['deletions', 'exports', 'events', 'access', 'dead-letters'])
    await absentOnly(client.createTopic(topic));
  await absentOnly(client.topic('dead-letters').createSubscription('dead-letters'));
  const deadLetterPolicy = {
    deadLetterTopic: `projects/${project}/topics/dead-letters`,
    maxDeliveryAttempts: 20,
  };
  const retryPolicy = { minimumBackoff: { seconds: 1 }, maximumBackoff: { seconds: 60 } };
  for (const [topic, name] of [
    ['deletions', 'erase'],
    ['exports', 'export'],
  ] as const) {
    const url = workers[name];
    const pushConfig = {
      pushEndpoint: `${url}/`,
      oidcToken: { serviceAccountEmail: `push@${project}.iam.gserviceaccount.com`, audience: url },
    };
    const isNew = await absentOnly(
      client.topic(topic).createSubscription(name, {
        pushConfig,
        ackDeadlineSeconds: 600,
        deadLetterPolicy,
        retryPolicy,
      } as CreateSubscriptionOptions),
    );
    // The worker may listen somewhere else than last time.
    if (!isNew) await client.subscription(name).modifyPushConfig(pushConfig);
  }
  for (const [topic, table] of [
    ['events', 'ledger'],
    ['access', 'access_log'],
  ] as const) {
    await absentOnly(
      client.topic(topic).createSubscription(table, {
        bigqueryConfig: { table: `${project}.${OWN_DATASET}.${table}`, useTableSchema: true },
        deadLetterPolicy,
        retryPolicy,
      } as CreateSubscriptionOptions),
    );
  }
  await client.close();
}

/** @returns whether it was made now */
async function absentOnly(creation: Promise<unknown>): Promise<boolean> {
  const ALREADY_EXISTS_HTTP = 409;
  const ALREADY_EXISTS_GRPC = 6;
  try {
    await creation;
    return true;
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (code === ALREADY_EXISTS_HTTP || code === ALREADY_EXISTS_GRPC) return false;
    throw error;
  }
}
