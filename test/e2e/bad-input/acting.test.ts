import { newId } from '../../../src/domain/ids';
import { aCompany, COMPANY_ENVIRONMENT } from '../../support/company';
import { live } from '../../support/live';
import { type BadCommand, type BadCommandCase, commands, expectRefused } from '../../support/refusals';
import { ENDS, emailAt, underWay } from '../../support/under-way';

jest.setTimeout(120_000); // on a machine that may be busy
const system = live(aCompany, () => COMPANY_ENVIRONMENT);
const going = underWay(system);
const FREEZE = ['--mode', 'freeze', '--reason', 'a test'] as const;
const SKIP = ['--mode', 'skip', '--reason', 'a test'] as const;
const long = (length: number) => 'x'.repeat(length);

const PAUSES: readonly BadCommand[] = [
  ['a pause of nothing', () => ['pause', ...FREEZE], 'VIV_USAGE', /--sequence NAME, --contact EMAIL, --all/],
  ['a pause of two things', () => ['pause', '--all', '--sequence', 'rests', ...FREEZE], 'VIV_USAGE'],
  [
    'a pause of three things',
    () => ['pause', '--all', '--contact', emailAt('wait'), '--sequence', 'rests', ...FREEZE],
    'VIV_USAGE',
  ],
  ['a pause without a meaning', () => ['pause', '--all', '--reason', 'x'], 'VIV_USAGE', /freeze\|elapse\|skip/],
  [
    'a pause of a meaning that nobody knows',
    () => ['pause', '--all', '--mode', 'stop', '--reason', 'x'],
    'VIV_USAGE',
    /freeze, elapse, skip/,
  ],
  ['a pause without a reason', () => ['pause', '--all', '--mode', 'skip'], 'VIV_USAGE'],
  ['a pause for an empty reason', () => ['pause', '--all', '--mode', 'skip', '--reason', ' '], 'VIV_USAGE'],
  [
    'a pause for a reason of ten thousand letters',
    () => ['pause', '--all', '--mode', 'skip', '--reason', long(10_000)],
    'VIV_USAGE',
    /500/,
  ],
  [
    'a pause of an unknown sequence',
    () => ['pause', '--sequence', 'rest', ...SKIP],
    'VIV_SEQUENCE_UNKNOWN',
    /Published: .*rests/,
  ],
  ['a dry pause of an unknown sequence', () => ['pause', '--sequence', 'rest', '--dry-run'], 'VIV_SEQUENCE_UNKNOWN'],
  ['a pause of an unknown contact', () => ['pause', '--contact', 'no@example.test', ...SKIP], 'VIV_CONTACT_UNKNOWN'],
  ['a pause of an unknown id', () => ['pause', '--contact', newId(), ...SKIP], 'VIV_CONTACT_UNKNOWN'],
  ['a pause of nonsense', () => ['pause', 'everything'], 'VIV_USAGE'],
  ['a pause with an unknown option', () => ['pause', '--everything', ...SKIP], 'VIV_USAGE', /--everything/],
  ['a resume of nothing', () => ['resume'], 'VIV_USAGE'],
  [
    'a resume of what is not paused',
    () => ['resume', '--sequence', 'rests'],
    'VIV_PAUSE_UNKNOWN',
    /viveiro pause list/,
  ],
  ['a resume of everything, which is not paused', () => ['resume', '--all'], 'VIV_PAUSE_UNKNOWN'],
  ['a resume of an unknown contact', () => ['resume', '--contact', 'no@example.test'], 'VIV_CONTACT_UNKNOWN'],
  ['a resume of an unknown id', () => ['resume', newId()], 'VIV_PAUSE_UNKNOWN'],
  ['a resume of nonsense', () => ['resume', 'seven'], 'VIV_PAUSE_UNKNOWN'],
  ['a resume by id and by name', () => ['resume', going.pauseId, '--sequence', 'halts'], 'VIV_USAGE', /not both/],
  ['a resume at no pace', () => ['resume', '--sequence', 'halts', '--per-minute', '0'], 'VIV_USAGE', /from 1/],
  ['a resume at a pace below nothing', () => ['resume', '--sequence', 'halts', '--per-minute', '-5'], 'VIV_USAGE'],
  ['a resume at half a pace', () => ['resume', '--sequence', 'halts', '--per-minute', '0.5'], 'VIV_USAGE'],
  ['a resume at a senseless pace', () => ['resume', '--sequence', 'halts', '--per-minute', '9999999'], 'VIV_USAGE'],
];

