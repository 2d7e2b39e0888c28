import { cpSync, existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { startCli } from '../../support/cli';
import { aCompany, COMPANY_ENVIRONMENT } from '../../support/company';
import { live } from '../../support/live';
import { type BadCommand, type BadCommandCase, commands, expectRefused, type Refusal } from '../../support/refusals';
import { ENDS, underWay } from '../../support/under-way';

jest.setTimeout(120_000); // on a machine that may be busy
const system = live(aCompany, () => COMPANY_ENVIRONMENT);
const going = underWay(system);
const BROKEN = path.resolve(__dirname, '../../domain/sequence/broken');

const file = system.files.apart;
/** The company's rules with one file of other text. */
function rules(name: string, text: string): string {
  const folder = path.join(system.files.folder(), 'rules');
  cpSync(system.files.path('company/rules'), folder, { recursive: true });
  writeFileSync(path.join(folder, `${name}.yaml`), text);
  return folder;
}
const draft = (steps: string, more = ''): string =>
  file('draft.yaml', `sequence: rests\ntitle: Draft\naudience: lead\nenter: { byHand: true }\n${more}steps:\n${steps}`);
const rest = (duration: string) => `  - { id: rest, type: wait, for: ${duration} }\n  - { id: done, type: end }\n`;
const map = (text: string): string => file('map.yaml', text);
const company = (name: string) => system.files.path(`company/${name}.yaml`);

/** What is wrong with a sequence file, whichever command reads it. */
const FILES: readonly (readonly [string, () => string, Refusal['code'], RegExp])[] = [
  ['that is not there', () => system.files.path('none.yaml'), 'VIV_FILE_UNREADABLE', /none\.yaml:1.*no such file/],
  ['that is a folder of no files', () => system.files.folder(), 'VIV_FILE_UNREADABLE', /apart-/],
  [
    'that is no text',
    () => file('draft.yaml', Buffer.from([0xff, 0xfe, 0x00, 0x41])),
    'VIV_FILE_UNREADABLE',
    /draft\.yaml:1.*UTF-8/,
  ],
  ['of five megabytes', () => file('draft.yaml', Buffer.alloc(5_000_000, 'x')), 'VIV_FILE_UNREADABLE', /5000000 bytes/],
  ['that is empty', () => file('draft.yaml', ''), 'VIV_YAML_INVALID', /draft\.yaml:1/],
  ['that is no YAML', () => file('draft.yaml', 'sequence: rests\n  title: [\n'), 'VIV_YAML_INVALID', /draft\.yaml:\d/],
  ['with an unknown step', () => draft('  - { id: a, type: teleport }\n'), 'VIV_STEP_UNKNOWN_TYPE', /draft\.yaml:6/],
  [
    'that goes nowhere',
    () => draft('  - { id: a, type: wait, for: 1d, next: b }\n  - { id: done, type: end }\n'),
    'VIV_TARGET_MISSING',
    /draft\.yaml:6/,
  ],
  ['with an unknown key', () => draft('  - { id: a, type: wait, four: 1d }\n'), 'VIV_KEY_UNKNOWN', /draft\.yaml:6/],
  [
    'with an unknown template',
    () => draft('  - { id: a, type: mail, template: nothing }\n  - { id: done, type: end }\n'),
    'VIV_TEMPLATE_INVALID',
    /draft\.yaml:6/,
  ],
  [
    'with an unknown team',
    () =>
      draft('  - { id: a, type: task, kind: call, title: Ask, due: 1d, team: sails }\n  - { id: done, type: end }\n'),
    'VIV_TEAM_UNKNOWN',
    /draft\.yaml:6.*sales/,
  ],
  [
    'with an unknown endpoint',
    () => draft('  - { id: a, type: webhook, endpoint: crn }\n  - { id: done, type: end }\n'),
    'VIV_WEBHOOK_UNKNOWN',
    /draft\.yaml:6.*crm/,
  ],
  [
    'with an unknown calendar',
    () => draft('  - { id: a, type: wait, until: { calendar: office } }\n  - { id: done, type: end }\n'),
    'VIV_CALENDAR_UNKNOWN',
    /draft\.yaml:6/,
  ],
  [
    'with an unknown segment',
    () => draft(rest('2d'), 'exits: [{ name: x, when: { segment: keen } }]\n'),
    'VIV_SEGMENT_UNKNOWN',
    /draft\.yaml:5/,
  ],
  [
    'that joins nobody',
    () => draft('  - { id: a, type: join, sequence: nobody }\n  - { id: done, type: end }\n'),
    'VIV_SEQUENCE_UNKNOWN',
    /draft\.yaml:6/,
  ],
  [
    'that waits for ages',
    () => draft(rest(Array.from({ length: 9 }, () => '999999w').join(' '))),
    'VIV_VALUE_INVALID',
    /draft\.yaml:6.*for/,
  ],
];

const OPTIONS: readonly BadCommand[] = [
  ['nothing to validate', () => ['validate'], 'VIV_USAGE'],
  [
    'nothing to validate in a folder',
    () => ['validate', system.files.path('company/scripts')],
    'VIV_USAGE',
    /No YAML file/,
  ],
  [
    'rules that are not there',
    () => ['validate', company('rests'), '--rules', 'none'],
    'VIV_RULES_INVALID',
    /none.scoring\.yaml/,
  ],
  ['templates that are not there', () => ['validate', company('rests'), '--templates', 'none'], 'VIV_FILE_UNREADABLE'],
  ['a plan of nothing', () => ['plan'], 'VIV_USAGE'],
  ['a plan of two files', () => ['plan', company('rests'), company('rings')], 'VIV_USAGE'],
  ['a plan with no limit of a stampede', () => ['plan', company('rests'), '--warn-above', 'many'], 'VIV_USAGE'],
  ['a publication of nothing', () => ['publish'], 'VIV_USAGE'],
  [
    'a publication of a good file and a broken one',
    () => ['publish', draft(rest('3d')), file('b.yaml', 'sequence: b')],
    'VIV_SEQUENCE_INVALID',
    /b\.yaml:1/,
  ],
  [
    'a publication by rules that are not there',
    () => ['publish', company('rests'), '--rules', 'none'],
    'VIV_RULES_INVALID',
  ],
  ['a publication with an unknown option', () => ['publish', company('rests'), '--force'], 'VIV_USAGE'],
  ['a sequence command that there is not', () => ['sequence', 'delete', 'rests'], 'VIV_USAGE'],
];

const MAPS: readonly (readonly [string, () => string, RegExp])[] = [
  ['that is not there', () => 'none.yaml', /VIV_FILE_UNREADABLE/],
  ['that is no YAML', () => map('steps: {\n'), /map\.yaml:\d.*VIV_YAML_INVALID/s],
  ['that is a list', () => map('[rest, pause]'), /map\.yaml:1/],
  ['that is empty', () => map(''), /map\.yaml:1/],
  ['with an unknown key', () => map('steps: {}\nsteals: {}\n'), /map\.yaml:2.*VIV_KEY_UNKNOWN/s],
  ['of steps that are a number', () => map('steps: 7\n'), /map\.yaml:1.*VIV_VALUE_INVALID/s],
  [
    'of a step that the old version has not',
    () => map('steps:\n  nap: done\n'),
    /map\.yaml:2.*VIV_STEP_MAP_NAME.*"nap"/s,
  ],
  [
    'of a step that the new version has not',
    () => map('steps:\n  rest: pawse\n'),
    /map\.yaml:2.*VIV_STEP_MAP_NAME.*"pawse"/s,
  ],
  ['of a step twice', () => map('steps:\n  rest: done\n  rest: end\n'), /map\.yaml:3.*VIV_KEY_DUPLICATE/s],
  ['with a credit of neither yes nor no', () => map('credit: perhaps\n'), /map\.yaml:1.*VIV_VALUE_INVALID/s],
  ['with a late step that mails nothing', () => map('late: [done]\n'), /map\.yaml:1.*VIV_STEP_MAP_NAME.*mails alone/s],
  ['with a late step that there is not', () => map('late: [extra]\n'), /map\.yaml:1.*VIV_STEP_MAP_NAME/s],
];

const move = (...words: readonly string[]) => ['migrate', 'rests', '--from', '1', '--to', '2', ...words];
const MIGRATIONS: readonly BadCommand[] = [
  ['an unknown sequence', () => ['migrate', 'nothing', '--from', '1', '--to', '2'], 'VIV_SEQUENCE_UNKNOWN'],
  [
    'an unknown version to move from',
    () => ['migrate', 'rests', '--from', '7', '--to', '2'],
    'VIV_VERSION_UNKNOWN',
    /Published: 1, 2/,
  ],
  [
    'an unknown version to move to',
    () => ['migrate', 'rests', '--from', '1', '--to', '7'],
    'VIV_VERSION_UNKNOWN',
    /Published: 1, 2/,
  ],
  [
    'nobody to move',
    () => ['migrate', 'rests', '--from', '2', '--to', '1'],
    'VIV_NOTHING_TO_MIGRATE',
    /1 on version 1/,
  ],
  ['the version where all are', () => ['migrate', 'rests', '--from', '1', '--to', '1'], 'VIV_NOTHING_TO_MIGRATE'],
  ['no version', () => ['migrate', 'rests'], 'VIV_USAGE', /--from/],
  ['no sequence', () => ['migrate', '--from', '1', '--to', '2'], 'VIV_USAGE'],
  ['version 0', () => ['migrate', 'rests', '--from', '0', '--to', '2'], 'VIV_USAGE'],
  ['version one and a half', () => ['migrate', 'rests', '--from', '1.5', '--to', '2'], 'VIV_USAGE'],
  ['a version of ten digits', () => ['migrate', 'rests', '--from', '9999999999', '--to', '2'], 'VIV_USAGE'],
  ['no pace', () => move('--per-minute', '0'), 'VIV_USAGE'],
  ['a limit of nobody', () => move('--limit', '0'), 'VIV_USAGE'],
  ['no patience', () => move('--patience', '0'), 'VIV_USAGE'],
  ['broken rules', () => move('--dry-run', '--rules', 'none'), 'VIV_RULES_INVALID'],
  [
    'rules that it would not go by',
    () => move('--rules', system.files.path('company/rules')),
    'VIV_USAGE',
    /--dry-run/,
  ],
];

const scoring = (more: string) =>
  `grades: { A: 30, B: 20, C: 10 }\nhalfLife: 14d\ntemperature: { warm: 20, hot: 40 }\nmql: { score: 40, grade: B }\n${more}`;
const RULES: readonly (readonly [string, string, string, RegExp])[] = [
  [
    'scoring',
    'of grades in the wrong order',
    scoring('').replace('A: 30', 'A: 3'),
    /scoring\.yaml:1.*VIV_VALUE_INVALID/s,
  ],
  ['scoring', 'without a half-life', scoring('').replace('halfLife: 14d\n', ''), /scoring\.yaml:1.*VIV_KEY_MISSING/s],
  [
    'scoring',
    'of two rules of one name',
    scoring('interest: [{ name: a, on: x.y, points: 1 }, { name: a, on: x.z, points: 1 }]\n'),
    /scoring\.yaml:5.*VIV_RULE_DUPLICATE/s,
  ],
  [
    'scoring',
    'of a condition that asks for an event',
    scoring('fit: [{ name: a, when: { fact: event.x, is: 1 }, points: 1 }]\n'),
    /scoring\.yaml:5.*VIV_FACT_OUT_OF_PLACE/s,
  ],
  [
    'scoring',
    'of a segment that there is not',
    scoring('fit: [{ name: a, when: { segment: keen }, points: 1 }]\n'),
    /scoring\.yaml:5.*VIV_SEGMENT_UNKNOWN/s,
  ],
  [
    'lifecycle',
    'of an unknown zone',
    'preInactiveAfter: 60d\ninactiveAfter: 120d\nsweep: { at: "03:00", zone: Mars/Base, perDay: 10 }\n',
    /lifecycle\.yaml:3.*VIV_VALUE_INVALID.*America\/Sao_Paulo/s,
  ],
  [
    'lifecycle',
    'of a time that there is not',
    'preInactiveAfter: 60d\ninactiveAfter: 120d\nsweep: { at: "25:00", zone: UTC, perDay: 10 }\n',
    /lifecycle\.yaml:3.*VIV_VALUE_INVALID/s,
  ],
  [
    'routing',
    'of a team that there is not',
    'teams: { sales: { reps: [{ name: R, email: r@example.test }], manager: { name: M, email: m@example.test } } }\notherwise: sails\n',
    /routing\.yaml:2/s,
  ],
  [
    'routing',
    'of a rep without an address',
    'teams: { sales: { reps: [{ name: R, email: rita }], manager: { name: M, email: m@example.test } } }\notherwise: sales\n',
    /routing\.yaml:1.*VIV_VALUE_INVALID/s,
  ],
  [
    'gate',
    'of a cap of less than nothing',
    'consentFor: [marketing]\ncaps: [{ purpose: marketing, most: -1, within: 2d }]\n',
    /gate\.yaml:2.*VIV_VALUE_INVALID/s,
  ],
  [
    'gate',
    'of hours that there are not',
    'consentFor: []\nquietHours: { from: "9 p.m.", to: "08:00", purposes: [marketing] }\n',
    /gate\.yaml:2.*VIV_VALUE_INVALID/s,
  ],
  ['calendars', 'of an unknown zone', 'zone: Mars/Base\n', /calendars\.yaml:1.*VIV_VALUE_INVALID/s],
  [
    'calendars',
    'of hours that end before they begin',
    'calendars: { office: { hours: { mon: ["18:00-09:00"] } } }\n',
    /calendars\.yaml:1.*VIV_VALUE_INVALID/s,
  ],
  [
    'calendars',
    'of a holiday that no year has',
    'calendars: { office: { hours: { mon: ["09:00-18:00"] }, holidays: ["02-31"] } }\n',
    /calendars\.yaml:1.*VIV_VALUE_INVALID/s,
  ],
  [
    'calendars',
    'that is never open',
    'calendars: { office: { hours: {} } }\n',
    /calendars\.yaml:1.*VIV_VALUE_INVALID/s,
  ],
  ['events', 'of a type that is none', 'events: { "Order Placed": {} }\n', /events\.yaml:1/s],
  [
    'events',
    'of properties that are no list',
    'events: { order.placed: { properties: orderId } }\n',
    /events\.yaml:1.*VIV_VALUE_INVALID/s,
  ],
  [
    'webhooks',
    'of an address that is none',
    'endpoints:\n  crm: { url: crm.example.com, secretEnv: VIVEIRO_WEBHOOK_CRM }\n',
    /webhooks\.yaml:2.*VIV_VALUE_INVALID.*https:/s,
  ],
  [
    'webhooks',
    'of an address with a password',
    'endpoints:\n  crm: { url: "https://a:b@crm.example.com", secretEnv: VIVEIRO_WEBHOOK_CRM }\n',
    /webhooks\.yaml:2.*password/s,
  ],
  [
    'webhooks',
    'of a secret in the file',
    'endpoints:\n  crm: { url: "https://crm.example.com", secretEnv: whsec_abcd }\n',
    /webhooks\.yaml:2.*VIVEIRO_WEBHOOK_/s,
  ],
  [
    'webhooks',
    'of a timeout of an hour',
    'endpoints:\n  crm: { url: "https://crm.example.com", secretEnv: VIVEIRO_WEBHOOK_CRM, timeout: 1h }\n',
    /webhooks\.yaml:2.*at most/s,
  ],
  ['delivery', 'of no limit', 'shares: { rests: 1 }\n', /delivery\.yaml:1.*provider: \{ perSecond/s],
  [
    'delivery',
    'of a domain twice',
    'provider: { perSecond: 50 }\ndomains:\n  a.test: { perSecond: 1, also: [b.test] }\n  b.test: { perSecond: 1 }\n',
    /delivery\.yaml:[34].*twice/s,
  ],
  [
    'delivery',
    'of more than the provider takes',
    'provider: { perSecond: 5 }\ndomains: { a.test: { perSecond: 9 } }\n',
    /delivery\.yaml:2.*give them less/s,
  ],
  [
    'segments',
    'that name each other in a circle',
    'segments:\n  a: { title: A, when: { segment: b } }\n  b: { title: B, when: { segment: a } }\n',
    /segments\.yaml:[23].*VIV_SEGMENT_CIRCLE/s,
  ],
  [
    'segments',
    'that name one that there is not',
    'segments:\n  a: { title: A, when: { segment: keen } }\n',
    /segments\.yaml:2.*VIV_SEGMENT_UNKNOWN/s,
  ],
  [
    'segments',
    'of a condition that is none',
    'segments:\n  a: { title: A, when: { fact: contact.shoeSize, is: 1 } }\n',
    /segments\.yaml:2/s,
  ],
];

async function refused({ words, ...refusal }: Omit<BadCommandCase, 'name'>): Promise<void> {
  expectRefused(await going.unchanged(() => system.command(...words())), refusal);
}

beforeAll(async () => {
  await system.done(
    'publish',
    draft('  - { id: rest, type: waitFor, event: page.seen, timeout: 1d }\n  - { id: done, type: end }\n'),
  );
});

describe.each(['validate', 'plan', 'publish'])('%s', (command) => {
  it.each(FILES)('refuses a file %s', async (name, path_, code, says) => {
    if (command === 'validate' && name.includes('folder')) return; // a folder is what it may be
    await refused({ words: () => [command, path_()], code: code, says });
  });
});

describe('sequences', () => {
  it.each(commands(OPTIONS))('with $name are refused', refused);

  it('that are broken are published neither together nor with one that is good', async () => {
    const folder = ['--rules', path.join(BROKEN, 'rules'), '--json'];
    const told = JSON.parse((await system.command('validate', BROKEN, ...folder)).out);
    const broken = told.files.filter(({ isValid }: { isValid: boolean }) => !isValid);
    expect(broken.length).toBeGreaterThan(50);
    const names = broken.map((one: { file: string }) => one.file);
    const words = ['publish', draft(rest('3d')), ...names, ...folder.slice(0, 2)];
    const said = await going.unchanged(() => system.command(...words));
    expectRefused(said, { code: 'VIV_SEQUENCE_INVALID' });
    for (const name of names) expect(said.err).toMatch(new RegExp(`${name}:\\d+:\\d+ error VIV_\\w+ .+ — \\S`));
  });
});

describe('migrate', () => {
  it.each(commands(MIGRATIONS))('refuses $name', refused);
  it.each(MAPS)('refuses a map %s', async (_, text, says) => {
    await refused({ words: () => move('--map', text()), code: 'VIV_STEP_MAP_INVALID', says });
    await refused({ words: () => move('--dry-run', '--map', text()), code: 'VIV_STEP_MAP_INVALID', says });
    await refused({ words: () => ['plan', draft(rest('3d')), '--map', text()], code: 'VIV_STEP_MAP_INVALID', says });
  });
  it.each([
    ['', ''],
    [', named by the map', 'steps: { rest: rest }\n'],
  ])('leaves journeys where they are whose step is of another type now%s', async (_, text) => {
    const before = JSON.parse(await going.standing());
    const out = await system.done(...move(...(text === '' ? [] : ['--map', map(text)])), '--json');
    expect(JSON.parse(out)).toMatchObject({ journeys: 1, moves: 0, ends: 0, stays: 1 });
    expect(out).toMatch(/"fix":"\w/);
    const [rows, runs] = JSON.parse(await going.standing());
    expect(rows).toEqual(before[0]);
    expect(runs.map(({ runId }: { runId: string }) => runId)).toEqual(
      before[1].map(({ runId }: { runId: string }) => runId),
    );
    await going.lookAnew();
  });
});

describe('rules', () => {
  it.each(RULES)('a file %s %s is refused', async (name, _, text, says) => {
    const folder = rules(name, text);
    await refused({ words: () => ['publish', company('rests'), '--rules', folder], code: 'VIV_RULES_INVALID', says });
  });
});

test('a start with broken files makes nothing, not even its folder', async () => {
  const folder = system.files.path('other');
  const start = (environment: { readonly [name: string]: string }) =>
    startCli(['start'], folder, {
      ...COMPANY_ENVIRONMENT,
      VIVEIRO_SEQUENCES_DIR: system.files.path('company'),
      ...environment,
    }).ended;
  const forms = path.dirname(file('course.yaml', 'form: course\noffer: course\ncolour: red\n'));
  const [byRules, byForms, bySecret] = await Promise.all([
    start({ VIVEIRO_SEQUENCES_DIR: path.dirname(rules('gate', 'caps: 7\n')) }),
    start({ VIVEIRO_FORMS_DIR: forms }),
    start({ VIVEIRO_WEBHOOK_CRM: 'hush' }),
  ]);
  const said = ({ exitCode, stdout, stderr }: typeof byRules) => ({
    exitCode: exitCode ?? -1,
    out: stdout,
    err: stderr,
  });
  expectRefused(said(byRules), { code: 'VIV_RULES_INVALID', says: /gate\.yaml:1/ });
  expectRefused(said(byForms), { code: 'VIV_FORM_INVALID', says: /course\.yaml:3.*colour/s });
  expectRefused(said(bySecret), { code: 'VIV_CONFIG_INVALID', says: /VIVEIRO_WEBHOOK_CRM.*whsec_/ });
  expect(existsSync(folder)).toBe(false);
});

test('all journeys go on from where they were', async () => {
  await going.unchanged(going.stillness);
  expect(await going.goOn()).toEqual(ENDS);
});
