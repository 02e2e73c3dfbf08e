/**
 * What kinds of personal data there are about somebody and where they come from, as the data map says it: the answer to a
 * request for categories and sources (CCPA, California Civil Code 1798.110).
 */
import type { MappedTable } from './data-map.ts';
import { propertiesOf, type RequestDocument } from './request.ts';

export interface Category {
  table: string;
  category: string;
  source: string | null;
  identifiers: string[];
  properties: string[];
  records: number;
}

/** Of a table that holds records about the request's subjects. */
export function categoryOf(
  { category, source, identifiers, properties = [] }: MappedTable,
  label: string,
  records: number,
  request: Pick<RequestDocument, 'scope'>,
): Category {
  const names = [...new Set(properties.map(({ name }) => name))].filter((name) => name !== '*');
  const asked = propertiesOf(request);
  return {
    table: label,
    // A map that names none has its table's name to say what it is about.
    category: category ?? label.split('.').slice(1).join('.'),
    source: source ?? null,
    identifiers: [...new Set(identifiers.map(({ type }) => type))],
    properties: request.scope === 'everything' ? names : names.filter((name) => asked.includes(name)),
    records,
  };
}