const TASKS: readonly BadCommand[] = [
  [
    'an unknown task',
    () => ['task', 'close', newId(), '--outcome', 'reached'],
    'VIV_NOT_FOUND',
    /viveiro task list|Check/,
  ],
  ['a task by nonsense', () => ['task', 'close', 'seven', '--outcome', 'reached'], 'VIV_USAGE', /viveiro task list/],
  ['a task without an outcome', () => ['task', 'close', going.taskId], 'VIV_USAGE', /--outcome/],
  [
    'a task with an outcome that is no name',
    () => ['task', 'close', going.taskId, '--outcome', 'Not a Name!'],
    'VIV_USAGE',
    /reached/,
  ],
  ['a task with an empty outcome', () => ['task', 'close', going.taskId, '--outcome', ''], 'VIV_USAGE'],
  [
    'a task with a note of a million letters',
    () => ['task', 'close', going.taskId, '--outcome', 'reached', '--note', long(100_000)],
    'VIV_USAGE',
    /2000/,
  ],
  [
    'a task with broken rules',
    () => ['task', 'close', going.taskId, '--outcome', 'reached', '--rules', 'none'],
    'VIV_RULES_INVALID',
  ],
  ['tasks by nonsense', () => ['task', 'list', '--limit', '-1'], 'VIV_USAGE'],
  ['a task command that there is not', () => ['task', 'open'], 'VIV_USAGE'],
];

const ENTRIES: readonly BadCommand[] = [
  ['nobody', () => ['enrol', 'rests'], 'VIV_USAGE', /--contact/],
  ['an unknown sequence', () => ['enrol', 'nothing', '--contact', emailAt('wait')], 'VIV_SEQUENCE_UNKNOWN'],
  ['an unknown contact', () => ['enrol', 'rests', '--contact', 'no@example.test'], 'VIV_CONTACT_UNKNOWN'],
  [
    'a lead that there is not',
    () => ['enrol', 'clients', '--contact', emailAt('wait'), '--lead', 'boat'],
    'VIV_NOT_FOUND',
  ],
  [
    'a lead of somebody else',
    () => ['enrol', 'clients', '--contact', emailAt('wait'), '--lead', newId()],
    'VIV_NOT_FOUND',
  ],
  [
    'with broken rules',
    () => ['enrol', 'clients', '--contact', emailAt('wait'), '--rules', 'none'],
    'VIV_RULES_INVALID',
  ],
  [
    'under a key of ten thousand letters',
    () => ['enrol', 'orders', '--contact', emailAt('wait'), '--entry-key', long(10_000)],
    'VIV_USAGE',
    /200/,
  ],
  ['under an empty key', () => ['enrol', 'orders', '--contact', emailAt('wait'), '--entry-key', ''], 'VIV_USAGE'],
  [
    'under an idempotency key of ten thousand letters',
    () => ['enrol', 'orders', '--contact', emailAt('wait'), '--entry-key', 'a', '--key', long(10_000)],
    'VIV_USAGE',
    /200/,
  ],
];

/** Refused by the rules of the sequence: that is a stored decision, and nothing else. */
const NOT_LET_IN: readonly BadCommand[] = [
  [
    'who is in it',
    () => ['enrol', 'rests', '--contact', emailAt('wait')],
    'VIV_ENROL_REFUSED',
    /already going through it/,
  ],
  [
    'who waits to be in it',
    () => ['enrol', 'second', '--contact', emailAt('next')],
    'VIV_ENROL_REFUSED',
    /already waits/,
  ],
  [
    'by hand into what lets nobody in by hand',
    () => ['enrol', 'invited', '--contact', emailAt('wait')],
    'VIV_ENROL_REFUSED',
    /by hand/,
  ],
  [
    'who is no client into a sequence for clients',
    () => ['enrol', 'clients', '--contact', emailAt('wait')],
    'VIV_ENROL_REFUSED',
  ],
  [
    'without the key that it asks for',
    () => ['enrol', 'orders', '--contact', emailAt('wait')],
    'VIV_ENROL_REFUSED',
    /orderId/,
  ],
];

