import type { Instant, Json } from '../../domain/ids';
import type { Arrival, ArrivalKind } from '../../domain/inbound/arrival';
import type { RecipientReport, ReportKind } from '../../domain/inbound/classified';
import { believedAt, type HookEvent, hookEvents } from '../../domain/inbound/hook';
import type { HookRules } from '../../domain/inbound/hook-rules';

const OURS = /^<[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}@/i;

/** What a provider tells of our mails. It may tell of other mail of the same account, too: that is left out. */
export function hookArrivals(
  { name, rules }: { readonly name: string; readonly rules: HookRules },
  { json, now }: { readonly json: Json; readonly now: Instant },
): readonly Arrival[] {
  return hookEvents(rules, json)
    .filter(({ sendIds, messageIds }) => sendIds.length > 0 || messageIds.some((id) => OURS.test(id)))
    .flatMap((event) => {
      const { kind } = event;
      return kind === 'ignore' ? [] : [arrivalOf(name, { ...event, kind }, now)];
    });
}

type Told = HookEvent & { readonly kind: ArrivalKind };

function arrivalOf(name: string, event: Told, now: Instant): Arrival {
  const { id, kind, reason, recipient, sendIds, messageIds } = event;
  const addresses = recipient === '' ? [] : [recipient];
  const key = `hook:${name}:${id}`;
  return {
    key,
    way: 'hook',
    receivedAt: now,
    at: believedAt(event.at, now),
    kind,
    reason,
    recipients: isReport(kind) ? [reportOf(event, kind)] : [],
    sender: name,
    subject: '',
    occurrence: key,
    evidence: {
      claims: { returnPaths: [], messageIds, sendIds, references: [] },
      isReport: true, // of all kinds: the mail is named, and must be ours
      originals: addresses,
      addresses,
    },
    raw: Buffer.from(JSON.stringify({ ...event })),
  };
}

const REPORTS: readonly string[] = ['hard', 'soft', 'block', 'delayed', 'delivered'];
const isReport = (kind: ArrivalKind): kind is ReportKind => REPORTS.includes(kind);

const reportOf = ({ recipient, status, diagnostic, reason }: HookEvent, kind: ReportKind): RecipientReport => ({
  recipient,
  originalRecipient: '',
  kind,
  status,
  diagnostic,
  reason,
});
