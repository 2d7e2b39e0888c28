import type { ErasureProof, ErasureRecord, Judgement, Leftover } from '../domain/privacy/erasure';
import type { ErasurePreview } from '../store/erase-rows';
import { minuteText, onOneLine } from './output';
import { table } from './table';

export function erasurePreviewText(contact: string, { tables, underWay }: ErasurePreview): string {
  const { journeys, handoffs, tasks } = underWay;
  const rows = tables.map(({ table: name, how, rows: count }) => [name, String(count), how]);
  return [
    `${onOneLine(contact)}: ${journeys} journeys under way, ${handoffs} open handoffs and ${tasks} open tasks would end.\n\n`,
    table(['table', 'rows', 'what becomes of them'], rows),
  ].join('');
}

export function erasuresText(erasures: readonly ErasureRecord[]): string {
  if (erasures.length === 0) return 'No erasure is on record.\n';
  return erasures.map(erasureText).join('\n');
}

function erasureText({ id, status, origin, by, askedAt, dueAt, endedAt, counts, proof }: ErasureRecord): string {
  const rows = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const when =
    status === 'waiting' ? `due ${minuteText(dueAt)}` : endedAt === null ? '' : `ended ${minuteText(endedAt)}`;
  return [
    `${id}  ${status}  asked ${minuteText(askedAt)} UTC by ${onOneLine(by)} (${origin})  ${when}`.trimEnd(),
    ...(rows > 0 ? [`  ${rows} rows of ${Object.keys(counts).length} tables`] : []),
    ...(proof ? proofLines(proof) : []),
    '',
  ].join('\n');
}

function proofLines({
  recipients,
  columns,
  tables,
  sought,
  replaced,
  left,
  toJudge,
  judged = [],
  kept,
  histories,
}: ErasureProof): readonly string[] {
  const lines = (title: string, found: readonly Leftover[]) =>
    found.map(({ where, kind, rows }) => `  ${title}: ${kind} in ${where}, ${rows} ${rows === 1 ? 'row' : 'rows'}`);
  const open = toJudge.filter(({ where }) => !judged.some((one) => one.where === where));
  const refused = histories.refused === null ? '' : `; refused: ${onOneLine(histories.refused)}`;
  return [
    `  proof: ${sought} texts looked for in ${columns} columns of ${tables} tables; ${replaced} mentions in rows of others replaced`,
    `  histories: ${histories.deleted} deleted, ${histories.left} left${refused}`,
    ...recipients.map((recipient) => `  tell ${onOneLine(recipient)} of it: it was told of them (GDPR art. 19)`),
    ...lines('LEFT', left),
    ...lines('look at', open),
    ...open.flatMap(({ ids = [] }) => (ids.length > 0 ? [`    rows: ${ids.join(' ')}`] : [])),
    ...judged.map(judgementLine),
    ...lines('kept', kept),
  ];
}

const judgementLine = ({ where, as, replaced, reason, by, at }: Judgement): string =>
  `  judged on ${minuteText(at)} UTC by ${onOneLine(by)}: ${where} is ${
    as === 'another' ? "another's" : `theirs, and was replaced in ${replaced} ${replaced === 1 ? 'row' : 'rows'}`
  }: ${onOneLine(reason)}`;