const NO_SEND = '0193b6a0-0000-5000-8000-00000000000f';

const OTHERS: readonly BadCommand[] = [
  ['a command that there is not', () => ['enroll', 'rests'], 'VIV_USAGE', /enrol/],
  ['no command', () => [], 'VIV_USAGE'],
  ['why of nobody', () => ['why', 'no@example.test'], 'VIV_CONTACT_UNKNOWN'],
  ['why of nonsense', () => ['why', ''], 'VIV_CONTACT_UNKNOWN'],
  ['journeys of nobody', () => ['journeys', '--contact', 'no@example.test'], 'VIV_CONTACT_UNKNOWN'],
  ['journeys of a status that there is not', () => ['journeys', '--status', 'sleeping'], 'VIV_USAGE', /running, ended/],
  ['journeys of two kinds', () => ['journeys', '--status', 'ended', '--waiting'], 'VIV_USAGE'],
  ['journeys of page 0', () => ['journeys', '--page', '0'], 'VIV_USAGE'],
  ['journeys of page one', () => ['journeys', '--page', 'one'], 'VIV_USAGE'],
  ['sends without a kind', () => ['sends'], 'VIV_USAGE'],
  ['a send that is no id', () => ['sends', 'show', 'newest'], 'VIV_USAGE', /--uncertain/],
  ['an unknown send', () => ['sends', 'show', NO_SEND], 'VIV_SEND_UNKNOWN', /--uncertain/],
  [
    'the end of an unknown send',
    () => ['sends', 'settle', NO_SEND, '--as', 'accepted', '--reason', 'the log'],
    'VIV_SEND_UNKNOWN',
  ],
  ['an end that there is not', () => ['sends', 'settle', NO_SEND, '--as', 'lost', '--reason', 'x'], 'VIV_USAGE'],
  ['an end without a reason', () => ['sends', 'settle', NO_SEND, '--as', 'accepted'], 'VIV_USAGE', /--reason/],
  ['an unknown send once more', () => ['sends', 'again', NO_SEND, '--reason', 'x'], 'VIV_SEND_UNKNOWN'],
  ['an SMTP account that there is not', () => ['account', 'show', 'main'], 'VIV_ACCOUNT_UNKNOWN', /There are: none/],
  ['an account put out without a reason', () => ['account', 'out', 'main'], 'VIV_USAGE', /--reason/],
  ['an unknown account put back', () => ['account', 'back', 'main', '--reason', 'x'], 'VIV_ACCOUNT_UNKNOWN'],
  ['an unknown segment', () => ['segment', 'show', 'everyone'], 'VIV_SEGMENT_UNKNOWN'],
  ['a segment of broken rules', () => ['segment', 'list', '--rules', 'none'], 'VIV_RULES_INVALID'],
  ['handoffs without a number', () => ['handoffs', '--limit', 'many'], 'VIV_USAGE'],
  [
    'a rep without an address',
    () => ['rep', 'add', 'rita', '--name', 'Rita', '--team', 'sales'],
    'VIV_USAGE',
    /rita@example.com/,
  ],
  [
    'a rep of an unknown team',
    () => ['rep', 'add', 'a@example.test', '--name', 'A', '--team', 'sails'],
    'VIV_TEAM_UNKNOWN',
    /sales/,
  ],
  [
    'a rep of no weight',
    () => ['rep', 'add', 'a@example.test', '--name', 'A', '--team', 'sales', '--weight', '0'],
    'VIV_USAGE',
    /1 to 100/,
  ],
  ['a rep without a name', () => ['rep', 'add', 'a@example.test', '--name', '', '--team', 'sales'], 'VIV_USAGE'],
  [
    'a rep of a name of ten thousand letters',
    () => ['rep', 'add', 'a@example.test', '--name', long(10_000), '--team', 'sales'],
    'VIV_USAGE',
  ],
  ['an unknown rep', () => ['rep', 'deactivate', 'no@example.test'], 'VIV_NOT_FOUND', /viveiro rep list|Check/],
  ['a key of a name that is taken', () => ['key', 'create', 'tests'], 'VIV_API_KEY_EXISTS'],
  ['a key of no name', () => ['key', 'create', ''], 'VIV_USAGE'],
  ['a key of a name of ten thousand letters', () => ['key', 'create', long(10_000)], 'VIV_USAGE'],
  ['an unknown key', () => ['key', 'revoke', 'nobody'], 'VIV_API_KEY_UNKNOWN', /viveiro key list/],
  ['a worker of a build that is no name', () => ['worker', '--build-id', 'a b'], 'VIV_USAGE'],
  [
    'an unknown build',
    () => ['worker', 'promote', '--build-id', 'none'],
    'VIV_WORKER_VERSION',
    /viveiro worker --build-id none/,
  ],
  ['a promotion of no build', () => ['worker', 'promote'], 'VIV_USAGE', /--build-id/],
  [
    'an unknown build of an unknown deployment',
    () => ['worker', 'promote', '--build-id', 'none', '--deployment', 'nobody'],
    'VIV_WORKER_VERSION',
  ],
  ['experiments of an unknown option', () => ['experiment', 'list', '--all'], 'VIV_USAGE'],
  [
    'a worker for a queue that there is not',
    () => ['worker', '--queues', 'letters'],
    'VIV_CONFIG_INVALID',
    /there are: journeys/,
  ],
];

