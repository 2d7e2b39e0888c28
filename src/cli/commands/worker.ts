import { type Command, InvalidArgumentError } from 'commander';
import { failure } from '../../domain/errors';
import { readConfig } from '../../runtime/config';
import { untilStopped } from '../../runtime/signals';
import { startWorkerProcess, withDeployment } from '../../runtime/worker';
import { listVersions, promote } from '../../worker/versions';
import { writeJson } from '../output';
import { createStep } from '../progress';
import { table } from '../table';

const DEPLOYMENT = ['--deployment <name>', 'name that all builds of this worker share', 'viveiro'] as const;

const buildId = (text: string): string => {
  if (!/^[\w.-]{1,200}$/.test(text)) throw new InvalidArgumentError('write letters, digits, ".", "_" and "-"');
  return text;
};

/** `viveiro worker`, `worker promote`, `worker versions`: workers of their own, and which of them takes what begins. */
export function register(program: Command): void {
  const worker = program
    .command('worker')
    .description('run a worker and an outbox, and nothing else, on servers that run')
    .option('--build-id <id>', 'version of the code: journeys keep to it until they continue as new', buildId)
    .option(...DEPLOYMENT)
    .option('--queues <names...>', 'only these: journeys, mail, mail-gmail.com, …')
    .addHelpText(
      'after',
      `
Examples:
  $ viveiro worker
  $ viveiro worker --build-id 2026-11-25.1
  $ viveiro worker --queues mail mail-gmail.com`,
    )
    .action(run);
  worker
    .command('promote')
    .description('make a build the one that takes what begins and what continues as new')
    .option('--build-id <id>', 'a build whose worker runs', buildId)
    .option('--unversioned', 'back to workers without a build id, like that of viveiro start')
    .option(...DEPLOYMENT)
    .addHelpText(
      'after',
      `
Examples:
  $ viveiro worker promote --build-id 2026-11-25.1
  $ viveiro worker promote --unversioned`,
    )
    .action(promoteBuild);
  worker
    .command('versions')
    .description('all builds, and how many workflows still run on each')
    .option(...DEPLOYMENT)
    .option('--json', 'one JSON object')
    .addHelpText(
      'after',
      `
Examples:
  $ viveiro worker versions`,
    )
    .action(versions);
}

const onProblem = (problem: unknown) =>
  process.stderr.write(`${problem instanceof Error ? problem.message : problem}\n`);

interface RunOptions {
  readonly buildId?: string;
  readonly deployment: string;
  readonly queues?: readonly string[];
}

async function run({ buildId: id, deployment, queues }: RunOptions): Promise<void> {
  const stopped = untilStopped(); // before anything starts: an early Ctrl-C must leave nothing behind
  const version = id === undefined ? undefined : { deployment, buildId: id };
  const worker = await createStep({ isQuiet: false })('Start a worker', () =>
    startWorkerProcess(readConfig(process.env), process.env, { version, queues, onProblem }),
  );
  const name = version ? `build ${version.buildId} of ${version.deployment}` : 'unversioned';
  process.stdout.write(`Worker is up (${name}, task queue ${worker.taskQueue}); Ctrl-C stops it.\n`);
  try {
    await Promise.race([worker.finished, stopped]);
  } finally {
    await worker.stop();
  }
}

interface VersionOptions {
  readonly deployment: string;
  readonly json?: boolean;
}

interface PromoteOptions extends VersionOptions {
  readonly buildId?: string;
  readonly unversioned?: boolean;
}

async function promoteBuild({ deployment, buildId: id, unversioned }: PromoteOptions): Promise<void> {
  if ((id === undefined) !== (unversioned === true))
    throw failure('VIV_USAGE', { problem: 'Say what to promote: --build-id ID, or --unversioned.' });
  const isKnown = await onDeployment(deployment, (server) => promote(server, id ?? null));
  const later = isKnown ? '' : ' Some task queues have not heard of it yet; Temporal tells them when it can.';
  const what = id === undefined ? 'The unversioned worker' : `Build ${id} of ${deployment}`;
  process.stdout.write(`${what} takes what begins from now on.${later}\n`);
}

async function versions({ deployment, json }: VersionOptions): Promise<void> {
  const listed = await onDeployment(deployment, listVersions);
  if (json) {
    writeJson({ deployment, versions: listed });
    return;
  }
  const rows = listed.map(({ buildId: id, status, running }) => [id, status, String(running)]);
  process.stdout.write(table(['build', 'status', 'running workflows'], rows));
}

const onDeployment = <T>(deployment: string, work: Parameters<typeof withDeployment<T>>[1]): Promise<T> =>
  withDeployment({ config: readConfig(process.env), environment: process.env, deployment }, work);
