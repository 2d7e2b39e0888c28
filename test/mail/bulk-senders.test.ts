import { readFileSync } from 'node:fs';
import path from 'node:path';
import { dkimVerify } from 'mailauth/lib/dkim/verify';
import { simpleParser } from 'mailparser';
import { deliverySchema } from '../../src/domain/delivery/rules';
import { dkimName } from '../../src/mail/dkim-key';
import { readLink } from '../../src/mail/links';
import { createTransport } from '../../src/mail/transport';
import { keyOf } from '../../src/runtime/mail-accounts';
import { LINK_SECRET } from '../support/api';
import { MONDAY } from '../support/builders';
import { viveiro } from '../support/command';
import { testDatabase } from '../support/database';
import { testFiles } from '../support/files';
import { aMailing, MAILING, mailDeps, sendMail } from '../support/mailing';
import { CA, type TakenMail, type TlsSmtp, tlsSmtp } from '../support/tls-smtp';

// What the three large mailbox providers ask of those who send many mails, rule by rule:
// Gmail: https://support.google.com/a/answer/81126 (email sender guidelines)
// Yahoo: https://senders.yahooinc.com/best-practices/
// Microsoft: https://techcommunity.microsoft.com/blog/microsoftdefenderforoffice365blog/4399730 (high-volume senders)

const database = testDatabase();
const files = testFiles();
const NAME = { domain: 'viva.example', selector: 's2026' };
const SENDER = 'Viva Cursos, São Paulo <ola@news.viva.example>';

/** What the command has said to publish, as a name server answers it. */
const zone = new Map<string, string[]>();
const resolver = async (name: string): Promise<string[][]> => {
  const strings = zone.get(name);
  if (strings) return [strings];
  throw Object.assign(new Error(`no ${name}`), { code: 'ENOTFOUND' });
};
const verified = async (source: Buffer | string) =>
  (await dkimVerify(source, { resolver })).results.map(({ status }) => status.result);

let sink: TlsSmtp;
let mail: TakenMail;
let receipt: TakenMail;
beforeAll(async () => {
  const dataDir = files.folder();
  const words = ['dkim', 'create', '--domain', NAME.domain, '--selector', NAME.selector, '--json'];
  const record = JSON.parse((await viveiro(words, { VIVEIRO_DATA_DIR: dataDir })).out);
  zone.set(record.name, record.strings);
  sink = await tlsSmtp();
  const delivery = deliverySchema.parse({ provider: { perSecond: 100 }, feedbackId: 'viva-cursos' });
  const deps = mailDeps(database.db, sink.url, {
    turn: { rules: { ...MAILING.rules, delivery } },
    transport: createTransport(sink.url, { tls: { mode: 'require', minVersion: 'TLSv1.2', ca: CA } }),
    from: SENDER,
    dkim: keyOf({ dataDir }, NAME),
    answerDomains: { bounce: 'bounces.viva.example', reply: 'news.viva.example' },
  });
  await sendMail(deps, await aMailing(database.db, { template: 'hello' }));
  await sendMail(deps, await aMailing(database.db, { purpose: 'transactional', template: 'receipt', consent: false }));
  await deps.transport.close();
  [mail, receipt] = sink.mails as [TakenMail, TakenMail]; // one for each of the two sends
});
afterAll(() => sink.stop());

interface Field {
  readonly name: string;
  readonly raw: string;
  /** Unfolded. */
  readonly value: string;
}

function fieldsOf({ source }: TakenMail): readonly Field[] {
  const [head = ''] = source.toString('latin1').split('\r\n\r\n');
  return head.split(/\r\n(?![ \t])/).map((raw) => {
    const [name = ''] = raw.split(':');
    return {
      name: name.toLowerCase(),
      raw,
      value: raw
        .slice(name.length + 1)
        .replaceAll('\r\n', '')
        .trim(),
    };
  });
}
const all = (name: string, of = mail) => fieldsOf(of).flatMap((field) => (field.name === name ? [field.value] : []));
const only = (name: string, of = mail): string => {
  const values = all(name, of);
  expect(values).toHaveLength(1);
  return values[0] ?? '';
};
const domainIn = (text: string) => /@([\w.-]+)>?$/.exec(text)?.[1];
const tag = (name: string) =>
  new RegExp(`\\b${name}=([^;]*)`).exec(only('dkim-signature'))?.[1]?.replace(/\s/g, '') ?? '';