const said = ({ exitCode, stdout, stderr }: Awaited<ReturnType<typeof system.binary>>) => ({
  exitCode: exitCode ?? -1,
  out: stdout,
  err: stderr,
});
async function refused({ words, ...refusal }: Omit<BadCommandCase, 'name'>): Promise<void> {
  expectRefused(await going.unchanged(() => system.command(...words())), refusal);
}

describe.each([
  ['pause and resume', PAUSES],
  ['task', TASKS],
  ['enrol', ENTRIES],
  ['a command', OTHERS],
] as const)('%s', (_, cases) => {
  it.each(commands(cases))('with $name is refused', refused);
});

describe('a contact', () => {
  it.each(commands(NOT_LET_IN))('$name is not let in', async ({ words, ...refusal }) => {
    const decisions = await system.db.decision.count();
    const said = await going.unchanged(() => system.command(...words()), ['decision']);
    expectRefused(said, refusal);
    expect(await system.db.decision.count()).toBe(decisions + 1);
  });
});

test('as processes of their own they say the same', async () => {
  const pause = ['pause', '--all', '--mode', 'stop', '--reason', 'x'];
  const [paused, closed, asJson] = await going.unchanged(() =>
    Promise.all([
      system.binary(...pause),
      system.binary('task', 'close', newId(), '--outcome', 'reached'),
      system.binary(...pause, '--json'),
    ]),
  );
  expectRefused(said(paused), { code: 'VIV_USAGE', says: /freeze, elapse, skip/ });
  expectRefused(said(closed), { code: 'VIV_NOT_FOUND' });
  expect(JSON.parse(asJson.stdout)).toEqual({
    error: { code: 'VIV_USAGE', message: expect.stringContaining('freeze') },
  });
  expect([paused.stdout, closed.stdout]).toEqual(['', '']);
});

test('all journeys go on from where they were', async () => {
  await going.unchanged(going.stillness);
  expect(await going.goOn()).toEqual(ENDS);
});

const LATE: readonly BadCommand[] = [
  [
    'a task that is closed',
    () => ['task', 'close', going.taskId, '--outcome', 'no-answer'],
    'VIV_TASK_CLOSED',
    /closed as reached/,
  ],
  ['a resume of what goes on', () => ['resume', '--sequence', 'halts'], 'VIV_PAUSE_UNKNOWN'],
];
describe('when they have gone on', () => {
  it.each(commands(LATE))('$name is refused', refused);

  it.each(
    commands([
      ['who was in it', () => ['enrol', 'rests', '--contact', emailAt('wait')], 'VIV_ENROL_REFUSED', /before/],
    ]),
  )('$name is not let in again', async ({ words, ...refusal }) => {
    expectRefused(await going.unchanged(() => system.command(...words()), ['decision']), refusal);
  });
});
