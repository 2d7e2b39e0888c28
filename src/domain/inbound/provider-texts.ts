import type { ReportKind } from './classified';

/** Words by which mail servers say what they mean. `sure`: they outweigh the status beside them. */
export interface ProviderText {
  readonly kind: Extract<ReportKind, 'hard' | 'soft' | 'block'>;
  readonly sure: boolean;
  /** Of whom, or of what, they are typical. */
  readonly who: string;
  readonly words: RegExp;
}

const sure = (kind: ProviderText['kind'], who: string, words: RegExp): ProviderText => ({
  kind,
  sure: true,
  who,
  words,
});
const perhaps = (kind: ProviderText['kind'], who: string, words: RegExp): ProviderText => ({
  kind,
  sure: false,
  who,
  words,
});

/**
 * Read from the top; the first that fits counts. What speaks of us comes first: a server that refuses us often says, beside it, that
 * the mailbox is "unavailable", and nobody may be suppressed for that. No expression runs back over what it has read.
 */
export const PROVIDER_TEXTS: readonly ProviderText[] = [
  sure('block', 'a blocklist', /\b(spamhaus|spamcop|barracuda ?central|sorbs|uceprotect|invaluement|senderscore)\b/i),
  sure('block', 'a blocklist', /\b(blocked using|block ?list(ed)?|black ?list(ed)?|listed (in|on|at) \S+rbl|dnsbl)\b/i),
  sure('block', 'Outlook and Hotmail', /\(S\d{4}\)|weren't sent\. Please contact your Internet service provider/i),
  sure(
    'block',
    'Gmail',
    /unsolicited mail|likely unsolicited|gsmtp.{0,20}UnsolicitedMessage|bulk email senders? guidelines/i,
  ),
  sure(
    'block',
    'Yahoo',
    /\[(TSS|TS|PH|BL|IPTS)\d{2}\]|not accepted for policy reasons|temporarily deferred due to (unexpected volume|user complaints)/i,
  ),
  sure('block', 'iCloud', /\[(CS|HM|HT|HX)\d{2}\]|due to local policy/i),
  sure('block', 'Proofpoint', /ipcheck\.proofpoint\.com|proofpoint.{0,40}(block|reject)/i),
  sure('block', 'Mimecast', /rejected due to security policies|blocked senders|rejected by header based/i),
  sure(
    'block',
    'authentication',
    /\b(SPF|DKIM|DMARC)\b.{0,60}\b(fail|reject|polic|not pass|unauthenticated|did not pass)|5\.7\.(26|27|30)\b/i,
  ),
  sure('block', 'reputation', /\b(poor|bad|low) (sender )?reputation|reputação|reverse dns|PTR record/i),
  sure(
    'block',
    'a spam filter',
    /\b(considered|classified|detected|identified|rejected|marked|looks like|suspected|recusad[ao]|rejeitad[ao]|bloquead[ao]) ?(as|like|to be|como|por)? ?(suspeita de )?(spam|junk|ube|uce)\b|spam (message )?(rejected|detected|content)|spam score/i,
  ),
  sure(
    'block',
    'a limit of rate',
    /\b(rate limit|too many (messages|connections|emails)|throttl)|excedeu o limite de (envio|conex)/i,
  ),
  sure('soft', 'Gmail', /receiving (mail|email) (at a rate|too quickly)/i),
  sure(
    'soft',
    'a full mailbox',
    /\b(mailbox|mail ?box|inbox|account|user|caixa( postal)?|skrzynka)\b.{0,40}\b(is |está |esta )?(full|over ?quota|exceeded|cheia|lotada|pełna|przepełniona)/i,
  ),
  sure(
    'soft',
    'a full mailbox',
    /\b(over ?quota|quota exceeded|exceeded (its |the |his )?(storage|mailbox|disk)|out of (storage|space)|insufficient (system )?storage|cota excedida|quota excedida|OverQuota)/i,
  ),
  sure(
    'hard',
    'Exchange Online',
    /recipient address rejected: access denied|RESOLVER\.ADR\.(RecipNotFound|RecipientNotFound)|recipientnotfound/i,
  ),
  sure('hard', 'Outlook and Hotmail', /5\.5\.0 requested action not taken: mailbox unavailable/i),
  sure(
    'hard',
    'Yahoo',
    /doesn.?t have an? \S{1,60} account|user does not have an? \S{1,60} account|this mailbox is disabled/i,
  ),
  sure('hard', 'iCloud', /no user record found/i),
  sure(
    'hard',
    'Gmail',
    /account that you tried to reach (does not exist|is disabled|is inactive)|NoSuchUser|DisabledUser/i,
  ),
  sure(
    'hard',
    'UOL, Terra and Locaweb',
    /(usu[aá]rio|conta|caixa postal|destinat[aá]rio|endere[cç]o)( de e-?mail)? (n[aã]o (existe|encontrad[oa]|localizad[oa])|inexistente|inv[aá]lid[oa]|desconhecid[oa]|desativad[oa]|cancelad[oa]|inativ[oa])/i,
  ),
  sure(
    'hard',
    'Polish servers',
    /(u[zż]ytkownik|konto|skrzynka|odbiorca|adres) (nie istnieje|nieznan[yae]|zablokowan[yae])/i,
  ),
  sure(
    'hard',
    'no such mailbox',
    /\b(no such (user|mailbox|recipient|address|person)|unknown (user|recipient|local[ -]part|mailbox|account)|(user|recipient|mailbox|account|address) (is )?(unknown|not found|doesn'?t exist|does not exist|invalid))\b/i,
  ),
  sure(
    'hard',
    'no such mailbox',
    /\b(invalid (recipient|mailbox|user)|not a valid (user|mailbox|recipient)|user unknown|unrouteable address|mailbox not found|no mailbox( here)?( by that name)?|recipient rejected: unknown|not our customer|no longer (valid|available|in use|works? (here|at)))/i,
  ),
  sure(
    'hard',
    'a mailbox that is gone',
    /\b(account|mailbox|user|recipient)( \S{1,80})? (has been|was|is) (disabled|deactivated|suspended|terminated|closed|deleted|inactive)/i,
  ),
  sure(
    'hard',
    'no such domain',
    /\b(host or domain name not found|domain (does not exist|not found)|(name service error|host unknown|unknown host|no such domain)|NXDOMAIN|nullMX|null MX|does not accept mail)\b/i,
  ),
  perhaps('soft', 'a relay that is not theirs', /\b(relay(ing)? (access )?(denied|not permitted)|unable to relay)/i),
  perhaps(
    'soft',
    'a server that was not reached',
    /\b(timed? out|connection refused|no route to host|could not connect|unable to connect|delivery time expired|mail loop|too many hops|retry timeout)/i,
  ),
  perhaps(
    'block',
    'a refusal',
    /\b(policy|spam|blocked|prohibited|not authori[sz]ed|access denied|refused by|administrative prohibition)\b/i,
  ),
  perhaps(
    'hard',
    'a mailbox that is not there',
    /\b(mailbox|recipient|user|address)( \S{1,80})? (unavailable|rejected|not available)|requested action not taken/i,
  ),
];
