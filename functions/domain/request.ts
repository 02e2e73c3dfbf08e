/** A request: what a caller may order, and the document that is stored of it (never changed afterwards). */
import { createHash, createHmac } from 'node:crypto';
import { z } from 'zod';
import { propertyName } from './mapped-property.ts';
import type { Scalar } from './property-place.ts';
import { type Subject, subjectKey, subjectSchema } from './subject.ts';

/** One request names at most this many subjects (Mixpanel's limit, facts/compatible-apis.md §2.1). */
export const SUBJECTS_MAX = 2_000;
/** GDPR Article 12(3): one month; the shortest month would be 28 days, the field's usual figure is 30. */
export const DEADLINE_DAYS = 30;
const DAY_MILLISECONDS = 86_400_000;

export type WorkerName = 'erase' | 'export';

/** Named properties of one request, at most. */
const PROPERTIES_MAX = 100;

const subjects = z
  .array(subjectSchema, { error: 'must be a list of {type, value}' })
  .min(1, 'must name at least one subject')
  .max(SUBJECTS_MAX, `must name at most ${SUBJECTS_MAX} subjects`);

const namedProperties = z.strictObject({
  properties: z
    .array(propertyName, { error: 'must be a list of names' })
    .min(1, 'must name at least one property')
    .max(PROPERTIES_MAX, `must name at most ${PROPERTIES_MAX} properties`),
});

const scope = z.union([z.literal('everything'), namedProperties], {
  error: 'must be "everything" or {"properties": [names]}',
});

const newValue = z.union([z.string().refine((text) => text.isWellFormed()), z.number(), z.boolean()], {
  error: 'must be a text, a number or a truth value',
});

const deletionSchema = z.strictObject({ type: z.literal('deletion'), subjects, scope });

const correctionSchema = z.strictObject({
  type: z.literal('correction'),
  subjects,
  properties: z
    .record(propertyName, newValue, { error: 'must be an object of names and new values' })
    .refine((properties) => Object.keys(properties).length > 0, 'must name at least one property')
    .refine(
      (properties) => Object.keys(properties).length <= PROPERTIES_MAX,
      `must name at most ${PROPERTIES_MAX} properties`,
    ),
});

const exportSchema = z.strictObject({
  type: z.literal('export'),
  subjects,
  scope,
  since: z.iso.datetime({ offset: true, error: 'must be a time like 2025-11-25T00:00:00Z' }).optional(),
  content: z.enum(['rows', 'categories'], { error: 'must be "rows" or "categories"' }).optional(),
  formats: z
    .array(z.enum(['ndjson', 'csv'], { error: 'must be "ndjson" or "csv"' }), {
      error: 'must be a list of formats',
    })
    .min(1, 'must name at least one format')
    .refine((formats) => new Set(formats).size === formats.length, 'must name each format once')
    .optional(),
  zip_password: z
    .string({ error: 'must be a text' })
    .regex(/^[\x20-\x7e]{12,128}$/, 'must be 12 to 128 visible ASCII characters or blanks')
    .optional(),
});

export const createRequestSchema = z.discriminatedUnion(
  'type',
  [deletionSchema, correctionSchema, exportSchema],
  {
    error: (issue) =>
      issue.code === 'invalid_union'
        ? 'must be "deletion", "correction" or "export"'
        : 'must be a JSON object',
  },
);

export type CreateRequest = z.infer<typeof createRequestSchema>;
export type Scope = z.infer<typeof scope>;

