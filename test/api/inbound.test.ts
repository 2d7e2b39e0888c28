import { createHmac } from 'node:crypto';
import { confirmSubscription } from '../../src/api/inbound/confirm';
import type { HookRules } from '../../src/domain/inbound/hook-rules';
import { DEFAULT_INBOUND, inboundSchema } from '../../src/domain/inbound/rules';
import { aRules, NOON, testApi } from '../support/api';
import { shownIn } from '../support/docs';
import { addressOf, aReport, aSent, type Sent } from '../support/returning';
import { aCertificate, anSns, ecdsaOf, PUBLIC_KEY, standardHeaders, TOPIC, WHSEC } from '../support/signing';

/** The mappings that docs/inbound.md shows. */
const SHOWN = inboundSchema.parse({ hooks: shownIn('inbound.md', 'hook') }).hooks;
const SECRET = 'a shared secret for tests';

/** With what the documentation cannot have: keys whose other half we hold. */
function withOurKeys(hook: HookRules): HookRules {
  const { signature } = hook;
  if (signature.type === 'ecdsa') return { ...hook, signature: { ...signature, publicKeys: [PUBLIC_KEY] } };
  if (signature.type === 'sns') return { ...hook, signature: { ...signature, certificates: [aCertificate()] } };
  return hook;
}
const ours = Object.entries(SHOWN).map(([name, hook]) => [name, withOurKeys(hook)]);
const inbound = {
  ...DEFAULT_INBOUND,
  hooks: { ...SHOWN, ...Object.fromEntries(ours), 'ses-fetched': SHOWN['ses-sns'] },
};
const api = testApi({
  turn: { rules: { ...aRules, inbound } },
  secretOf: (name) => (name === SHOWN.standard?.secretEnv ? WHSEC : SECRET),
  certificateAt: async () => aCertificate(),
});

const rfc822 = { 'content-type': 'message/rfc822' };
const post = (source: string, query = '', headers: object = {}) =>
  api.app.inject({
    method: 'POST',
    url: `/v1/inbound/mail${query}`,
    headers: { ...api.headers, ...rfc822, ...headers },
    payload: source,
  });
const eventsOf = async ({ contactId }: Sent) =>
  (await api.db.interaction.findMany({ where: { contactId }, orderBy: { seq: 'asc' } })).map(({ type }) => type);

describe('POST /v1/inbound/mail', () => {
  it('takes a message as it came, and is answered the same for it again', async () => {
    const mail = await aSent(api.db);
    const first = await post(aReport(mail));
    expect(first.statusCode).toBe(202);
    expect(first.json()).toMatchObject({ kind: 'hard', standing: 'applied', sendId: mail.sendId, duplicate: false });
    const again = await post(aReport(mail));
    expect([again.statusCode, again.json()]).toEqual([200, { ...first.json(), duplicate: true }]);
  });

  it('believes the envelope that its caller tells before the headers', async () => {
    const mail = await aSent(api.db);
    const to = encodeURIComponent(addressOf('bounce', mail.sendId));
    const answer = await post(aReport(mail, { to: 'undisclosed@viva.example' }), `?from=&to=${to}`);
    expect(answer.json()).toMatchObject({ standing: 'applied', sendId: mail.sendId });
  });

  it('refuses strangers, other types and what is too large, and records nothing', async () => {
    const before = await api.db.inbound.count();
    const tries = [
      await post('From: a@x.example\r\n\r\nhi', '', { authorization: 'Bearer viv_wrong' }),
      await post('{}', '', { 'content-type': 'application/json' }),
      await post('x'.repeat(10 * 1_048_576 + 1)),
      await post('From: a@x.example\r\n\r\nhi', '?cc=a'),
    ];
    expect(tries.map((answer) => [answer.statusCode, answer.json().code])).toEqual([
      [401, 'VIV_UNAUTHORISED'],
      [415, 'VIV_MEDIA_TYPE'],
      [413, 'VIV_BODY_TOO_LARGE'],
      [400, 'VIV_BODY_INVALID'],
    ]);
    expect(await api.db.inbound.count()).toBe(before);
  });
});

const seconds = NOON / 1000;
const hmac = (text: string) => createHmac('sha256', SECRET).update(text).digest('hex');
const iso = new Date(NOON).toISOString();

