import type { ConsentAnchor } from '../store/consent-anchors';
import type { ChainBreak, ChainedRecord } from '../store/consent-chain';
import type { Verified } from '../store/consent-verify';
import { minuteText, onOneLine } from './output';

const STATES = {
  given: 'allows',
  requested: 'is asked to confirm',
  withdrawn: 'allows no more',
  unsaid: 'has said nothing about',
} as const satisfies { readonly [state in ChainedRecord['state']]: string };

/** What a look at all chains has found, when nothing is broken. */
export function verifiedText({ contacts, records, erased, unchained }: Verified, anchor: ConsentAnchor | null): string {
  const rows = [
    `${records} records of ${contacts} contacts, every chain is whole`,
    ...(erased > 0 ? [`${erased} of them without personal details, which were erased`] : []),
    ...(unchained > 0
      ? [`${unchained} more are from before there were chains, and get their place with the next start`]
      : []),
    anchor === null
      ? 'no anchor yet: the next sweep makes one, or viveiro consent anchor'
      : `anchored up to record ${anchor.through} on ${minuteText(anchor.at)}: ${anchor.hash}`,
  ];
  return rows.map((row) => `${row}\n`).join('');
}

/** The chain of one contact, the oldest first, and whether it is whole. */
export function chainText(
  who: string,
  { records, broken }: { readonly records: readonly ChainedRecord[]; readonly broken: ChainBreak | null },
): string {
  if (records.length === 0) return `Nothing on record about the consent of ${onOneLine(who)}.\n`;
  const whole = broken ? `BROKEN at record ${broken.position}: ${broken.problem}` : 'the chain is whole';
  const head = `${onOneLine(who)}: ${records.length} records, ${whole}\n`;
  return [head, ...records.map(recordText)].join('\n');
}

function recordText(record: ChainedRecord): string {
  const { position, at, state, purpose, basis, text, textVersion, locale, source, until, personal, hash, requestId } =
    record;
  const version = [textVersion && `version ${textVersion}`, locale].filter(Boolean).join(', ');
  const rows = [
    ['words', `${text}${version ? `  (${version})` : ''}`],
    ['basis', basis],
    ['by', source],
    ...(until === null ? [] : [['until', minuteText(until)]]),
    ...(requestId === null ? [] : [['request', requestId]]),
    ...(personal === null
      ? [['proof', 'erased']]
      : Object.entries(Object(personal)).map(([name, value]) => [name, shown(value)])),
    ['hash', hash],
  ];
  const lines = rows.map(([name = '', value = '']) => `    ${name.padEnd(10)}${onOneLine(value)}\n`);
  return [`${position}. ${minuteText(at)}  ${STATES[state]} ${purpose}\n`, ...lines].join('');
}

const shown = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
