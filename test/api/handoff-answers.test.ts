import { signLink } from '../../src/mail/links';
import { transaction } from '../../src/store/db';
import { escalate, expire, offer, readHandoff } from '../../src/store/handoffs';
import { syncReps } from '../../src/store/reps';
import { LINK_SECRET, NOON, testApi } from '../support/api';
import { DAY } from '../support/builders';
import { ROUTING } from '../support/routing';
import { anMql, SALES, type SoldLead } from '../support/sales';

const api = testApi();
beforeAll(() => syncReps(api.db, ROUTING));

interface Offered extends SoldLead {
  /** Where the rep's link points to. */
  readonly rep: string;
  readonly manager: string;
}

async function anOffer(): Promise<Offered> {
  const lead = await anMql(api.db);
  const { handoffId } = lead;
  const { repId } = await transaction(api.db, (tx) =>
    offer(tx, SALES, { ...lead, stepId: 'sell', now: NOON - DAY / 2 }),
  );
  const manager = await api.db.rep.findUniqueOrThrow({ where: { email: 'marta@example.test' } });
  return { ...lead, rep: linkFor(handoffId, repId ?? ''), manager: linkFor(handoffId, manager.id) };
}

const linkFor = (id: string, repId: string) => `/h/${signLink(LINK_SECRET, { kind: 'handoff', id, repId })}`;
const get = (url: string) => api.app.inject({ method: 'GET', url, headers: { accept: 'text/html' } });
const post = (url: string, fields: { readonly [name: string]: string }) =>
  api.app.inject({
    method: 'POST',
    url,
    headers: { accept: 'text/html', 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams(fields).toString(),
  });
const stored = ({ handoffId }: SoldLead) => transaction(api.db, (tx) => readHandoff(tx, handoffId));

describe('the link of a handoff', () => {
  it('shows the lead and the answers, and changes nothing however often it is opened', async () => {
    const lead = await anOffer();
    const before = await stored(lead);
    for (const url of [lead.rep, lead.rep, lead.manager]) {
      const { statusCode, body } = await get(url);
      expect(statusCode).toBe(200);
      expect(body).toContain('Lead: Ana');
      for (const word of ['course', 'warm', 'Accept', 'Give back for nurturing', 'Reject'])
        expect(body).toContain(word);
    }
    expect(await stored(lead)).toEqual(before);
  });

  it('answers by its buttons, and then shows the answer that holds', async () => {
    const lead = await anOffer();
    const { statusCode, headers } = await post(lead.rep, { action: 'accept' });
    expect([statusCode, headers.location]).toEqual([303, lead.rep]);
    expect(await stored(lead)).toMatchObject({ status: 'accepted', answeredAt: NOON });
    const { body } = await get(lead.rep);
    expect(body).toContain('<strong>Accepted</strong> 2 Mar 2026, 09:00');
    expect(body).not.toContain('<form');
  });

  it('takes a reason to give a lead back, and escapes it', async () => {
    const lead = await anOffer();
    const unreasoned: readonly Record<string, string>[] = [
      { action: 'recycle' },
      { action: 'recycle', reason: ' ' },
      { action: 'recycle', reason: 'a\0' },
      { action: 'steal' },
    ];
    for (const fields of unreasoned) {
      const { statusCode, body } = await post(lead.rep, fields);
      expect(statusCode).toBe(422);
      expect(body).toContain('Please write a reason');
    }
    expect((await stored(lead)).status).toBe('offered');
    await post(lead.rep, { action: 'recycle', reason: '<b>no budget</b>' });
    const { body } = await get(lead.rep);
    expect(body).toContain('&lt;b&gt;no budget&lt;/b&gt;');
    expect(body).not.toContain('<b>');
  });

  it('of the rep stays valid after the escalation, and tells who answered', async () => {
    const lead = await anOffer();
    await transaction(api.db, (tx) => escalate(tx, { handoffId: lead.handoffId, now: NOON, reason: 'late' }));
    await post(lead.manager, { action: 'reject', reason: 'a student' });
    const { contactId } = lead;
    const decision = await api.db.decision.findFirstOrThrow({
      where: { contactId, kind: 'handoff', outcome: 'rejected' },
    });
    expect(decision.reason).toBe('answer of Marta: a student');
    const late = await post(lead.rep, { action: 'accept' });
    expect(late.statusCode).toBe(409);
    expect(late.body).toContain('the first answer holds');
    expect(late.body).toContain('Rejected');
    expect((await post(lead.rep, { action: 'reject', reason: 'I agree' })).statusCode).toBe(303);
  });

  it('says so when the handoff has expired', async () => {
    const lead = await anOffer();
    const { handoffId } = lead;
    await transaction(api.db, async (tx) => {
      await escalate(tx, { handoffId, now: NOON, reason: 'late' });
      await expire(tx, { handoffId, now: NOON, reason: 'late' });
    });
    expect((await get(lead.rep)).body).toContain('Expired without an answer');
    expect((await post(lead.rep, { action: 'accept' })).statusCode).toBe(409);
  });

  it('is refused with a page when it is forged, cut short, or of another kind', async () => {
    const lead = await anOffer();
    const forged = [
      lead.rep.slice(0, -1),
      `${lead.rep.slice(0, -2)}${lead.rep.endsWith('AA') ? 'BB' : 'AA'}`,
      `/h/${signLink('another secret', { kind: 'handoff', id: lead.handoffId, repId: lead.handoffId })}`,
      `/h/${signLink(LINK_SECRET, { kind: 'click', id: lead.handoffId })}`,
      '/h/x',
    ];
    for (const url of forged)
      for (const { statusCode, body } of [await get(url), await post(url, { action: 'accept' })]) {
        expect(statusCode).toBe(403);
        expect(body).toContain('VIV_LINK_FORGED');
      }
    expect((await stored(lead)).status).toBe('offered');
  });
});
