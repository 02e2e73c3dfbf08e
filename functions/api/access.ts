import type { AccessAction, AccessEvent } from '../domain/access-event.ts';
import { hashSubject } from '../domain/subject.ts';
import type { Services } from '../services.ts';
import type { Caller } from './authenticate.ts';
import type { Touched } from './route.ts';

export interface Access {
  caller: Caller;
  tenant: string;
  action: AccessAction;
  outcome: AccessEvent['outcome'];
  code?: string;
  touched: Touched;
  sourceIp: string | undefined;
}

/** One call of the API, as the access log keeps it: subjects only as hashes. */
export function toAccessEvent(access: Access, { config, clock, random }: Services): AccessEvent {
  const { caller, tenant, action, outcome, code, touched, sourceIp } = access;
  const hashes = (touched.subjects ?? [])
    .map((subject) => hashSubject(config.hashKey, tenant, subject))
    .sort();
  return {
    event_id: Buffer.from(random(16)).toString('hex'),
    occurred_at: new Date(clock()).toISOString(),
    tenant,
    actor_type: 'key',
    actor: caller.key,
    action,
    outcome,
    code: code ?? null,
    request: touched.request ?? null,
    source_ip: sourceIp ?? null,
    subjects: hashes.length,
    subject_hashes: hashes,
    tables: [],
    rows: null,
  };
}
