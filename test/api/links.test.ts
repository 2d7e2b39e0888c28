import { newId } from '../../src/domain/ids';
import { signLink } from '../../src/mail/links';
import { LINK_SECRET, NOON, testApi } from '../support/api';

let now = NOON;
const api = testApi({ clock: () => now });
const contactId = newId();
const journeyId = newId();
const sendId = newId();

const tokenOf = (kind: 'unsubscribe' | 'call', id: string): string => signLink(LINK_SECRET, { kind, id });

beforeAll(async () => {
  const at = new Date(NOON);
  await api.db.contact.create({ data: { id: contactId, email: 'ana@example.test', locale: 'pt-BR', createdAt: at } });
  const versionId = newId();
  await api.db.journey.create({
    data: { id: journeyId, contactId, sequence: 'nurture', versionId, status: 'running', lastTurn: {}, enteredAt: at },
  });
  const mail = { purpose: 'newsletter', template: 'hello', messageId: '<1>', plannedAt: at };
  await api.db.send.create({
    data: {
      ...mail,
      id: sendId,
      contactId,
      journeyId,
      stepId: 'hello',
      recipient: 'ana@example.test',
      status: 'accepted',
    },
  });
});

afterEach(async () => {
  now = NOON;
  await api.db.interaction.deleteMany();
});

const recorded = () => api.db.interaction.findMany({ orderBy: { seq: 'asc' } });

test('a forged link is a page for a browser and a problem for a client, and does nothing', async () => {
  const good = tokenOf('unsubscribe', sendId);
  const forged = [`/c/${good}`, `/u/${good.slice(0, -2)}`, '/u/x', `/call/${good}`, `/c/${'a'.repeat(300)}`, '/u/%00'];
  for (const url of forged) {
    expect((await api.app.inject(url)).json()).toMatchObject({ status: 403, code: 'VIV_LINK_FORGED' });
    const browser = await api.app.inject({ url, headers: { accept: 'text/html' } });
    expect(browser.statusCode).toBe(403);
    expect(browser.body).toContain('Open it again from the mail itself.');
  }
  expect((await api.app.inject({ method: 'POST', url: '/u/x' })).statusCode).toBe(403);
  expect(await recorded()).toEqual([]);
});

test('a good link to what is no longer there does not exist', async () => {
  const gone = await api.app.inject(`/u/${tokenOf('unsubscribe', newId())}`);
  expect(gone.json()).toMatchObject({ status: 404, code: 'VIV_NOT_FOUND' });
});

test('opening the unsubscribe link asks, in the contact’s language, and changes nothing', async () => {
  const url = `/u/${tokenOf('unsubscribe', sendId)}`;
  const answer = await api.app.inject(url);
  expect(answer.statusCode).toBe(200);
  expect(answer.body).toContain('Cancelar a inscrição?');
  expect(answer.body).toContain(`<form method="post" action="${url}">`);
  expect(await recorded()).toEqual([]);
  expect(await api.db.consent.count()).toBe(0);
});

test('one click of the mail program unsubscribes, and so does the button; twice is once', async () => {
  const url = `/u/${tokenOf('unsubscribe', sendId)}`;
  const boundary = '--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n';
  const answers = [
    await api.app.inject({
      method: 'POST',
      url,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: 'List-Unsubscribe=One-Click',
    }),
    await api.app.inject({
      method: 'POST',
      url,
      headers: { 'content-type': 'multipart/form-data; boundary=x' },
      payload: boundary,
    }),
    await api.app.inject({ method: 'POST', url }),
  ];
  expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200]);
  expect(answers[0]?.body).toContain('Inscrição cancelada');
  expect(await recorded()).toEqual([
    expect.objectContaining({
      type: 'mail.unsubscribed',
      journeyId: null,
      properties: { purpose: 'newsletter', sendId },
    }),
  ]);
  expect(await api.db.consent.findMany()).toEqual([expect.objectContaining({ purpose: 'newsletter', granted: false })]);
});

test('who unsubscribes again later means it again', async () => {
  const url = `/u/${tokenOf('unsubscribe', sendId)}`;
  await api.app.inject({ method: 'POST', url });
  now += 30 * 86_400_000;
  await api.app.inject({ method: 'POST', url });
  expect(await recorded()).toHaveLength(2);
});

test('a call is asked for by the button, not by opening the link', async () => {
  const url = `/call/${tokenOf('call', sendId)}`;
  expect((await api.app.inject(url)).body).toContain('Podemos ligar para você?');
  expect(await recorded()).toEqual([]);
  expect((await api.app.inject({ method: 'POST', url })).body).toContain('Obrigado');
  expect(await recorded()).toEqual([
    expect.objectContaining({ type: 'call.requested', contactId, journeyId, properties: { sendId } }),
  ]);
});
