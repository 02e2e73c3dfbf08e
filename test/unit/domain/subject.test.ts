import {
  hashSubject,
  IDENTIFIER_BYTES_MAX,
  subjectKey,
  subjectSchema,
} from '../../../functions/domain/subject.ts';
import { fieldErrors } from '../../../functions/domain/validation.ts';

const KEY = new TextEncoder().encode('a key of the tests');

function findings(subject: unknown): string[] {
  const result = subjectSchema.safeParse(subject);
  return result.success ? [] : fieldErrors(result.error).map(({ field, detail }) => `${field} ${detail}`);
}

test.each([' jane ', 'e\u0301', '\u0000', '😀', '-0', '__proto__', 'x'.repeat(IDENTIFIER_BYTES_MAX)])(
  '%p is taken exactly as it is written',
  (value) => {
    expect(subjectSchema.parse({ type: 'user', value })).toEqual({ type: 'user', value });
  },
);

test.each([
  [{ type: 'user', value: '' }, 'value must not be empty'],
  [{ type: 'user', value: 7 }, 'value must be a string'],
  [{ type: 'user' }, 'value must be a string'],
  [{ type: 'user', value: null }, 'value must be a string'],
  [{ type: 'user', value: ['x'] }, 'value must be a string'],
  [{ type: 'user', value: '\ud83d' }, 'value must be well-formed Unicode: a lone surrogate names nobody'],
  [
    { type: 'user', value: 'é'.repeat(IDENTIFIER_BYTES_MAX / 2 + 1) },
    'value must be at most 1024 bytes of UTF-8',
  ],
  [{ type: '', value: 'x' }, 'type must be a name of 1 to 64 letters, digits and underscores'],
  [{ type: 'a-b', value: 'x' }, 'type must be a name of 1 to 64 letters, digits and underscores'],
  [{ type: 'user\n', value: 'x' }, 'type must be a name of 1 to 64 letters, digits and underscores'],
  [{ value: 'x' }, 'type must be a string'],
  [{ type: 'user', value: 'x', name: 'Jane' }, 'name is not a known field'],
])('%p is refused: %s', (subject, finding) => {
  expect(findings(subject)).toEqual([finding]);
});

test('keys of different subjects differ, wherever the border between type and value is', () => {
  const subjects = [
    { type: 'a', value: 'b' },
    { type: 'ab', value: '' },
    { type: 'a', value: 'B' },
    { type: 'a', value: '","b' },
    { type: 'a","', value: 'b' },
    { type: 'a', value: '\u00e9' },
    { type: 'a', value: 'e\u0301' },
  ];

  expect(new Set(subjects.map(subjectKey)).size).toBe(subjects.length);
});

describe('the hash of a subject', () => {
  const subject = { type: 'user', value: 'jane' };

  test('is 64 hexadecimal digits, the same each time, and tells nothing of the value', () => {
    const hash = hashSubject(KEY, 'demo', subject);

    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(hashSubject(KEY, 'demo', { ...subject })).toBe(hash);
  });

  test('differs by key, tenant, type and value, look-alikes included', () => {
    const hashes = [
      hashSubject(KEY, 'demo', subject),
      hashSubject(new TextEncoder().encode('another'), 'demo', subject),
      hashSubject(KEY, 'other', subject),
      hashSubject(KEY, 'demo', { ...subject, type: 'device' }),
      hashSubject(KEY, 'demo', { ...subject, value: 'Jane' }),
      hashSubject(KEY, 'demo', { ...subject, value: 'jane ' }),
    ];

    expect(new Set(hashes).size).toBe(hashes.length);
  });
});