export interface RequestDocument {
  type: CreateRequest['type'];
  subjects: Subject[];
  /** Of a correction: the properties that get new values. */
  scope: Scope;
  /** Of a correction: the new values. */
  properties?: Record<string, Scalar>;
  /** Of an export: rows from this time on only, RFC 3339. */
  since?: string;
  /** Of an export; `categories`: only which kinds of data there are and where they come from. Absent: the rows. */
  content?: 'rows' | 'categories';
  /** Of an export. Absent: `ndjson`. */
  formats?: ('ndjson' | 'csv')[];
  /** Of an export: all files in one ZIP that opens with it. It is kept as the identifiers are, and shown nowhere. */
  zip_password?: string;
  /** Of an export: days after which its files are removed, when the data map said it. */
  keep_days?: number;
  version: 1;
  tenant: string;
  id: string;
  /** The API key (its id, not the key) or service that ordered it. */
  accepted_by: string;
  accepted_at: string;
  /** By then the law wants it done. */
  due_at: string;
  /** BigQuery locations that hold tables of the tenant's data map: each is worked off by itself. */
  locations: string[];
}

/** The same order twice gives the same text, whatever the order of the JSON's keys. */
export function fingerprint(order: CreateRequest): string {
  const subjects = order.subjects.map(subjectKey);
  return createHash('sha256')
    .update(JSON.stringify([order.type, fingerprintOfScope(order), subjects]))
    .digest('hex');
}

function fingerprintOfScope(order: CreateRequest): unknown {
  if (order.type === 'correction')
    return Object.entries(order.properties).sort(([a], [b]) => (a < b ? -1 : 1));
  if (order.type === 'export')
    return [order.scope, order.since, order.content, order.formats, order.zip_password];
  return order.scope === 'everything' ? order.scope : order.scope.properties;
}

/** Which worker's request it is: deletions and corrections change rows, exports read them. */
export function workerOf(type: CreateRequest['type']): WorkerName {
  return type === 'export' ? 'export' : 'erase';
}

/** Every property that the order names. */
export function propertiesOf(order: Pick<RequestDocument, 'scope'>): string[] {
  return order.scope === 'everything' ? [] : order.scope.properties;
}

export function scopeOf(order: CreateRequest): Scope {
  return order.type === 'correction' ? { properties: Object.keys(order.properties) } : order.scope;
}

/**
 * The id that an idempotency key stands for: the same key of the same tenant is the same object name, and creating
 * that object with a precondition makes the key exact. Hashed under a key of ours: the id stands in the ledger, and a caller's
 * key may well be somebody's e-mail address.
 */
export function requestIdFromKey(hashKey: Uint8Array, tenant: string, idempotencyKey: string): string {
  const digest = createHmac('sha256', hashKey)
    .update(JSON.stringify(['request', tenant, idempotencyKey]))
    .digest('hex');
  return `r-${digest.slice(0, 32)}`;
}

export function acceptRequest(
  order: CreateRequest,
  at: {
    tenant: string;
    id: string;
    acceptedBy: string;
    now: number;
    locations: string[];
    keepDays?: number | undefined;
  },
): RequestDocument {
  return {
    version: 1,
    tenant: at.tenant,
    id: at.id,
    type: order.type,
    scope: scopeOf(order),
    ...(order.type === 'correction' && { properties: order.properties }),
    ...(order.type === 'export' && exportOptions(order)),
    ...(order.type === 'export' && at.keepDays !== undefined && { keep_days: at.keepDays }),
    subjects: distinctSubjects(order.subjects),
    accepted_by: at.acceptedBy,
    accepted_at: new Date(at.now).toISOString(),
    due_at: new Date(at.now + DEADLINE_DAYS * DAY_MILLISECONDS).toISOString(),
    locations: at.locations,
  };
}

function exportOptions({
  since,
  content,
  formats,
  zip_password,
}: Extract<CreateRequest, { type: 'export' }>): Partial<RequestDocument> {
  return {
    ...(since !== undefined && { since }),
    ...(content !== undefined && { content }),
    ...(formats !== undefined && { formats }),
    ...(zip_password !== undefined && { zip_password }),
  };
}

function distinctSubjects(subjects: readonly Subject[]): Subject[] {
  return [...new Map(subjects.map((subject) => [subjectKey(subject), subject])).values()];
}