interface Call {
  readonly body: object | string;
  readonly headers?: { readonly [name: string]: string };
}

/** Its JSON has line breaks, which are signed as they are. */
function bySendGrid(isGood: boolean, events: readonly object[]): Call {
  const body = JSON.stringify(events, null, 2);
  const headers = {
    'x-twilio-email-event-webhook-timestamp': String(seconds),
    'x-twilio-email-event-webhook-signature': ecdsaOf(`${seconds}${isGood ? body : ''}`),
  };
  return { body, headers };
}

/** What each provider would post for one event of a mail. */
const CALLS: { readonly [hook: string]: (mail: Sent, o: { readonly id: string; readonly isGood?: boolean }) => Call } =
  {
    mailgun: ({ sendId, email }, { id, isGood = true }) => ({
      body: {
        signature: {
          timestamp: String(seconds),
          token: 'tok',
          signature: isGood ? hmac(`${seconds}tok`) : hmac('other'),
        },
        'event-data': {
          id,
          event: 'failed',
          severity: 'permanent',
          timestamp: seconds,
          recipient: email,
          message: { headers: { 'message-id': `${sendId}@viva.example` } },
          'delivery-status': { 'enhanced-code': '5.1.1', message: 'No such user' },
        },
      },
    }),
    sendgrid: ({ sendId, email }, { id, isGood = true }) => ({
      ...bySendGrid(isGood, [
        { sg_event_id: `${id}-open`, event: 'open', email, 'smtp-id': `<${sendId}@viva.example>`, timestamp: seconds },
        {
          sg_event_id: id,
          event: 'bounce',
          type: 'bounce',
          email,
          'smtp-id': `<${sendId}@viva.example>`,
          timestamp: seconds,
          status: '5.1.1',
          reason: '550 5.1.1 user unknown',
        },
        { sg_event_id: `${id}-other`, event: 'bounce', type: 'bounce', email, 'smtp-id': '<shop-1@viva.example>' },
      ]),
    }),
    postmark: ({ sendId, email }, { id, isGood = true }) => ({
      headers: { 'x-viveiro-secret': isGood ? SECRET : 'bad' },
      body: {
        RecordType: 'Bounce',
        Type: 'HardBounce',
        ID: id,
        Email: email,
        BouncedAt: iso,
        Details: 'smtp;550 5.1.1 unknown',
        Metadata: { 'viveiro-send': sendId },
      },
    }),
    'ses-sns': ({ sendId, email }, { id, isGood = true }) => {
      const event = {
        eventType: 'Bounce',
        mail: { destination: [email], headers: [{ name: 'X-Viveiro-Send', value: sendId }] },
        bounce: {
          bounceType: 'Permanent',
          bouncedRecipients: [{ emailAddress: email, status: '5.1.1', diagnosticCode: 'smtp; 550 5.1.1 unknown' }],
        },
      };
      const body = anSns({ MessageId: id, Message: JSON.stringify(event) }, { at: NOON, version: '1' });
      return {
        headers: { 'content-type': 'text/plain; charset=UTF-8' },
        body: isGood ? body : { ...body, Message: '' },
      };
    },
    standard: ({ sendId, email }, { id, isGood = true }) => {
      const data = { id, sendId, to: email, status: '5.1.1', reply: 'no such user' };
      const body = JSON.stringify({ type: 'mail.bounced', timestamp: iso, data });
      return { body, headers: standardHeaders(isGood ? body : '', { id, at: seconds }) };
    },
    ses: ({ sendId, email }, { id, isGood = true }) => ({
      headers: { 'x-api-key': isGood ? SECRET : 'bad' },
      body: {
        id,
        time: iso,
        detail: {
          eventType: 'Bounce',
          mail: { destination: [email], headers: [{ name: 'x-viveiro-send', value: sendId }] },
          bounce: {
            bounceType: 'Permanent',
            bouncedRecipients: [
              { emailAddress: email, status: '5.1.1', diagnosticCode: 'smtp; 550 5.1.1 user unknown' },
            ],
          },
        },
      },
    }),
    'relay-log': ({ sendId, email }, { id, isGood = true }) => {
      const body = {
        entries: [
          {
            queueId: id,
            event: 'bounced',
            messageId: `<${sendId}@viva.example>`,
            to: email,
            time: iso,
            dsn: '5.1.1',
            reply: 'no',
          },
        ],
      };
      const signed = `${seconds}.${JSON.stringify(body)}`;
      return {
        body,
        headers: { 'x-timestamp': String(seconds), 'x-signature': `sha256=${isGood ? hmac(signed) : hmac('other')}` },
      };
    },
  };

