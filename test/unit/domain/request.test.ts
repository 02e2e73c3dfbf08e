import {
  acceptRequest,
  type CreateRequest,
  createRequestSchema,
  DEADLINE_DAYS,
  fingerprint,
  requestIdFromKey,
  SUBJECTS_MAX,
} from '../../../functions/domain/request.ts';
import { fieldErrors } from '../../../functions/domain/validation.ts';

const user = (value: string) => ({ type: 'user', value });
const order = (...subjects: { type: string; value: string }[]): CreateRequest => ({
  type: 'deletion',
  scope: 'everything',
  subjects,
});

function findings(body: unknown): string[] {
  const result = createRequestSchema.safeParse(body);
  return result.success ? [] : fieldErrors(result.error).map(({ field, detail }) => `${field} ${detail}`);
}

const HASH_KEY = new Uint8Array(32).fill(7);

describe('what a caller may order', () => {
  test('is a deletion of everything about one subject, or as many as one request may name', () => {
    const many = Array.from({ length: SUBJECTS_MAX }, (_, index) => user(String(index)));

    expect(findings(order(user('jane')))).toEqual([]);
    expect(findings(order(...many))).toEqual([]);
  });

  test.each([
    [{ ...order(user('jane')), type: 'portability' }, ['type must be "deletion", "correction" or "export"']],
    [{ ...order(user('jane')), scope: 'some' }, ['scope must be "everything" or {"properties": [names]}']],
    [order(), ['subjects must name at least one subject']],
    [{ ...order(), subjects: 'jane' }, ['subjects must be a list of {type, value}']],
    [{ ...order(user('jane')), due: 'now' }, ['due is not a known field']],
    [[], ['body must be a JSON object']],
    [null, ['body must be a JSON object']],
    ['x', ['body must be a JSON object']],
    [
      order(user('a'), user(''), { type: '', value: 'b' }),
      [
        'subjects[1].value must not be empty',
        'subjects[2].type must be a name of 1 to 64 letters, digits and underscores',
      ],
    ],
  ])('is not %j', (body, expected) => {
    expect(findings(body)).toEqual(expected);
  });

  test('is not one subject more than a request may name', () => {
    const many = Array.from({ length: SUBJECTS_MAX + 1 }, (_, index) => user(String(index)));

    expect(findings(order(...many))).toEqual([`subjects must name at most ${SUBJECTS_MAX} subjects`]);
  });

  test('is not a subject that is plain text, and the finding says what one is', () => {
    expect(findings({ ...order(), subjects: ['jane'] })).toEqual([
      expect.stringMatching(/^subjects\[0\] must be .*type.*value/),
    ]);
  });
});

describe('the fingerprint', () => {
  test('is the same for the same order, whatever the order of its keys', () => {
    const again: CreateRequest = JSON.parse(
      '{"subjects":[{"value":"jane","type":"user"}],"scope":"everything","type":"deletion"}',
    );

    expect(fingerprint(again)).toBe(fingerprint(order(user('jane'))));
  });

  test('differs with every subject', () => {
    const orders = [
      order(user('jane')),
      order(user('Jane')),
      order({ type: 'device', value: 'jane' }),
      order(user('jane'), user('john')),
      order(user('jane","john')),
    ];

    expect(new Set(orders.map(fingerprint)).size).toBe(orders.length);
  });
});

describe('the id of an idempotency key', () => {
  test('is the same for the same key of the same tenant', () => {
    expect(requestIdFromKey(HASH_KEY, 'demo', 'key')).toBe(requestIdFromKey(HASH_KEY, 'demo', 'key'));
    expect(requestIdFromKey(HASH_KEY, 'demo', '../../x')).toMatch(/^r-[0-9a-f]{32}$/);
  });

  test('is another for another tenant, also where tenant and key run together', () => {
    const ids = [
      requestIdFromKey(HASH_KEY, 'demo', 'key'),
      requestIdFromKey(HASH_KEY, 'other', 'key'),
      requestIdFromKey(HASH_KEY, 'demok', 'ey'),
      requestIdFromKey(HASH_KEY, 'demo', 'Key'),
    ];

    expect(new Set(ids).size).toBe(ids.length);
  });
});

test('an accepted request names each subject once, and the day by which the law wants it done', () => {
  const now = Date.UTC(2026, 0, 31, 12);

  const accepted = acceptRequest(order(user('jane'), user('john'), user('jane'), user('Jane')), {
    tenant: 'demo',
    id: 'r-1',
    acceptedBy: 'key-1',
    now,
    locations: ['EU'],
  });

  expect(accepted).toEqual({
    version: 1,
    tenant: 'demo',
    id: 'r-1',
    type: 'deletion',
    scope: 'everything',
    subjects: [user('jane'), user('john'), user('Jane')],
    accepted_by: 'key-1',
    accepted_at: '2026-01-31T12:00:00.000Z',
    due_at: new Date(now + DEADLINE_DAYS * 86_400_000).toISOString(),
    locations: ['EU'],
  });
});
