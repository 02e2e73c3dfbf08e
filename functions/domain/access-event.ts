/** Rows of the access log: who touched whose personal data through Lethe, when, what they did. Schema: infra/schemas/. */
import type { Receipt } from './receipt.ts';
import type { RequestDocument } from './request.ts';
import { hashSubject } from './subject.ts';

export type AccessAction =
  | 'request.create'
  | 'request.preview'
  | 'request.read'
  | 'request.cancel'
  | 'request.retry'
  | 'receipt.read'
  | 'data_map.read'
  | 'data_map.write'
  | 'rows.delete';

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

/** What the eraser did for one finished request. The id is derived, so that a repeated event is recognisable. */
export function deletionAccess(request: RequestDocument, receipt: Receipt, hashKey: Uint8Array): AccessEvent {
  const hashes = request.subjects.map((subject) => hashSubject(hashKey, request.tenant, subject)).sort();
  return {
    event_id: `${request.id}:rows.delete`,
    occurred_at: receipt.completed_at,
    tenant: request.tenant,
    actor_type: 'service',
    actor: 'erase',
    action: 'rows.delete',
    outcome: 'allowed',
    code: null,
    request: request.id,
    source_ip: null,
    subjects: hashes.length,
    subject_hashes: hashes,
    tables: receipt.tables.filter(({ rows_changed }) => rows_changed > 0).map(({ table }) => table),
    rows: receipt.rows_changed,
  };
}