const tell = (hook: string, { body, headers = {} }: Call) =>
  api.app.inject({
    method: 'POST',
    url: `/v1/inbound/hooks/${hook}`,
    headers: { 'content-type': 'application/json', ...headers },
    payload: typeof body === 'string' ? body : JSON.stringify(body),
  });

describe.each(Object.entries(CALLS))('the webhook of %s', (hook, write) => {
  it('is taken by its mapping, each event once', async () => {
    const mail = await aSent(api.db);
    const call = write(mail, { id: `${hook}-1` });
    const answer = await tell(hook, call);
    expect([answer.statusCode, answer.json()]).toEqual([200, { taken: 1, duplicates: 0, refused: 0 }]);
    expect((await tell(hook, call)).json()).toEqual({ taken: 0, duplicates: 1, refused: 0 });
    expect(await eventsOf(mail)).toEqual(['mail.accepted', 'mail.bounced']);
    expect(await api.db.suppression.findFirst({ where: { email: mail.email } })).toMatchObject({
      reason: 'hard_bounce',
      at: new Date(NOON),
    });
  });

  it('with a wrong signature is refused, counted, and changes nothing', async () => {
    const mail = await aSent(api.db);
    const answer = await tell(hook, write(mail, { id: `${hook}-2`, isGood: false }));
    expect([answer.statusCode, answer.json().code]).toEqual([401, 'VIV_HOOK_UNSIGNED']);
    expect(await eventsOf(mail)).toEqual(['mail.accepted']);
    const counted = { day: '2026-03-02', kind: 'hook', name: hook, code: 'VIV_HOOK_UNSIGNED', count: 1 };
    expect((await api.refusals()).filter(({ name }) => name === hook)).toEqual([counted]);
  });

  it('about a mail to somebody else is a lie', async () => {
    const mail = await aSent(api.db);
    const answer = await tell(hook, write({ ...mail, email: 'victim@example.test' }, { id: `${hook}-3` }));
    expect(answer.json()).toEqual({ taken: 0, duplicates: 0, refused: 1 });
    expect(await eventsOf(mail)).toEqual(['mail.accepted']);
  });
});

describe('the question of Amazon SNS', () => {
  const ask = (parts: object, id = 'q-1') =>
    tell('ses-fetched', {
      body: { ...anSns({ Type: 'SubscriptionConfirmation', MessageId: id }, { at: NOON }), ...parts },
      headers: { 'content-type': 'text/plain; charset=UTF-8' },
    });
  const called: string[] = [];
  const confirm = (id: string, isUp = true) =>
    confirmSubscription(
      {
        db: api.db,
        now: () => NOON,
        read: async (url) => {
          called.push(url);
          if (!isUp) throw new Error('it answered 403');
          return '<ok/>';
        },
      },
      id,
    );

  it('is kept for a person, calls nothing by itself, and is answered when a person says so', async () => {
    expect((await ask({})).json()).toEqual({ taken: 1, duplicates: 0, refused: 0 });
    expect((await ask({})).json()).toEqual({ taken: 0, duplicates: 1, refused: 0 });
    const [row] = await api.db.inbound.findMany({ where: { kind: 'confirmation' } });
    const id = row?.id ?? '';
    expect(row).toMatchObject({ standing: 'kept', reason: expect.stringContaining(`viveiro inbound confirm ${id}`) });
    expect(called).toEqual([]);
    await expect(confirm(id, false)).rejects.toMatchObject({ code: 'VIV_CONFIRMATION_FAILED' });
    expect(await confirm(id)).toBe(TOPIC);
    expect(called[1]).toMatch(/^https:\/\/sns\.eu-west-1\.amazonaws\.com\/\?Action=ConfirmSubscription&/);
    await expect(confirm(id)).rejects.toMatchObject({ code: 'VIV_INBOUND_NO_QUESTION' });
    expect(called).toHaveLength(2);
    expect(await api.db.inbound.findUnique({ where: { id } })).toMatchObject({ standing: 'applied' });
  });

  it('that was not signed, or is of another topic, is refused and not kept', async () => {
    const before = await api.db.inbound.count();
    for (const parts of [{ SubscribeURL: 'https://evil.example' }, { TopicArn: `${TOPIC}2` }, { Token: 'other' }])
      expect((await ask(parts, 'q-2')).json()).toMatchObject({ code: 'VIV_HOOK_UNSIGNED' });
    expect(await api.db.inbound.count()).toBe(before);
  });

  it('is nothing that another message could stand for', async () => {
    const mail = await aSent(api.db);
    const { id } = (await post(aReport(mail))).json();
    await expect(confirm(id)).rejects.toMatchObject({ code: 'VIV_INBOUND_NO_QUESTION' });
    await expect(confirm('nothing')).rejects.toMatchObject({ code: 'VIV_INBOUND_UNKNOWN' });
  });
});

