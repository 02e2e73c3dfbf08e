/**
 * Google's clients send `/bigquery/v2/projects/…` to an endpoint of theirs and `/projects/…` to BIGQUERY_EMULATOR_HOST: every
 * route answers to both.
 */
export function path(template: string): RegExp {
  const groups = template.replaceAll(/:(\w+)/g, '(?<$1>[^/]+)');
  return new RegExp(`^(?:/bigquery/v2)?${groups}/?$`);
}
