import type { Command } from 'commander';
import { readConfig } from '../../runtime/config';
import { examine, type Finding } from '../../runtime/doctor';
import { writeJson } from '../output';
import { table } from '../table';

const EXIT_MISSING = 3; // as for errors of that kind, see the registry

/** `viveiro doctor`: what is missing on this machine, and how to get it. */
export function register(program: Command): void {
  program
    .command('doctor')
    .option('--json', 'one JSON object')
    .description('say what is missing on this machine and how to get it; exit code 3 if something is')
    .addHelpText(
      'after',
      `
Examples:
  $ viveiro doctor
  $ viveiro doctor --json`,
    )
    .action(doctor);
}

async function doctor({ json }: { readonly json?: boolean }): Promise<void> {
  const findings = await examine(readConfig(process.env), process.env);
  const isComplete = findings.every(({ status }) => status !== 'missing');
  if (json) writeJson({ isComplete, findings });
  else process.stdout.write(findingsText(findings, isComplete));
  if (!isComplete) process.exitCode = EXIT_MISSING;
}

function findingsText(findings: readonly Finding[], isComplete: boolean): string {
  const rows = findings.map(({ name, status, detail }) => [name, status, detail]);
  const fixes = findings.flatMap(({ name, fix }) => (fix ? [`${name}: ${fix}\n`] : []));
  const verdict = isComplete ? 'Nothing is missing.\n' : 'Something is missing.\n';
  return `${table(['what', 'status', 'detail'], rows)}\n${fixes.join('')}${verdict}`;
}
