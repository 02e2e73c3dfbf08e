// `npm audit --omit=dev --audit-level=high`, told apart from an audit that could not be made: a registry without the
// advisory service is reported in so many words, and is not a vulnerability.
import { spawnSync } from 'node:child_process';

const args = ['audit', '--omit=dev', '--audit-level=high', '--json'];
const { status, stdout, error } = spawnSync('npm', args, { encoding: 'utf8' });
if (error) throw error;
const report = JSON.parse(stdout);
if (report.metadata?.vulnerabilities) {
  const found = report.metadata.vulnerabilities;
  console.log(
    `npm audit: ${found.critical} critical, ${found.high} high, ${found.moderate} moderate, ${found.low} low`,
  );
  for (const [name, { severity, range }] of Object.entries(report.vulnerabilities)) {
    console.log(`  ${severity.padEnd(9)} ${name} ${range}`);
  }
  process.exit(status ?? 1);
}
const reason = report.message ?? report.error?.summary ?? 'no reason given';
console.warn(`NOT AUDITED: the registry does not answer audits (${reason}). Run npm audit where it does.`);
