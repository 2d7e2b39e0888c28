import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { shownConsent } from '../../src/api/forms/consent';
import { DEFAULT_PURPOSES } from '../../src/domain/consent/purposes';
import { formProblems } from '../../src/domain/forms/problems';
import { formSchema, type HostedForm } from '../../src/domain/forms/schema';
import { requireOptIn } from '../../src/runtime/opt-in';
import { loadRules } from '../../src/runtime/rules';
import { aDefinition } from '../support/builders';
import { PUBLIC_KEY, TOPIC } from '../support/signing';

const SHIPPED = path.resolve(__dirname, '../../sequences/rules');
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'viveiro-rules-'));
  cpSync(SHIPPED, folder, { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const write = (name: string, text: string) => writeFileSync(path.join(folder, name), text);

test('a company without calendars and declared events has the zone of its sweep', async () => {
  for (const name of ['calendars.yaml', 'events.yaml']) rmSync(path.join(folder, name), { force: true });
  const rules = await loadRules(folder);
  expect(rules.calendars).toEqual({ zone: 'America/Sao_Paulo', named: {} });
  expect(rules.events).toBeUndefined();
});

test('calendars count in the zone of their company, unless they name their own', async () => {
  write('calendars.yaml', 'zone: Europe/Warsaw\ncalendars: { a: { hours: { mon: ["09:00-17:30"] } } }\n');
  const { calendars } = await loadRules(folder);
  expect(calendars).toEqual({
    zone: 'Europe/Warsaw',
    named: {
      a: {
        zone: 'Europe/Warsaw',
        hours: { mon: [{ from: 9 * 3_600_000, to: 17.5 * 3_600_000 }] },
        closed: [],
        closedYearly: [],
      },
    },
  });
});

test('events are declared with their properties', async () => {
  write('events.yaml', 'events: { order.placed: { properties: [orderId, amount] }, webinar.booked: {} }\n');
  expect((await loadRules(folder)).events).toEqual({ 'order.placed': ['orderId', 'amount'], 'webinar.booked': [] });
});

test('what is wrong with either is told with its line, beside what is wrong elsewhere', async () => {
  write('calendars.yaml', 'calendars:\n  office:\n    hours: { mon: ["18:00-09:00"] }\n');
  write('events.yaml', 'events:\n  Order: {}\n');
  write('gate.yaml', 'consentFor: 5\n');
  await expect(loadRules(folder)).rejects.toThrow(
    /gate\.yaml:1:.*calendars\.yaml:3:.*ends before it begins.*events\.yaml:2:.*not an event type/s,
  );
});

describe('engagement.yaml and the rules of the gate', () => {
  const GATE = 'consentFor: []\n';

  test('may be left out, and says what is its own', async () => {
    rmSync(path.join(folder, 'engagement.yaml'), { force: true });
    expect((await loadRules(folder)).engagement).toBeUndefined();
    write('engagement.yaml', 'machines: { holdFor: 5s }\n');
    expect((await loadRules(folder)).engagement).toMatchObject({
      machines: { holdFor: 5_000, burst: { links: 2, within: 1_000 } },
      opens: { track: false },
    });
  });

  test.each([
    ['identity.yaml', 'plusTags: keep\ndefaultCountry: Brazil', 'identity.yaml:2:.*two capital letters'],
    ['identity.yaml', 'organisations:\n  companies: [Viva.example]', 'identity.yaml:2:.*write viva.example'],
    ['sources.yaml', 'sources:\n  meta: { secretEnv: META }', 'sources.yaml:2:.*VIVEIRO_WEBHOOK_META_SECRET'],
    ['identity.yaml', 'domains:\n  Gmail.com: { dots: drop }', 'identity.yaml:2:.*write gmail.com'],
    ['engagement.yaml', 'machines:\n  networks: [300.0.0.0/8]', 'engagement.yaml:2:.*not a network'],
    ['engagement.yaml', 'machines: { burst: { links: 1 } }', 'engagement.yaml:1:'],
    ['engagement.yaml', 'machines: { holdFor: 0s }', 'longer than nothing'],
    ['engagement.yaml', 'machines: { programs: [x] }', 'engagement.yaml:1:'],
    ['engagement.yaml', 'opens: { trak: true }', 'VIV_KEY_UNKNOWN'],
    [
      'engagement.yaml',
      'pages:\n  sites: [https://www.viva.example/]',
      'engagement.yaml:2:.*not the address of a site',
    ],
    ['engagement.yaml', 'pages: { perMinute: 0 }', 'engagement.yaml:1:'],
    ['gate.yaml', `${GATE}caps: [{ most: 1, within: 1d }]`, 'gate.yaml:2:.*needs either'],
    ['gate.yaml', `${GATE}caps: [{ purpose: a, purposes: [b], most: 1, within: 1d }]`, 'needs either'],
    [
      'gate.yaml',
      `${GATE}caps: [{ purpose: a, most: 1, within: 1d, kept: { places: 1, priority: 5 } }]`,
      'keeps every place',
    ],
    [
      'gate.yaml',
      `${GATE}caps: [{ purpose: a, most: 2, within: 1d, kept: { places: 1, priority: 1001 } }]`,
      'gate.yaml:2:',
    ],
    ['gate.yaml', `${GATE}sendDays: { days: [], purposes: [a] }`, 'gate.yaml:2:'],
    ['gate.yaml', `${GATE}sendDays: { days: [mon], except: [02-30], purposes: [a] }`, 'is on no calendar'],
    ['gate.yaml', `${GATE}sendDays: { days: [mon], purposes: [a], otherwise: drop }`, 'gate.yaml:2:'],
    ['gate.yaml', `${GATE}gap: { atLeast: soon, purposes: [a] }`, 'gate.yaml:2:'],
    ['gate.yaml', `${GATE}gap: { atLeast: 4h, purposes: [] }`, 'gate.yaml:2:'],
    ['gate.yaml', `${GATE}sunset: { purposes: [a] }`, 'needs `mails:`, `after:`, or both'],
    ['gate.yaml', `${GATE}sunset: { purposes: [a], mails: 3, lastCall: a }`, 'give the last call a purpose of its own'],
    ['gate.yaml', `${GATE}sunset: { purposes: [a], mails: 3, signs: [mail.scanned] }`, 'is what machines do'],
  ])('%s with %j is refused with its line', async (file, text, told) => {
    write(file, text);
    await expect(loadRules(folder)).rejects.toThrow(new RegExp(told.replaceAll('`', '.'), 's'));
    await expect(loadRules(folder)).rejects.toThrow(/\.yaml:\d+:\d+ error VIV_/);
  });
});

describe('inbound.yaml', () => {
  const HOOK = `secretEnv: VIVEIRO_WEBHOOK_X, id: [id], kind: [event], kinds: { bounce: failed }, messageId: [mid], recipient: to`;

  const UNSHARED = HOOK.replace('secretEnv: VIVEIRO_WEBHOOK_X, ', '');

  test('may be left out, and says what is its own', async () => {
    rmSync(path.join(folder, 'inbound.yaml'));
    expect((await loadRules(folder)).inbound).toBeUndefined();
    write('inbound.yaml', 'soft: { suppressAfter: 3 }\n');
    expect((await loadRules(folder)).inbound).toMatchObject({
      soft: { suppressAfter: 3, within: 14 * 86_400_000, deliveredAfter: 2 * 86_400_000 },
      trustAddressAlone: false,
    });
  });

  test.each([
    ['soft: { suppressAfter: 0 }', 'inbound.yaml:1:'],
    ['soft:\n  within: two weeks', 'inbound.yaml:2:'],
    ['soft:\n  within: 1d\n  deliveredAfter: 3d', 'inbound.yaml:3:'],
    ['addresses: [fbl@in.viva.example]', 'not the part of an address'],
    ['keepRawFor: 0d', 'longer than nothing'],
    ['sofft: {}', 'VIV_KEY_UNKNOWN'],
    [`hooks:\n  x: { ${HOOK} }`, 'signature'],
    [`hooks:\n  x: { ${HOOK}, signature: { type: rsa } }`, 'inbound.yaml:2:'],
    [`hooks:\n  x: { ${HOOK.replace('failed', 'broken')}, signature: { type: shared, header: X-A } }`, 'kinds'],
    [`hooks:\n  x: { ${HOOK.replace('[mid]', '["a..b"]')}, signature: { type: shared, header: X-A } }`, 'not a path'],
    [
      `hooks:\n  x: { ${HOOK.replace('messageId: [mid], ', '')}, signature: { type: shared, header: X-A } }`,
      'says nowhere which mail',
    ],
    [
      `hooks:\n  x: { ${HOOK.replace('VIVEIRO_WEBHOOK_X', 'TOKEN')}, signature: { type: shared, header: X-A } }`,
      'VIVEIRO_WEBHOOK_',
    ],
    [
      `hooks:\n  x: { ${HOOK}, signature: { type: hmac, at: "header:X-Sig", timestamp: "header:X-Time" } }`,
      'the time is not among what is signed',
    ],
    [
      `hooks:\n  x: { ${UNSHARED}, signature: { type: ecdsa, at: "header:X-S", timestamp: "header:X-T", publicKeys: [MFkwE] } }`,
      'not a public key of P-256 (found "MFkwE") — copy it whole',
    ],
    [
      `hooks:\n  x: { ${UNSHARED}, signature: { type: ecdsa, at: "header:X-S", timestamp: "header:X-T", publicKeys: ["${PUBLIC_KEY}"] } }`,
      'the time is not among what is signed',
    ],
    [
      `hooks:\n  x: { ${UNSHARED}, signature: { type: sns, topics: [mail-events] } }`,
      'write it like arn:aws:sns:eu-west-1:123456789012:mail-events',
    ],
    [
      `hooks:\n  x: { ${UNSHARED}, signature: { type: sns, topics: ["${TOPIC}"], certificates: [AAAA] } }`,
      'not a certificate',
    ],
    [`hooks:\n  x: { ${UNSHARED}, signature: { type: standard } }`, 'add secretEnv with the name'],
    [`hooks:\n  x: { ${HOOK}, signature: { type: sns, topics: ["${TOPIC}"] } }`, 'leave it out'],
    ['authenticity: { replies: some }', 'inbound.yaml:1:'],
    ['authenticity:\n  trustedServers: ["a; dmarc=pass"]', 'not the name of a server'],
    ['authenticity:\n  trustedServers: [a]\n  trustedRelays: [10.0.0.0/99]', 'not an address or a network'],
    ['authenticity:\n  trustedRelays: [10.0.0.5]', 'nobody looks who wrote the mail that these bring'],
  ])('%j is refused with its line', async (text, told) => {
    write('inbound.yaml', text);
    await expect(loadRules(folder)).rejects.toThrow(told);
    await expect(loadRules(folder)).rejects.toThrow(/inbound\.yaml:\d+:\d+ error VIV_/);
  });
});

describe('retention.yaml', () => {
  test('may be left out, and the shipped one touches no contact by itself', async () => {
    expect(Object.keys((await loadRules(folder)).retention ?? {})).toEqual(['inbound', 'webhooks', 'erasures']);
    rmSync(path.join(folder, 'retention.yaml'));
    expect((await loadRules(folder)).retention).toBeUndefined();
  });

  test.each([
    ['interactions: { keepFor: 5d, afterwards: delete }', 'too short for interactions'],
    ['interactions:\n  keepFor: soon\n  afterwards: delete', 'retention.yaml:2:'],
    ['mails: { keepFor: 1095d, afterwards: delete }', 'retention.yaml:1:'],
    ['proofs: { keepFor: 30d, afterwards: anonymise }', 'must be able to show it'],
    [
      'mails: { keepFor: 1095d, afterwards: anonymise }\nproofs: { keepFor: 730d, afterwards: anonymise }',
      'would go before the mails',
    ],
    ['suppressions: { keepFor: 365d, afterwards: delete }', 'VIV_KEY_UNKNOWN'],
    ['contacts: { keepFor: 1095d }', 'afterwards'],
  ])('%j is refused with its line', async (text, told) => {
    write('retention.yaml', text);
    await expect(loadRules(folder)).rejects.toThrow(told);
    await expect(loadRules(folder)).rejects.toThrow(/retention\.yaml:\d+:\d+ error VIV_/);
  });
});

describe('delivery.yaml', () => {
  const one = (parts: string) => `accounts:\n  main: { urlEnv: VIVEIRO_SMTP_URL_MAIN${parts} }`;

  test('may have accounts alone, which say what is their own', async () => {
    write('delivery.yaml', one(', dkim: { domain: viva.example, selector: s1 }'));
    expect((await loadRules(folder)).delivery).toMatchObject({
      accountBy: 'recipient',
      accounts: {
        main: { weight: 1, connections: 5, tls: { mode: 'require', minVersion: 'TLSv1.2' }, dkim: { selector: 's1' } },
      },
    });
  });

  test.each([
    ['accounts: {}', 'names no account'],
    ['accounts:\n  main: { weight: 1 }', 'urlEnv'],
    ['accounts:\n  main: { urlEnv: SMTP }', 'VIVEIRO_SMTP_URL_NEWS'],
    ['accounts:\n  main: { url: "smtp://me:secret@mail.example" }', 'VIV_KEY_UNKNOWN'],
    ['accounts:\n  Main: { urlEnv: VIVEIRO_SMTP_URL_MAIN }', 'not a name'],
    [one(', from: nobody'), 'not a sender'],
    [one(', weight: 0'), 'delivery.yaml:2:'],
    [one(', connections: 0'), 'delivery.yaml:2:'],
    [one(', tls: { mode: none }'), 'opportunistic'],
    [one(', tls: { minVersion: TLSv1 }'), 'TLSv1.2'],
    [one(', purposes: []'), 'delivery.yaml:2:'],
    [one(', purposes: [newsletter]'), 'have none'],
    [one(', dkim: { domain: viva, selector: s }'), 'not a domain'],
    [one(', dkim: { domain: viva.example, selector: "a.b c" }'), 'not a selector'],
    [one(', dkim: { domain: viva.example, selector: s, keyFile: a, keyEnv: VIVEIRO_DKIM_PEM_A }'), 'names two keys'],
    [one(', dkim: { domain: viva.example, selector: s, keyEnv: KEY }'), 'VIVEIRO_DKIM_PEM_'],
    [one(', from: a@viva.example, dkim: { domain: evil.example, selector: s }'), "sender's word"],
    [one(', warmUp: { from: 2026-02-30, perDay: [1] }'), 'on no calendar'],
    [one(', warmUp: { from: 2026-02-20, perDay: [] }'), 'delivery.yaml:2:'],
    [one(', warmUp: { from: 2026-02-20, perDay: [5, 4] }'), 'a plan grows'],
    [one(', rates: {}'), 'there is no rate'],
    [one(', rates: { perHour: 0 }'), 'delivery.yaml:2:'],
    [one(', rates: { perSecond: 5 }'), 'VIV_KEY_UNKNOWN'],
    [one(', rest: { within: 30s }'), '2m or more'],
    [one(', rest: { for: 2h }'), 'longer than atMost'],
    [one(', rest: { of: [recipient] }'), 'connection'],
    ['domains:\n  gmail.com: { perSecond: 5, atOnce: 0 }', 'delivery.yaml:2:'],
    [`accountBy: chance\n${one('')}`, 'recipient'],
    [`feedbackId: Viva!\n${one('')}`, 'Feedback-ID'],
  ])('%j is refused with its line', async (text, told) => {
    write('delivery.yaml', text);
    await expect(loadRules(folder)).rejects.toThrow(told);
    await expect(loadRules(folder)).rejects.toThrow(/delivery\.yaml:\d+:\d+ error VIV_/);
  });
});

describe('purposes.yaml', () => {
  const NAME = 'name: { en: News }';

  test('may be left out, and is shipped as it is without', async () => {
    expect((await loadRules(folder)).purposes).toEqual(DEFAULT_PURPOSES);
    rmSync(path.join(folder, 'purposes.yaml'));
    expect((await loadRules(folder)).purposes).toBeUndefined();
    write('purposes.yaml', `purposes:\n  news: { ${NAME}, bases: [consent], doubleOptIn: true }\n`);
    expect((await loadRules(folder)).purposes).toMatchObject({
      purposes: { news: { doubleOptIn: true, texts: [] } },
      doubleOptIn: { expiresAfter: 7 * 86_400_000 },
    });
  });

  test.each([
    [`purposes:\n  news: { ${NAME} }`, 'purposes.yaml:2:'],
    [`purposes:\n  news:\n    name: {}\n    bases: [consent]`, 'purposes.yaml:3:'],
    [`purposes:\n  news: { ${NAME}, bases: [habit] }`, 'purposes.yaml:2:'],
    [`purposes:\n  news: { name: { English: News }, bases: [consent] }`, 'not a locale'],
    [`purposes:\n  news:\n    ${NAME}\n    bases: [soft_opt_in]`, 'soft opt-in is for similar_products alone'],
    [`purposes:\n  news:\n    ${NAME}\n    bases: [contract]\n    doubleOptIn: true`, 'confirms a consent'],
    [
      `purposes:\n  news:\n    ${NAME}\n    bases: [consent]\n    texts:\n      - { version: a, text: { en: A } }\n      - { version: a, text: { en: B } }`,
      'purposes.yaml:7:',
    ],
    ['purposes: {}\ndoubleOptIn: { expiresAfter: never }', 'purposes.yaml:2:'],
    ['purpose: {}', 'VIV_KEY_UNKNOWN'],
  ])('%j is refused with its line', async (text, told) => {
    write('purposes.yaml', text);
    await expect(loadRules(folder)).rejects.toThrow(told);
    await expect(loadRules(folder)).rejects.toThrow(/purposes\.yaml:\d+:\d+ error VIV_/);
  });
});

describe('the consents of forms', () => {
  const form = (consent: object): HostedForm => {
    const parts = {
      title: { en: 'A' },
      fields: [{ name: 'email', type: 'email', required: true, label: { en: 'E' } }],
    };
    return formSchema.parse({
      form: 'a',
      offer: 'a',
      submit: { en: 'Go' },
      thanks: { en: 'Thanks' },
      ...parts,
      consent,
    });
  };

  test('show the newest words of the purpose where a form has none, and a version of their own where it has', () => {
    expect(shownConsent(form({ purpose: 'newsletter' }), undefined, 'pt-PT')).toMatchObject({
      textVersion: '1',
      locale: 'pt-BR',
      doubleOptIn: false,
      text: expect.stringContaining('Quero receber o boletim'),
    });
    const [one, other] = ['Yes!', 'Yes.'].map((en) =>
      shownConsent(form({ purpose: 'newsletter', text: { en }, doubleOptIn: true }), undefined, 'en'),
    );
    expect(one).toMatchObject({
      text: 'Yes!',
      doubleOptIn: true,
      textVersion: expect.stringMatching(/^form:a:[0-9a-f]{12}$/),
    });
    expect(other?.textVersion).not.toBe(one?.textVersion);
  });

  test.each([
    [{ purpose: 'nothing', text: { en: 'Yes' } }, 'there is no purpose "nothing"'],
    [{ purpose: 'transactional' }, 'neither the form nor purpose "transactional" has words'],
    [{ purpose: 'transactional', text: { en: 'Yes' }, doubleOptIn: true }, 'does not rest on consent'],
  ])('%j is refused', (consent, told) => {
    const problems = formProblems(form(consent), { purposes: DEFAULT_PURPOSES });
    expect(problems.map(({ message }) => message).join()).toContain(told);
  });

  test('a double opt-in that nobody mails stops the start', async () => {
    const rules = await loadRules(folder);
    const forms = new Map([['a', form({ purpose: 'newsletter', doubleOptIn: true })]]);
    expect(() => requireOptIn({ forms, rules }, [])).toThrow(/VIV_OPT_IN_SEQUENCE|no published sequence sends/);
    expect(() => requireOptIn({ forms: new Map(), rules }, [])).not.toThrow();
    const definition = aDefinition({ enter: { on: 'consent.requested' }, steps: [{ id: 'done', type: 'end' }] });
    expect(() => requireOptIn({ forms, rules }, [{ definition }])).not.toThrow();
  });
});
