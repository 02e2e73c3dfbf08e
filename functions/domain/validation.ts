/** zod's findings in Lethe's words: the field's path as a caller would write it, what is wrong, what is allowed. */
import type { z } from 'zod';
import type { FieldError } from './errors.ts';

/** `['subjects', 3, 'value']` -> `subjects[3].value`; the whole document is `body`. */
function fieldPath(path: readonly PropertyKey[]): string {
  if (path.length === 0) return 'body';
  return path
    .map((part, index) =>
      typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${String(part)}`,
    )
    .join('');
}

/** Every finding with its field. An unknown field is named itself, not the object that holds it. */
export function fieldErrors(error: z.ZodError): FieldError[] {
  return error.issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        field: fieldPath([...issue.path, key]),
        detail: 'is not a known field',
      }));
    }
    return [{ field: fieldPath(issue.path), detail: issue.message }];
  });
}
