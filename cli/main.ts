/** `npx lethe …` */
import { verify } from './verify.ts';

const USAGE = `Usage:
  lethe verify FILE [--jwks URL_OR_FILE]   checks a receipt's signature and shows what it says
                                           FILE may be - for standard input; the keys are those of $LETHE_URL
                                           (or of ./.lethe/env) unless --jwks names others

Exit codes: 0 the receipt is genuine, 1 it is not, 2 it could not be checked.`;

const [command, ...args] = process.argv.slice(2);
if (command === 'verify') {
  process.exitCode = await verify(args);
} else if (command === undefined || command === 'help' || command === '--help') {
  console.log(USAGE);
} else {
  console.error(`lethe: no command ${command}\n\n${USAGE}`);
  process.exitCode = 2;
}
