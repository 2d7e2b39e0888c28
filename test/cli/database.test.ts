import { readConfig } from '../../src/runtime/config';
import { runningSystem } from '../../src/runtime/running';
import { startSystem } from '../../src/runtime/system';
import { viveiro } from '../support/command';
import { testDatabase } from '../support/database';
import { testFiles } from '../support/files';

const context = testDatabase();
const files = testFiles();

const addRep = (name: string) => ['rep', 'add', `${name}@example.test`, '--name', name, '--team', 'growers'];
const repsIn = async (environment: { readonly [name: string]: string }) => {
  const { out } = await viveiro(['rep', 'list', '--json'], environment);
  return JSON.parse(out).reps.map(({ name }: { readonly name: string }) => name);
};

test('with nothing running, a command starts the embedded database for itself, and its data stays', async () => {
  const environment = { VIVEIRO_DATA_DIR: files.path('alone') };
  expect(await viveiro(addRep('rita'), environment)).toMatchObject({ exitCode: 0, err: '' });
  expect(runningSystem(files.path('alone'))).toBeUndefined();
  expect(await repsIn(environment)).toEqual(['rita']);
});

test('a command uses the database of the system that runs on the data folder', async () => {
  const environment = { VIVEIRO_DATA_DIR: files.path('running') };
  const system = await startSystem(readConfig(environment), { without: ['Temporal', 'inbox'] });
  try {
    expect(await viveiro(addRep('rui'), environment)).toMatchObject({ exitCode: 0 });
    expect(await repsIn({ VIVEIRO_DATABASE_URL: system.databaseUrl })).toEqual(['rui']);
  } finally {
    await system.stop();
  }
});

test('VIVEIRO_DATABASE_URL comes first, and is brought up to date', async () => {
  const environment = { VIVEIRO_DATA_DIR: files.path('none'), VIVEIRO_DATABASE_URL: context.url };
  await context.db.$executeRawUnsafe('DROP SCHEMA public CASCADE');
  await context.db.$executeRawUnsafe('CREATE SCHEMA public');
  await viveiro(addRep('marta'), environment);
  expect(await context.db.rep.findMany()).toMatchObject([{ name: 'marta' }]);
});
