import { createHmac } from 'node:crypto';
import { z } from 'zod';

/** Longest identifier value accepted, in UTF-8 bytes. */
export const IDENTIFIER_BYTES_MAX = 1024;

/** Names of identifier types: `distinct_id`, `user_pseudo_id`, … as the data map defines them. */
export const identifierType = z
  .string({ error: 'must be a string' })
  .regex(/^[A-Za-z][A-Za-z0-9_]{0,63}$/, 'must be a name of 1 to 64 letters, digits and underscores');

/**
 * One identifier of a person. The value is compared code point by code point: it is never trimmed, folded or
 * normalised, because two people's ids may differ in nothing else.
 */
export const subjectSchema = z.strictObject(
  {
    type: identifierType,
    value: z
      .string({ error: 'must be a string' })
      .min(1, 'must not be empty')
      .refine((value) => value.isWellFormed(), 'must be well-formed Unicode: a lone surrogate names nobody')
      .refine(
        (value) => new TextEncoder().encode(value).length <= IDENTIFIER_BYTES_MAX,
        `must be at most ${IDENTIFIER_BYTES_MAX} bytes of UTF-8`,
      ),
  },
  { error: 'must be {type, value}' },
);

export type Subject = z.infer<typeof subjectSchema>;

/** Two subjects are the same person's identifier exactly when these texts are equal. */
export function subjectKey(subject: Subject): string {
  return JSON.stringify([subject.type, subject.value]);
}

/**
 * How a subject appears wherever identifiers must not: HMAC-SHA-256, 64 hexadecimal digits. The tenant is part of
 * it, so that two tenants' ledgers cannot be joined on a person.
 */
export function hashSubject(hashKey: Uint8Array, tenant: string, subject: Subject): string {
  return createHmac('sha256', hashKey)
    .update(JSON.stringify(['subject', tenant, subject.type, subject.value]))
    .digest('hex');
}
