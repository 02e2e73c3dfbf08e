/** Jane, whose data the tests delete, and people whose ids look like hers. */
export interface Person {
  /** What the vendor calls user_id, and distinct_id after login; `null`: never logged in. */
  user: string | null;
  /** Cookie, installation or device. */
  device: string;
  email: string | null;
}

export const JANE: Person = { user: 'jane-4711', device: 'd-4711.a', email: 'jane@example.com' };

/** Prefix, extension, case, spaces, wildcards of LIKE and of regular expressions, and nobody. */
const LOOK_ALIKES: Person[] = [
  { user: 'jane-471', device: 'd-4711', email: 'ane@example.com' },
  { user: 'jane-47111', device: 'd-4711.a1', email: 'jane@example.com.au' },
  { user: 'Jane-4711', device: 'D-4711.A', email: 'Jane@example.com' },
  { user: 'jane-4711 ', device: ' d-4711.a', email: 'jane@example.com ' },
  { user: 'jane_4711', device: 'd-4711_a', email: 'jane@example_com' },
  { user: '%', device: '.*', email: null },
  { user: null, device: 'd-0815', email: null },
];

const PEOPLE: Person[] = [JANE, ...LOOK_ALIKES];

/** Rows of everybody's. */
export function rowsOfAll<T>(rowsOf: (person: Person) => T[]): T[] {
  return PEOPLE.flatMap(rowsOf);
}