test('the relay’s log ends a doubt', async () => {
  const mail = await aSent(api.db, { script: [{ body: 'drop' }] });
  const entries = [
    { queueId: 'q', event: 'sent', messageId: `<${mail.sendId}@viva.example>`, to: mail.email, time: iso },
  ];
  const body = { entries };
  const headers = {
    'x-timestamp': String(seconds),
    'x-signature': `sha256=${hmac(`${seconds}.${JSON.stringify(body)}`)}`,
  };
  expect((await tell('relay-log', { body, headers })).json()).toMatchObject({ taken: 1 });
  expect(await api.db.send.findUnique({ where: { id: mail.sendId } })).toMatchObject({ status: 'accepted' });
  expect(await eventsOf(mail)).toEqual(['mail.accepted']);
});

test('an old signature, a body that is no JSON and a provider without a mapping are refused', async () => {
  const old = seconds - 3_600;
  const body = { entries: [] };
  const headers = { 'x-timestamp': String(old), 'x-signature': `sha256=${hmac(`${old}.${JSON.stringify(body)}`)}` };
  expect((await tell('relay-log', { body, headers })).json()).toMatchObject({ code: 'VIV_HOOK_UNSIGNED' });
  expect((await tell('nobody', { body })).json()).toMatchObject({ code: 'VIV_HOOK_UNKNOWN' });
  expect((await tell('constructor', { body })).json()).toMatchObject({ code: 'VIV_HOOK_UNKNOWN' });
  const text = await api.app.inject({
    method: 'POST',
    url: '/v1/inbound/hooks/ses',
    headers: { 'content-type': 'application/json' },
    payload: '{',
  });
  expect(text.json()).toMatchObject({ code: 'VIV_BODY_INVALID' });
});

test('hostile values of a provider are bounded, and change nothing', async () => {
  const mail = await aSent(api.db);
  const evil = '\u0000\ud800\r\nBcc: eve@x.example';
  const entries = [
    {
      queueId: `x${evil}`,
      event: 'bounced',
      messageId: `<${mail.sendId}@viva.example>`,
      to: `${mail.email}`,
      time: 'never',
      dsn: evil,
      reply: evil.repeat(5_000),
    },
    { queueId: 'y', event: '__proto__', messageId: `<${mail.sendId}@viva.example>`, to: mail.email },
    { queueId: { $ne: 1 }, event: 'bounced', messageId: [], to: {} },
  ];
  const body = { entries };
  const headers = {
    'x-timestamp': String(seconds),
    'x-signature': `sha256=${hmac(`${seconds}.${JSON.stringify(body)}`)}`,
  };
  expect((await tell('relay-log', { body, headers })).json()).toEqual({ taken: 2, duplicates: 0, refused: 0 });
  const [event] = await api.db.interaction.findMany({
    where: { contactId: mail.contactId, type: 'mail.soft_bounced' },
  });
  expect(JSON.stringify(event?.properties)).not.toMatch(/\\u0000|\\r|\\n/);
  expect(JSON.stringify(event?.properties).length).toBeLessThan(1_000);
});
