import type { ListStats } from '../store/lists';
import { minuteText, onOneLine } from './output';
import { table } from './table';

/** Every list, with how many of its entries became leads, and what one has cost. */
export function listsText(rows: readonly ListStats[]): string {
  const lines = rows.map(({ list, entries, suppressed, leads, won, ...rest }) =>
    [
      list.name,
      list.origin,
      list.collectedOn,
      list.basis,
      String(entries),
      String(suppressed),
      String(leads),
      shareText(leads, entries),
      String(won),
      costText({ list, leads }),
      interestText(rest.interest),
    ].map(onOneLine),
  );
  const head = [
    'list',
    'origin',
    'date',
    'basis',
    'entries',
    'suppressed',
    'leads',
    'of them',
    'won',
    'cost per lead',
    'by',
  ];
  return table(head, lines);
}

const shareText = (part: number, all: number): string => (all === 0 ? '' : `${((part / all) * 100).toFixed(1)}%`);

/** Empty where no cost is known, or nobody became a lead yet. */
function costText({ list: { cost, currency }, leads }: Pick<ListStats, 'list' | 'leads'>): string {
  return cost === null || leads === 0 ? '' : `${(cost / leads).toFixed(2)} ${currency}`;
}

const interestText = (interest: ListStats['interest']): string =>
  Object.entries(interest)
    .map(([event, count]) => `${count} ${event}`)
    .join(', ');

/** One list, with where it is from and by what right it is held. */
export function listText({ list, entries, suppressed, leads, won, interest }: ListStats): string {
  const { name, origin, collectedOn, basis, purpose, text, evidenceName, evidenceHash, offer, campaign, cost } = list;
  const facts: readonly (readonly [string, string])[] = [
    ['list', name],
    ['origin', `${origin}, ${collectedOn}`],
    ['basis', purpose === null ? `${basis}, which is for no mail` : `${basis}, for ${purpose} mail`],
    ...(text === null ? [] : ([['text', text]] as const)),
    ['evidence', `${evidenceName}, SHA-256 ${evidenceHash}`],
    ['offer', campaign === null ? offer : `${offer}, campaign ${campaign}`],
    ['on record', `${minuteText(list.createdAt)} UTC`],
    ['entries', `${entries}, of which ${suppressed} were suppressed when they came`],
    ['leads', `${leads} ${shareText(leads, entries)} ${interestText(interest)}`.trim()],
    ['won', String(won)],
    ...(cost === null ? [] : ([['cost', `${cost.toFixed(2)} ${list.currency}`]] as const)),
    ...(costText({ list, leads }) === '' ? [] : ([['per lead', costText({ list, leads })]] as const)),
  ];
  return facts.map(([what, value]) => `${what.padEnd(10)}  ${onOneLine(value)}\n`).join('');
}
