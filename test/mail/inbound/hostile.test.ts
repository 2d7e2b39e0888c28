import fc from 'fast-check';
import { ViveiroError } from '../../../src/domain/errors';
import { autoReplySign } from '../../../src/domain/inbound/auto-reply';
import { claimsOf } from '../../../src/domain/inbound/claims';
import { classify } from '../../../src/domain/inbound/classify';
import { failedKind } from '../../../src/domain/inbound/failed-kind';
import { parseMessage } from '../../../src/mail/inbound/parse';
import { returnClaim } from '../../../src/mail/inbound/return-claim';
import { LINK_SECRET } from '../../support/api';

const HEAD =
  'From: MAILER-DAEMON@evil.example\r\nTo: x@in.viva.example\r\nSubject: Undelivered\r\nMIME-Version: 1.0\r\n';
const readAll = async (source: string | Buffer) => {
  const message = await parseMessage(Buffer.from(source));
  return {
    message,
    classified: classify(message, { isToUnsubscribe: false }),
    claims: claimsOf(message, (address) => returnClaim(LINK_SECRET, address)),
  };
};
const unreadable = expect.objectContaining({ code: 'VIV_INBOUND_UNREADABLE' });

const nested = (depth: number): string => {
  const open = Array.from(
    { length: depth },
    (_, level) => `Content-Type: multipart/mixed; boundary="b${level}"\r\n\r\n--b${level}\r\n`,
  );
  return `${HEAD}${open.join('')}Content-Type: text/plain\r\n\r\nhello\r\n`;
};

test('a mail within a mail within a mail is read to a depth, and refused beyond it', async () => {
  expect((await readAll(nested(50))).message.text).toContain('hello');
  await expect(readAll(nested(5_000))).rejects.toEqual(unreadable);
});

test('a field of ten megabytes is refused, and one of many recipients is cut', async () => {
  await expect(readAll(`X-Long: ${'a'.repeat(10_000_000)}\r\n${HEAD}\r\n`)).rejects.toEqual(unreadable);
  const crowd = Array.from({ length: 3_000 }, (_, index) => `p${index}@x.example`).join(', ');
  expect((await readAll(`From: a@x.example\r\nTo: ${crowd}\r\n\r\nhi`)).message.to).toHaveLength(50);
});

test('an archive is never unpacked', async () => {
  const zip = Buffer.from(`UEsDB${'A'.repeat(400)}`, 'base64').toString('base64');
  const { message } = await readAll(
    `${HEAD}Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: application/zip\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=report.csv\r\n\r\n${zip}\r\n--b--\r\n`,
  );
  expect(message.parts).toEqual([{ type: 'application/zip', text: '' }]);
});

test('no NUL, no line break and no half character comes out of a report', async () => {
  const { classified, message } = await readAll(
    Buffer.from(
      `${HEAD}Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nhi\0there\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; ana@x.example\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 no\0 such\rBcc: eve@x.example\x1b[2J\r\n--b--\r\n`,
    ),
  );
  const words = JSON.stringify([classified, message.text, ...message.headers.values()]);
  expect(words).not.toMatch(/\\u0000|\\u001b|\\r/);
  expect(classified).toMatchObject({ recipients: [{ recipient: 'ana@x.example', kind: 'hard' }] });
});

test('whatever bytes come, a message is read, or refused with its code', async () => {
  const piece = fc.oneof(
    fc.constantFrom(
      HEAD,
      '\r\n',
      '\r\n\r\n',
      '--b\r\n',
      'Content-Type: multipart/report; boundary=b; report-type=x\r\n',
    ),
    fc.constantFrom(
      'Content-Type: message/delivery-status\r\n\r\n',
      'Action: failed\r\n',
      'Status: 9.999.1\r\n',
      '=?utf-8?B?',
    ),
    fc.string({ unit: 'binary', maxLength: 40 }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 20 }), async (pieces) => {
      try {
        const { message, classified } = await readAll(pieces.join(''));
        expect(JSON.stringify([message.text, message.subject, classified])).not.toContain('\\u0000');
      } catch (error) {
        expect(error).toBeInstanceOf(ViveiroError);
      }
    }),
    { numRuns: 150 },
  );
});

test('no words keep the rules busy', () => {
  const bases = [
    'a',
    ' ',
    'mailbox ',
    'user user ',
    '<a@b.c',
    '5.1.1',
    'a@',
    'spam rejected ',
    '\n\n',
    '> ',
    'mimecast ',
    'hello, ',
  ];
  for (const base of bases) {
    const text = base.repeat(65_536 / base.length);
    const message = {
      to: [],
      from: 'mailer-daemon@x.example',
      authors: [],
      subject: text,
      headers: new Map(),
      type: 'text/plain',
      reportType: '',
      text,
      parts: [],
    };
    const started = process.hrtime.bigint();
    failedKind({ status: text, diagnostic: text.slice(0, 1_000) });
    autoReplySign(message);
    classify(message, { isToUnsubscribe: false });
    claimsOf(message, () => undefined);
    expect(Number(process.hrtime.bigint() - started) / 1e6).toBeLessThan(2_000);
  }
});
