import { type Command, InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { failure } from '../../domain/errors';
import { suggestion } from '../../domain/yaml/closest';
import { addRep, deactivateRep, listReps } from '../../store/reps';
import { shortText } from '../arguments';
import { withDatabase } from '../database';
import { writeJson } from '../output';
import { RULES_OPTION, turnDeps } from '../rules';
import { table } from '../table';

const email = (text: string): string => {
  const parsed = z.email().safeParse(text.trim().toLowerCase());
  if (!parsed.success) throw new InvalidArgumentError('write an e-mail address like rita@example.com');
  return parsed.data;
};

const weight = (text: string): number => {
  if (!/^([1-9]\d?|100)$/.test(text)) throw new InvalidArgumentError('write a whole number from 1 to 100');
  return Number(text);
};

/** `viveiro rep list|add|deactivate`: who gets handoffs. */
export function register(program: Command): void {
  const rep = program.command('rep').description('sales reps: list, add and deactivate them');
  rep
    .command('list')
    .option('--json', 'one JSON object')
    .description('all reps and managers, by team')
    .addHelpText(
      'after',
      `
Examples:
  $ viveiro rep list`,
    )
    .action(({ json }: { json?: boolean }) => list(json === true));
  rep
    .command('add')
    .argument('<email>', 'their address', email)
    .requiredOption('--name <name>', 'how they are called', shortText(200))
    .requiredOption('--team <team>', 'a team of the routing rules')
    .option('--weight <n>', 'share of the handoffs of the team', weight, 1)
    .option('--manager', 'gets what is escalated, instead of a share')
    .option(...RULES_OPTION)
    .option('--json', 'one JSON object')
    .description('add a rep, or bring one back with new particulars')
    .addHelpText(
      'after',
      `
Examples:
  $ viveiro rep add rita@example.com --name Rita --team growers --weight 2
  $ viveiro rep add marta@example.com --name Marta --team growers --manager`,
    )
    .action(add);
  rep
    .command('deactivate')
    .argument('<email>', 'their address', email)
    .description('give a rep no more handoffs; those that they hold stay theirs')
    .addHelpText(
      'after',
      `
Examples:
  $ viveiro rep deactivate rita@example.com`,
    )
    .action(deactivate);
}

async function list(json: boolean): Promise<void> {
  const reps = await withDatabase(listReps);
  if (json) {
    const shown = reps.map(({ currentWeight: _, ...rep }) => rep);
    writeJson({ reps: shown });
    return;
  }
  const rows = reps.map(({ team, name, email: address, weight: share, isManager, active }) => [
    team,
    name,
    address,
    isManager ? 'manager' : String(share),
    active ? '' : 'inactive',
  ]);
  process.stdout.write(table(['team', 'name', 'address', 'weight', ''], rows));
}

interface AddOptions {
  readonly name: string;
  readonly team: string;
  readonly weight: number;
  readonly manager?: boolean;
  readonly rules?: string;
  readonly json?: boolean;
}

async function add(address: string, options: AddOptions): Promise<void> {
  const { name, team, weight: share, manager = false, json } = options;
  await refuseUnknownTeam(team, options.rules);
  const rep = { name, email: address, team, weight: share, isManager: manager };
  const { id } = await withDatabase((db) => addRep(db, rep));
  if (json) writeJson({ id, ...rep });
  else process.stdout.write(`${name} is in team ${team}.\n`);
}

/** In a team that no rule knows, a rep would get nothing, and nobody would hear of it. Throws VIV_TEAM_UNKNOWN. */
async function refuseUnknownTeam(team: string, folder: string | undefined): Promise<void> {
  const { teams } = (await turnDeps(folder)).rules.routing;
  if (Object.hasOwn(teams, team)) return;
  const fix = suggestion(team, Object.keys(teams));
  throw failure('VIV_TEAM_UNKNOWN', { message: `there is no team "${team}" in the routing rules`, fix });
}

async function deactivate(address: string): Promise<void> {
  await withDatabase((db) => deactivateRep(db, address));
  process.stdout.write(`${address} gets no more handoffs.\n`);
}