const signedNames = () => tag('h').split(':');

const RULES: readonly { readonly rule: string; readonly source: string; readonly holds: () => unknown }[] = [
  {
    rule: 'the mail is signed with DKIM, by a key of 1024 bits or more, and the signature holds',
    source: 'Gmail, Yahoo, Microsoft; RFC 6376, RFC 8301',
    async holds() {
      expect(await verified(mail.source)).toEqual(['pass']);
      expect(await verified(receipt.source)).toEqual(['pass']);
      expect(tag('a')).toBe('rsa-sha256');
      expect(dkimName(NAME)).toBe(`${tag('s')}._domainkey.${tag('d')}`);
      expect((zone.get(dkimName(NAME)) ?? []).join('').length).toBeGreaterThan(380); // 2048 bits
    },
  },
  {
    rule: 'the domain in From is aligned with that of the signature, and with that of the return path',
    source: 'Gmail, Yahoo, Microsoft (DMARC alignment); RFC 7489 §3.1',
    holds() {
      expect(domainIn(only('from'))).toBe('news.viva.example');
      for (const domain of [tag('d'), domainIn(mail.from)]) expect(domain).toMatch(/(^|\.)viva\.example$/);
    },
  },
  {
    rule: 'there is one From, with one address',
    source: 'Gmail; RFC 5322 §3.6.2',
    async holds() {
      only('from');
      expect((await simpleParser(mail.source)).from?.value).toEqual([
        { name: 'Viva Cursos, São Paulo', address: 'ola@news.viva.example' },
      ]);
    },
  },
  {
    rule: 'From or Reply-To is valid and can be answered to',
    source: 'Microsoft (P2 sender addresses)',
    async holds() {
      const { replyTo } = await simpleParser(mail.source);
      expect(replyTo?.value).toMatchObject([{ address: expect.stringMatching(/^reply\+.*@news\.viva\.example$/) }]);
    },
  },
  {
    rule: 'the Message-ID is there once, valid, and of a fully qualified domain',
    source: 'Gmail (valid Message-ID); RFC 5322 §3.6.4',
    holds: () => expect(only('message-id')).toMatch(/^<[0-9a-f-]{36}@[a-z0-9-]+(\.[a-z0-9-]+)+>$/),
  },
  {
    rule: 'the Date is there once, and is the time of sending',
    source: 'RFC 5322 §3.6.1',
    holds: () => expect(Date.parse(only('date'))).toBe(MONDAY),
  },
  {
    rule: 'one click unsubscribes: both headers, https, exactly as the standard spells them',
    source: 'Gmail, Yahoo; RFC 8058 §3.1',
    holds() {
      expect(only('list-unsubscribe-post')).toBe('List-Unsubscribe=One-Click');
      const [, token = ''] = /^<https:\/\/viva\.example\/u\/([\w-]+)>/.exec(only('list-unsubscribe')) ?? [];
      expect(readLink(LINK_SECRET, token)).toMatchObject({ kind: 'unsubscribe' });
    },
  },
  {
    rule: 'both of these headers are covered by the signature that holds',
    source: 'RFC 8058 §4',
    async holds() {
      expect(await verified(mail.source)).toEqual(['pass']);
      expect(signedNames()).toEqual(expect.arrayContaining(['list-unsubscribe', 'list-unsubscribe-post']));
    },
  },
  {
    rule: 'an address to unsubscribe at stands beside the link',
    source: 'Yahoo (List-Unsubscribe by mailto); RFC 2369 §3.2',
    holds: () => expect(only('list-unsubscribe')).toMatch(/>, <mailto:unsub\+[a-z0-9-]+@bounces\.viva\.example>$/),
  },
  {
    rule: 'the body has a link to unsubscribe that people can see',
    source: 'Gmail, Yahoo, Microsoft',
    async holds() {
      const { html, text } = await simpleParser(mail.source);
      for (const body of [html, text]) expect(body).toMatch(/https:\/\/viva\.example\/u\/[\w-]+/);
    },
  },
  {
    rule: 'a mail that is no marketing has no header to unsubscribe',
    source: 'Gmail (transactional messages are excluded)',
    holds: () => expect([...all('list-unsubscribe', receipt), ...all('list-unsubscribe-post', receipt)]).toEqual([]),
  },
  {
    rule: 'To names the one recipient of the envelope; there is no Bcc and no Cc',
    source: 'RFC 5322 §3.6.3',
    async holds() {
      const { to } = await simpleParser(mail.source);
      expect(mail.to).toHaveLength(1);
      expect(to).toMatchObject({ value: [{ address: mail.to[0] }] });
      expect([...all('bcc'), ...all('cc')]).toEqual([]);
    },
  },
  {
    rule: 'no field that may come once comes twice',
    source: 'Gmail; RFC 5322 §3.6',
    holds() {
      const names = fieldsOf(mail).map(({ name }) => name);
      expect(names.filter((name, index) => names.indexOf(name) < index)).toEqual([]);
    },
  },
  {
    rule: 'lines end with CRLF, none is longer than 998 octets, and in the body none than 78',
    source: 'RFC 5322 §2.1.1, §2.3; RFC 2045 §6.7',
    holds() {
      const text = mail.source.toString('latin1');
      expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
      const [head = '', ...body] = text.split('\r\n\r\n');
      expect(Math.max(...head.split('\r\n').map(({ length }) => length))).toBeLessThanOrEqual(998);
      const lines = body.join('\r\n\r\n').split('\r\n');
      expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(78);
    },
  },
  {
    rule: 'all bytes are ASCII, and what is not ASCII in a header is an encoded word',
    source: 'RFC 5322 §2.2, RFC 2047',
    async holds() {
      expect(mail.source.every((byte) => byte < 128 && byte !== 0)).toBe(true);
      expect(only('subject')).toMatch(/^=\?UTF-8\?[QB]\?/i);
      expect((await simpleParser(mail.source)).subject).toBe('Olá, Ana');
    },
  },
  {
    rule: 'MIME is well formed: text before HTML, each with its charset, and every boundary closed',
    source: 'Gmail (format by RFC 5322), RFC 2045, RFC 2046 §5.1',
    holds() {
      expect(only('mime-version')).toBe('1.0');
      const [, boundary = ''] = /^multipart\/alternative;\s*boundary="?([^"]+)"?$/.exec(only('content-type')) ?? [];
      const parts = mail.source.toString('latin1').split(`--${boundary}`);
      expect(parts.at(-1)).toMatch(/^--\r\n\s*$/);
      const types = parts.slice(1, -1).map((part) => /Content-Type: ([^\r]*)/.exec(part)?.[1]);
      expect(types).toEqual(['text/plain; charset=utf-8', 'text/html; charset=utf-8']);
    },
  },
  {
    rule: 'a header that somebody adds on the way breaks the signature',
    source: 'RFC 6376 §8.15',
    async holds() {
      for (const added of [
        'From: eve@evil.example',
        'Subject: evil',
        'Reply-To: eve@evil.example',
        'To: eve@evil.example',
      ])
        expect(await verified(`${added}\r\n${mail.source.toString('latin1')}`)).not.toEqual(['pass']);
      const other = mail.source.toString('latin1').replace('https://viva.example/u/', 'https://evil.example/u/');
      expect(await verified(other)).not.toEqual(['pass']);
    },
  },
  {
    rule: 'complaints can be counted by template, sequence and purpose: Feedback-ID, inside the signature',
    source: 'Gmail: https://support.google.com/a/answer/6254652',
    holds() {
      expect(only('feedback-id')).toMatch(/^hello:[a-z0-9-]+:marketing:viva-cursos$/);
      expect(signedNames()).toContain('feedback-id');
    },
  },
  {
    rule: 'the connection is secured by TLS',
    source: 'Gmail (use a TLS connection)',
    holds: () =>
      expect(sink.taken).toEqual([expect.stringMatching(/^TLSv1\.[23]$/), expect.stringMatching(/^TLSv1\.[23]$/)]),
  },
  {
    rule: 'it claims no chain of forwarders (ARC): we are the first to send it',
    source: 'Gmail (ARC is for those who forward); RFC 8617 §5',
    holds: () => expect(fieldsOf(mail).filter(({ name }) => name.startsWith('arc-'))).toEqual([]),
  },
];

test.each(RULES)('$rule ($source)', async ({ holds }) => {
  await holds();
});

test('what a mail cannot do for itself is told to the operator', () => {
  const docs = readFileSync(path.resolve(__dirname, '../../docs/deliverability.md'), 'utf8');
  for (const duty of ['SPF', 'DKIM', 'DMARC', 'PTR', 'MX', 'https', '0.3 %']) expect(docs).toContain(duty);
});
