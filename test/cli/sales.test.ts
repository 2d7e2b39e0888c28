import { Command } from 'commander';
import { register as registerHandoffs } from '../../src/cli/commands/handoffs';
import { register as registerRep } from '../../src/cli/commands/rep';
import { transaction } from '../../src/store/db';
import { answerHandoff, offer } from '../../src/store/handoffs';
import { HOUR, MONDAY } from '../support/builders';
import { testDatabase } from '../support/database';
import { anMql, SALES } from '../support/sales';

const context = testDatabase();
const written: string[] = [];

beforeAll(() => {
  process.env.VIVEIRO_DATABASE_URL = context.url;
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
});
afterAll(() => {
  jest.restoreAllMocks();
  delete process.env.VIVEIRO_DATABASE_URL;
});

/** What a command prints. */
async function viveiro(...words: readonly string[]): Promise<string> {
  const program = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
  registerRep(program);
  registerHandoffs(program);
  written.length = 0;
  await program.parseAsync([...words], { from: 'user' });
  return written.join('');
}

it('reps are added, listed and deactivated', async () => {
  await viveiro('rep', 'add', 'Rita@Example.test', '--name', 'Rita', '--team', 'growers', '--weight', '2');
  await viveiro('rep', 'add', 'marta@example.test', '--name', 'Marta', '--team', 'growers', '--manager');
  expect(await viveiro('rep', 'list')).toBe(
    'team     name   address             weight\ngrowers  Rita   rita@example.test   2\ngrowers  Marta  marta@example.test  manager\n',
  );
  await viveiro('rep', 'deactivate', 'rita@example.test');
  expect(JSON.parse(await viveiro('rep', 'list', '--json')).reps[0]).toMatchObject({ name: 'Rita', active: false });
});

it('a wrong address or weight is refused', async () => {
  await expect(viveiro('rep', 'add', 'rita', '--name', 'R', '--team', 'growers')).rejects.toThrow(/e-mail address/);
  const heavy = ['rep', 'add', 'r@example.test', '--name', 'R', '--team', 'growers', '--weight', '101'];
  await expect(viveiro(...heavy)).rejects.toThrow(/from 1 to 100/);
});

it('a team that the routing rules do not have is refused', async () => {
  await expect(viveiro('rep', 'add', 'r@example.test', '--name', 'R', '--team', 'grower')).rejects.toMatchObject({
    code: 'VIV_TEAM_UNKNOWN',
    message: 'there is no team "grower" in the routing rules; did you mean "growers"?',
  });
});

it('handoffs are listed, the open ones alone if asked for', async () => {
  const [open, closed] = [await anMql(context.db), await anMql(context.db)];
  for (const lead of [open, closed])
    await transaction(context.db, (tx) => offer(tx, SALES, { ...lead, stepId: 'sell', now: MONDAY }));
  const { handoffId } = closed;
  await transaction(context.db, (tx) =>
    answerHandoff(tx, SALES, { handoffId, action: 'reject', reason: 'a\u001b[2Jstudent', at: MONDAY + HOUR }),
  );
  expect(JSON.parse(await viveiro('handoffs', '--open', '--json')).handoffs).toMatchObject([
    { id: open.handoffId, status: 'offered' },
  ]);
  const all = await viveiro('handoffs');
  expect(all).toContain('rejected  2026-01-06 12:00  a [2Jstudent\n');
  expect(all).not.toContain('\u001b');
});
