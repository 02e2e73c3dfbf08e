/** Rows of the access log: who touched whose personal data through Lethe, when, what they did. Schema: infra/schemas/. */
import { editsOf } from './edits.ts';
import type { Receipt } from './receipt.ts';
import { type RequestDocument, workerOf } from './request.ts';
import { hashSubject } from './subject.ts';

export type AccessAction =
  | 'request.create'
  | 'request.preview'
  | 'request.read'
  | 'request.cancel'
  | 'request.retry'
  | 'request.review'
  | 'receipt.read'
  | 'data_map.read'
  | 'data_map.write'
  | 'rows.delete'
  | 'rows.edit'
  | 'rows.export'
  | 'export.read';

export interface AccessEvent {
  event_id: string;
  occurred_at: string;
  tenant: string;
  /** `key`: a caller with an API key; `service`: one of Lethe's own workers; `anonymous`: nobody we know. */
  actor_type: 'key' | 'service' | 'anonymous';
  actor: string;
  action: AccessAction;
  outcome: 'allowed' | 'denied' | 'failed';
  /** Of a refusal. */
  code: string | null;
  request: string | null;
  source_ip: string | null;
  subjects: number;
  subject_hashes: string[];
  tables: string[];
  rows: number | null;
}

/** What a worker did for one finished request. The id is derived, so that a repeated event is recognisable. */
export function workerAccess(request: RequestDocument, receipt: Receipt, hashKey: Uint8Array): AccessEvent {
  const isExport = request.type === 'export';
  const action = isExport ? 'rows.export' : editsOf(request) === undefined ? 'rows.delete' : 'rows.edit';
  const touched = ({ rows_changed, rows_located }: Receipt['tables'][number]) =>
    isExport ? rows_located : rows_changed;
  const named = request.subjects.map((subject) => hashSubject(hashKey, request.tenant, subject));
  const hashes = [...named, ...(receipt.identities?.hashes ?? [])].sort();
  return {
    event_id: `${request.id}:${action}`,
    occurred_at: receipt.completed_at,
    tenant: request.tenant,
    actor_type: 'service',
    actor: workerOf(request.type),
    action,
    outcome: 'allowed',
    code: null,
    request: request.id,
    source_ip: null,
    subjects: hashes.length,
    subject_hashes: hashes,
    tables: receipt.tables.filter((table) => touched(table) > 0).map(({ table }) => table),
    rows: isExport ? receipt.rows_located : receipt.rows_changed,
  };
}
