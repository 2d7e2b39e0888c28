import dns from 'node:dns';
import { senderDomain } from '../domain/delivery/account-rules';
import type { Sender } from '../mail/account';
import { dkimName, dkimRecord, publicKeyIn } from '../mail/dkim-key';
import { inTime } from '../mail/in-time';
import { errorCode } from './error-code';

/** A TXT record that receivers look for, and what stands there. */
export interface MailRecord {
  readonly kind: 'DKIM' | 'SPF' | 'DMARC';
  readonly name: string;
  /** `unseen`: no name server answered. */
  readonly status: 'ok' | 'missing' | 'wrong' | 'unseen';
  readonly detail: string;
  /** What to publish; empty where nothing is to be done. */
  readonly fix: string;
}

const PATIENCE_MS = 3_000;

/** Looks for what receivers want of the domains of these senders. `bounceDomain`: of return paths; none: that of the sender. */
export async function mailRecords(
  senders: readonly Sender[],
  { bounceDomain }: { readonly bounceDomain?: string | undefined },
): Promise<readonly MailRecord[]> {
  const from = senders.flatMap((sender) => senderDomain(sender.from) ?? []);
  const keys = new Map(senders.flatMap(({ dkim }) => (dkim ? [[dkimName(dkim), dkim] as const] : [])));
  return Promise.all([
    ...[...keys.values()].map(dkimStanding),
    ...unique(from.map((domain) => bounceDomain ?? domain)).map(spfStanding),
    ...unique(from).map(dmarcStanding),
  ]);
}

const unique = (names: readonly string[]): readonly string[] => [...new Set(names)];

async function dkimStanding(key: NonNullable<Sender['dkim']>): Promise<MailRecord> {
  const value = dkimRecord(key.privateKey);
  const fix = `Publish it as TXT: ${value}`;
  const record = { kind: 'DKIM', name: dkimName(key) } as const;
  return standing(record, fix, (texts) => {
    const found = texts.map(publicKeyIn).filter((one) => one !== undefined);
    if (found.length === 0) return undefined;
    return found.includes(publicKeyIn(value) ?? '') ? 'the public key of ours' : { wrong: 'another public key' };
  });
}

function spfStanding(name: string): Promise<MailRecord> {
  const fix = 'Publish, as TXT, which servers send for it, as your provider says: v=spf1 include:… -all';
  return standing({ kind: 'SPF', name }, fix, (texts) => {
    const found = texts.filter((text) => /^v=spf1( |$)/i.test(text));
    return found.length > 1 ? { wrong: `${found.length} SPF records; there may be one (RFC 7208)` } : found[0];
  });
}

/** RFC 7489 §6.6.3: of the domain, else of the one above it. */
async function dmarcStanding(domain: string): Promise<MailRecord> {
  const fix = 'Publish, as TXT: v=DMARC1; p=none; rua=mailto:an address of yours';
  const lookAt = (name: string) =>
    standing({ kind: 'DMARC', name }, fix, (texts) => texts.find((text) => /^v=DMARC1\s*;/i.test(text)));
  const own = await lookAt(`_dmarc.${domain}`);
  const above = domain.split('.').slice(1).join('.');
  if (own.status !== 'missing' || !above.includes('.')) return own;
  const inherited = await lookAt(`_dmarc.${above}`);
  return inherited.status === 'ok' ? inherited : own;
}

async function standing(
  record: Pick<MailRecord, 'kind' | 'name'>,
  fix: string,
  judge: (texts: readonly string[]) => string | { readonly wrong: string } | undefined,
): Promise<MailRecord> {
  const texts = await textsAt(record.name);
  if ('problem' in texts) return { ...record, status: 'unseen', detail: texts.problem, fix: '' };
  const verdict = judge(texts.found);
  if (verdict === undefined) return { ...record, status: 'missing', detail: 'there is none', fix };
  if (typeof verdict === 'string') return { ...record, status: 'ok', detail: verdict, fix: '' };
  return { ...record, status: 'wrong', detail: verdict.wrong, fix };
}

type Looked = { readonly found: readonly string[] } | { readonly problem: string };

/** RFC 7208 §3.3, RFC 6376 §3.6.2.2: the strings of one record are joined with nothing between. */
function textsAt(name: string): Promise<Looked> {
  const looked = dns.promises.resolveTxt(name).then<Looked, Looked>(
    (records) => ({ found: records.map((strings) => strings.join('')) }),
    (error: unknown) => {
      const code = errorCode(error) ?? String(error);
      return code === 'ENOTFOUND' || code === 'ENODATA'
        ? { found: [] }
        : { problem: `no name server answered: ${code}` };
    },
  );
  return inTime(looked, PATIENCE_MS, () => ({ problem: `no name server answered within ${PATIENCE_MS / 1000} s` }));
}
