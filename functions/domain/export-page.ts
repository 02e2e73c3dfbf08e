/** `index.html` of an export: what it holds, for people. One file, without scripts and without anything from elsewhere. */
import type { Category } from './categories.ts';
import { isNested, parseExactly, plainText } from './exact-json.ts';
import type { AboutExport } from './export-manifest.ts';

/** The first rows of one table. */
export interface Sample {
  table: string;
  searched: boolean;
  rows: number;
  /** JSON texts. */
  shown: readonly string[];
}

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;color:#1b1b1b;background:#fff}
h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2rem;overflow-wrap:anywhere}table{border-collapse:collapse;width:100%;margin:.5rem 0}
th,td{text-align:left;vertical-align:top;border:1px solid #c8c8c8;padding:.3rem .5rem;overflow-wrap:anywhere}th{background:#f2f2f2}
.record th{width:30%;font-weight:600}code{font-size:.85em}details{margin:.5rem 0}`;

export function exportPage(
  { request, files, expiresAt }: AboutExport,
  samples: readonly Sample[],
  categories?: readonly Category[],
): string {
  const total = samples.reduce((sum, { rows }) => sum + rows, 0);
  const subjects = request.subjects.map(({ type, value }) => `${type}: ${value}`);
  const about = [
    ['Exported for', subjects.join(', ')],
    ['Requested', request.accepted_at],
    ['Extent', request.scope === 'everything' ? 'everything' : request.scope.properties.join(', ')],
    ...(request.since === undefined ? [] : [['Records since', request.since]]),
    ['Records', String(total)],
    ['Files are removed', expiresAt],
    ['Request', request.id],
  ];
  const listed = files.map(
    ({ name, rows, bytes, sha256 }) =>
      `<tr><td>${escapeHtml(name)}</td><td>${rows ?? ''}</td><td>${bytes}</td><td><code>${sha256}</code></td></tr>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="robots" content="noindex">
<title>Your data</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>Your data</h1>
<table class="record"><tbody>${about.map(([name = '', value = '']) => row(name, escapeHtml(value))).join('')}</tbody></table>
<h2>Files</h2>
<p>A file that ends in .gz is compressed with gzip; .ndjson holds one record a line, in JSON, .csv is for spreadsheets.</p>
<table><thead><tr><th scope="col">File</th><th scope="col">Records</th><th scope="col">Bytes</th><th scope="col">SHA-256</th></tr></thead><tbody>${listed.join('')}</tbody></table>
${categories === undefined ? samples.map(section).join('\n') : categorySection(categories)}
</main>
</body>
</html>
`;
}

function categorySection(categories: readonly Category[]): string {
  const heads = ['Kind of data', 'Source', 'Identified by', 'Properties', 'Records'];
  const rows = categories.map(({ category, source, identifiers, properties, records }) => {
    const cells = [category, source ?? '–', identifiers.join(', '), properties.join(', '), String(records)];
    return `<tr>${cells.map((cell) => `<td>${escapeHtml(cell)}</td>`).join('')}</tr>`;
  });
  const head = heads.map((name) => `<th scope="col">${name}</th>`).join('');
  return `<h2>Kinds of data</h2><table><thead><tr>${head}</tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

function section({ table, searched, rows, shown }: Sample): string {
  const heading = `<h2>${escapeHtml(table)}</h2>`;
  if (!searched) return `${heading}<p>This table holds nothing of the kind that was asked for.</p>`;
  if (rows === 0) return `${heading}<p>No records.</p>`;
  const said =
    shown.length < rows ? `${rows} records, of which ${shown.length} are shown here.` : `${rows} records.`;
  return `${heading}<p>${said}</p>${shown.map(record).join('')}`;
}

function record(text: string, index: number): string {
  const fields = Object.entries(parseExactly(text) as Record<string, unknown>).map(([name, value]) =>
    row(name, shownValue(value)),
  );
  return `<details${index === 0 ? ' open' : ''}><summary>Record ${index + 1}</summary><table class="record"><tbody>${fields.join('')}</tbody></table></details>`;
}

function shownValue(value: unknown): string {
  const text = plainText(value);
  if (text === undefined) return '–';
  return isNested(value) ? `<code>${escapeHtml(text)}</code>` : escapeHtml(text);
}

function row(name: string, value: string): string {
  return `<tr><th scope="row">${escapeHtml(name)}</th><td>${value}</td></tr>`;
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
