import { simpleParser } from 'mailparser';
import { composeMail, type MailContent, messageIdOf } from '../../src/mail/message';
import { MONDAY } from '../support/builders';

const sendId = '0193b6a0-0000-7000-8000-0000000000aa';
const from = '"Viveiro, das Mudas" <ola@viveiro.example>';
const content: MailContent = {
  sendId,
  messageId: messageIdOf(sendId, from),
  from,
  to: { name: 'Ana Conceição', address: 'ana@example.test' },
  subject: 'Olá, Ana – tudo bem? 🌱',
  html: '<p>Olá, <b>Ana</b></p>',
  text: 'Olá, Ana\n.\nFrom here on',
  date: MONDAY,
  unsubscribeUrl: `https://viveiro.example/u/${'t'.repeat(300)}`,
};
const parsed = async (parts: Partial<MailContent> = {}) => {
  const mail = await composeMail({ ...content, ...parts });
  return { ...mail, message: await simpleParser(mail.source) };
};

test('a message says what it was given, in business time, under the id of its send', async () => {
  const { message } = await parsed();
  expect(message.messageId).toBe(`<${sendId}@viveiro.example>`);
  expect(message.date).toEqual(new Date(MONDAY));
  expect(message.subject).toBe('Olá, Ana – tudo bem? 🌱');
  expect(message.from?.value).toEqual([{ name: 'Viveiro, das Mudas', address: 'ola@viveiro.example' }]);
  expect(message.to).toMatchObject({ value: [{ name: 'Ana Conceição', address: 'ana@example.test' }] });
  expect(message.headers.get('x-viveiro-send')).toBe(sendId);
  expect(message.text).toBe('Olá, Ana\n.\nFrom here on');
  expect(message.html).toBe('<p>Olá, <b>Ana</b></p>');
});

test('a mail program can unsubscribe with one click, RFC 8058', async () => {
  const { source } = await parsed();
  const head = source.toString().split('\r\n\r\n')[0]?.split('\r\n');
  expect(head).toContain(`List-Unsubscribe: <${content.unsubscribeUrl}>`);
  expect(head).toContain('List-Unsubscribe-Post: List-Unsubscribe=One-Click');
  const { source: plain } = await parsed({ unsubscribeUrl: undefined });
  expect(plain.toString()).not.toContain('List-Unsubscribe');
});

test('what comes back has addresses of its own, and the sender stays who it is', async () => {
  const answers = {
    returnPath: 'bounce+a-b@in.example',
    replyTo: 'reply+a-b@in.example',
    unsubscribe: 'unsub+a-b@in.example',
  };
  const { from: envelope, message, source } = await parsed({ answers });
  expect(envelope).toBe('bounce+a-b@in.example');
  expect(message.from?.value).toEqual([{ name: 'Viveiro, das Mudas', address: 'ola@viveiro.example' }]);
  expect(message.replyTo?.value).toEqual([{ name: 'Viveiro, das Mudas', address: 'reply+a-b@in.example' }]);
  expect(source.toString().split('\r\n')).toContain(
    `List-Unsubscribe: <${content.unsubscribeUrl}>, <mailto:unsub+a-b@in.example>`,
  );
});

test('the bytes are 7-bit, no line is too long, and the same content gives the same bytes', async () => {
  const { source } = await parsed();
  expect(source.every((byte) => byte < 128)).toBe(true);
  expect(
    Math.max(
      ...source
        .toString()
        .split('\r\n')
        .map((line) => line.length),
    ),
  ).toBeLessThan(998);
  expect(source.toString()).toContain('Content-Transfer-Encoding: quoted-printable');
  expect(await parsed()).toMatchObject({ source });
  expect((await parsed({ text: 'Olá' })).source).not.toEqual(source);
});

test('the envelope has bare addresses', async () => {
  expect(await parsed()).toMatchObject({ from: 'ola@viveiro.example', to: 'ana@example.test' });
});

// INV-VALUES-ARE-TEXT
test('no value can add a header or a recipient', async () => {
  const evil = 'Ana\r\nBcc: eve@example.test';
  const { message } = await parsed({ subject: evil, to: { name: evil, address: 'ana@example.test' } });
  expect(message.headers.has('bcc')).toBe(false);
  expect(message.to).toMatchObject({ value: [{ address: 'ana@example.test' }] });
});
