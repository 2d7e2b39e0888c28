import { parseSequence } from '../../../src/domain/sequence/parse';

/** Codes and paths of what is said about a sequence with these lines. */
function saidOf(lines: string): readonly string[] {
  const text = `sequence: a\ntitle: A\naudience: lead\n${lines}\nsteps: [{ id: done, type: end }]\n`;
  const parsed = parseSequence(text, 'a.yaml');
  const problems = parsed.type === 'invalid' ? parsed.problems : parsed.warnings;
  return problems.map(({ severity, code, path }) => `${severity} ${code} ${path}`);
}

test.each([
  ['enter: { on: [lead.created, demo.asked], where: { fact: lead.offer, is: course } }', []],
  ['enter: { date: { field: contact.attributes.birthday, every: year, offset: +1w }, perDay: 5, byHand: false }', []],
  ['enter: { date: { field: lead.createdAt, offset: 14d } }', []],
  ['enter: { on: client.inactive, perDay: 5 }', []],
  ['enter: { on: order.placed }\nreenter: { perKey: orderId, after: 30d }', []],
  ['enter: {}\nreenter: newLead', []],
  ['enter: {}\nexclusive: { group: offers, priority: 1, whenBusy: takeOver, atMost: 30d }', []],
  ['enter: {}\nexclusive: { group: offers, whenBusy: takeOver }', ['warning VIV_PRIORITY_MISSING exclusive']],
  ['enter: { on: [demo.asked, lead.creatd] }', ['warning VIV_EVENT_UNFAMILIAR enter.on[1]']],
  ['enter: { byHand: false }', ['error VIV_ENTER_MISSING enter']],
  ['enter: { date: { field: contact.birthday } }', ['error VIV_VALUE_INVALID enter.date.field']],
  ['enter: { date: { field: contact.timeZone } }', ['error VIV_VALUE_INVALID enter.date.field']],
  ['enter: { date: { field: contact.createdAt, offset: 53w } }', ['error VIV_VALUE_INVALID enter.date.offset']],
  ['enter: { on: order.placed, perDay: 5 }', ['error VIV_VALUE_INVALID enter.perDay']],
  ['enter: {}\nreenter: { perKey: orderId }', ['error VIV_VALUE_INVALID reenter.perKey']],
  ['enter: {}\nreenter: sometimes', ['error VIV_VALUE_INVALID reenter']],
])('%s: %j', (lines, said) => {
  expect(saidOf(lines)).toEqual(said);
});
