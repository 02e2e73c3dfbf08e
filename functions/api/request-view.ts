import type { Manifest } from '../domain/batch.ts';
import { tableProgress } from '../domain/progress.ts';
import type { Receipt } from '../domain/receipt.ts';
import type { RequestDocument } from '../domain/request.ts';
import type { RequestState } from '../domain/request-state.ts';

/** A request as the API shows it. */
export interface RequestView {
  id: string;
  tenant: string;
  type: string;
  scope: RequestDocument['scope'];
  properties?: RequestDocument['properties'];
  since?: string;
  content?: RequestDocument['content'];
  formats?: RequestDocument['formats'];
  subjects: RequestDocument['subjects'];
  /** How many identifiers mapping tables led to beyond the subjects; null: none were looked for, or not yet. */
  identities: number | null;
  state: string;
  condition: string | null;
  condition_reason: string | null;
  accepted_at: string;
  due_at: string;
  not_before: string;
  completed_at: string | null;
  tables: TableView[];
  links: { self: string; receipt: string | null; files?: string };
}

interface TableView {
  table: string;
  location: string;
  searched: boolean;
  state: string;
  reason?: string;
  advice?: string;
  rows_located: number;
  rows_changed: number;
  rows_left: number;
}

export function requestPath({ tenant, id }: { tenant: string; id: string }): string {
  return `/v1/tenants/${tenant}/requests/${id}`;
}

/**
 * @param evidence the receipt of a completed request, else the manifests of its batches so far, and the request as they
 * search for it
 */
export function toView(
  document: RequestDocument,
  state: RequestState,
  evidence: { receipt: Receipt } | { manifests: readonly Manifest[]; searched?: RequestDocument },
): RequestView {
  const self = requestPath(document);
  const isCompleted = state.state === 'completed';
  return {
    id: document.id,
    tenant: document.tenant,
    type: document.type,
    scope: document.scope,
    ...(document.properties && { properties: document.properties }),
    ...(document.since && { since: document.since }),
    ...(document.content && { content: document.content }),
    ...(document.formats && { formats: document.formats }),
    subjects: document.subjects,
    identities: state.identities?.count ?? null,
    state: state.state,
    condition: state.condition ?? null,
    condition_reason: state.reason ?? null,
    accepted_at: document.accepted_at,
    due_at: document.due_at,
    not_before: new Date(state.notBefore).toISOString(),
    completed_at: isCompleted ? (state.history.at(-1)?.at ?? null) : null,
    tables:
      'receipt' in evidence
        ? fromReceipt(evidence.receipt)
        : fromManifests(evidence.searched ?? document, evidence.manifests),
    links: {
      self,
      receipt: isCompleted ? `${self}/receipt` : null,
      ...(isCompleted && document.type === 'export' && { files: `${self}/files` }),
    },
  };
}

function fromReceipt(receipt: Receipt): TableView[] {
  return receipt.tables.map(({ jobs: _jobs, no_copy_after: _horizon, ...table }) => ({
    ...table,
    state: 'done',
  }));
}

function fromManifests(document: RequestDocument, manifests: readonly Manifest[]): TableView[] {
  return manifests.flatMap((manifest) =>
    tableProgress(manifest, document).map(({ jobs: _jobs, ...table }) => table),
  );
}
