import type { Arrival } from '../domain/inbound/arrival';
import { atPath, textOf } from '../domain/inbound/json-path';
import type { BlockCount, InboundCount, InboundRow } from '../store/inbound-rows';
import { minuteText, onOneLine } from './output';
import { table } from './table';

const MOST_OF_REASON = 120;

/** One line for each. */
export function listText(rows: readonly InboundRow[]): string {
  const lines = rows.map(({ id, receivedAt, way, kind, standing, code, contact, sender, subject, reason }) =>
    [
      minuteText(receivedAt),
      way,
      kind,
      code ?? standing,
      contact ?? '',
      sender,
      subject.slice(0, 40),
      reason.slice(0, MOST_OF_REASON),
      id,
    ].map(onOneLine),
  );
  return table(['came (UTC)', 'by', 'kind', 'standing', 'contact', 'from', 'subject', 'reason', 'id'], lines);
}

type Read = Pick<Arrival, 'kind' | 'reason' | 'recipients' | 'sender' | 'subject'> &
  Pick<Arrival['evidence'], 'claims'>;

/** What one message would be taken for. */
export function readText({ kind, reason, recipients, sender, subject, claims }: Read): string {
  const { returnPaths, messageIds, sendIds, references } = claims;
  const rows = [
    ['kind', kind],
    ['by', reason],
    ['from', sender],
    ['subject', subject],
    ...recipients.flatMap((one) => [
      ['recipient', one.recipient || 'not told'],
      ['  is', `${one.kind}: ${one.reason}`],
      ...(one.status ? [['  status', one.status]] : []),
      ...(one.diagnostic ? [['  server', one.diagnostic]] : []),
    ]),
    ...returnPaths.map((path) => [
      'came to',
      path.type === 'ours' ? `${path.kind} address of send ${path.sendId}` : 'a forged address of ours',
    ]),
    ...sendIds.map((id) => ['brings back', `send ${id}`]),
    ...messageIds.map((id) => ['brings back', id]),
    ...references.map((id) => ['answers', id]),
  ];
  return rows.map(([name = '', value = '']) => `${name.padEnd(12)}${onOneLine(value)}\n`).join('');
}

/** One of them, and how it came. */
export function shownText(row: InboundRow, raw: string | null): string {
  const { id, receivedAt, way, kind, standing, code, reason, knownBy, contact, sendId, sender, subject } = row;
  const rows = [
    ['id', id],
    ['came (UTC)', `${minuteText(receivedAt)} by ${way}`],
    ['kind', kind],
    ['standing', [standing, code].filter(Boolean).join(' ')],
    ['reason', reason],
    ['known by', knownBy ?? ''],
    ['contact', contact ?? ''],
    ['send', sendId ?? ''],
    ['from', sender],
    ['subject', subject],
    ['who wrote', textAt(row, 'authenticity.reason')],
    ['  verdict', textAt(row, 'authenticity.verdict')],
    ['  evidence', textAt(row, 'authenticity.evidence')],
  ];
  const head = rows
    .filter(([, value]) => value)
    .map(([name = '', value = '']) => `${name.padEnd(12)}${onOneLine(value)}\n`);
  return [...head, '\n', raw === null ? 'How it came is no longer kept.\n' : withoutControls(raw)].join('');
}

const textAt = ({ details }: InboundRow, path: string): string => textOf(atPath(details, path));

/** As it came, but nothing in it moves the cursor. */
const withoutControls = (raw: string): string =>
  `${raw
    .replaceAll('\r\n', '\n')
    .replace(/[^\P{Cc}\n\t]/gu, '?')
    .trimEnd()}\n`;

export function countText(counts: readonly InboundCount[], blocks: readonly BlockCount[]): string {
  const rows = counts.map(({ kind, standing, code, count }) => [kind, standing, code ?? '', String(count)]);
  const all = table(['kind', 'standing', 'code', 'count'], rows);
  if (blocks.length === 0) return all;
  return `${all}\n${table(
    ['blocked by', 'mails'],
    blocks.map(({ domain, blocks: mails }) => [onOneLine(domain), String(mails)]),
  )}`;
}
