/** Which identifiers a request reaches beyond those that it names, and whether somebody has to look at them first. */
import type { LinkGraph } from './link-graph.ts';
import type { RequestDocument } from './request.ts';
import type { ReviewDecision, ReviewReason } from './request-state.ts';
import { type Subject, subjectKey } from './subject.ts';

export interface Resolution {
  /** In the order of their keys; none where there are too many. */
  found: Subject[];
  /** Of what was found; where there are too many, so many at least. */
  count: number;
  review?: ReviewReason;
}

/**
 * A request as it is searched for: `subjects` holds every identifier, the named ones first. It is made when a request is
 * read, and stored nowhere.
 */
export interface SearchedRequest extends RequestDocument {
  identities?: { named: Subject[]; found: Subject[]; decision?: ReviewDecision };
}

export function searched(
  document: RequestDocument,
  found: readonly Subject[],
  decision: ReviewDecision | undefined,
): SearchedRequest {
  const identities = { named: document.subjects, found: [...found], ...(decision && { decision }) };
  return { ...document, subjects: [...document.subjects, ...found], identities };
}

export function namedSubjects(request: SearchedRequest): Subject[] {
  return request.identities?.named ?? request.subjects;
}

export interface ResolutionLimits {
  /** Type of which one person has one value. */
  person: string | undefined;
  /** UTF-8 bytes of everything that is found for one request. */
  bytesMax: number;
}

/** @param graph whose tables have been asked as far as they will be */
export function resolutionOf(
  subjects: readonly Subject[],
  graph: LinkGraph,
  { person, bytesMax }: ResolutionLimits,
): Resolution {
  const named = new Set(subjects.map(subjectKey));
  const found = new Map<string, Subject>();
  let isCut = false;
  let isShared = false;
  for (const subject of subjects) {
    const reached = graph.reach(subject);
    // Levels that nobody has asked about any more are cut off too.
    isCut ||= reached.isCut || reached.unasked.length > 0;
    isShared ||= isSharedBy([subject, ...reached.found], person, named);
    for (const one of reached.found) if (!named.has(subjectKey(one))) found.set(subjectKey(one), one);
  }
  const inOrder = [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, subject]) => subject);
  if (isCut || bytesOf(inOrder) > bytesMax)
    return { found: [], count: inOrder.length, review: 'too_many_identifiers' };
  return { found: inOrder, count: inOrder.length, ...(isShared && { review: 'shared_identifier' as const }) };
}

/** Two people are in it, and not both were asked for. */
function isSharedBy(
  reached: readonly Subject[],
  person: string | undefined,
  named: ReadonlySet<string>,
): boolean {
  const people = new Set(reached.filter(({ type }) => type === person).map(subjectKey));
  return people.size > 1 && [...people].some((key) => !named.has(key));
}

function bytesOf(subjects: readonly Subject[]): number {
  const encoder = new TextEncoder();
  return subjects.reduce((bytes, { value }) => bytes + encoder.encode(value).length, 0);
}
