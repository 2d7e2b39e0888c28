import { verify, X509Certificate } from 'node:crypto';
import type { Instant, Json } from '../../../domain/ids';
import { isAmazonCertificate } from '../../../domain/inbound/amazon';
import type { SignatureRules } from '../../../domain/inbound/signature-rules';
import { type Signed, staleProblem } from './message';

/** Fetches a certificate of Amazon SNS, as PEM. Throws VIV_CERTIFICATE_UNREACHABLE. */
export type CertificateAt = (url: string) => Promise<string>;

/** What a message of SNS is, once its signature is good. */
export type SnsProof =
  | { readonly type: 'proven'; readonly json: Json }
  /** Somebody wants a topic of ours to tell this address, or to tell it no more. `url`: a call there says yes. */
  | { readonly type: 'asks'; readonly id: string; readonly topic: string; readonly url: string; readonly said: string }
  | { readonly type: 'refused'; readonly problem: string };

/** The fields that are signed, in the order in which they are, by the type of the message. */
const ASKING = ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'];
const SIGNED: ReadonlyMap<string, readonly string[]> = new Map([
  ['Notification', ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type']],
  ['SubscriptionConfirmation', ASKING],
  ['UnsubscribeConfirmation', ASKING],
]);
const ALGORITHMS: ReadonlyMap<string, string> = new Map([
  ['1', 'RSA-SHA1'],
  ['2', 'RSA-SHA256'],
]);

type Rules = Extract<SignatureRules, { type: 'sns' }>;

/**
 * Whether a message is of a declared topic and signed by Amazon SNS
 * (https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html). All that costs nothing is looked at before a
 * certificate is asked for. Throws VIV_CERTIFICATE_UNREACHABLE.
 */
export async function snsProof(
  rules: Rules,
  { message, now }: Signed,
  certificateAt: CertificateAt,
): Promise<SnsProof> {
  const fields = textsIn(message.json);
  const text = (name: string) => fields.get(name) ?? '';
  const names = SIGNED.get(text('Type'));
  const algorithm = ALGORITHMS.get(text('SignatureVersion'));
  if (!names || algorithm === undefined)
    return refused('it is no message of SNS in JSON; switch raw message delivery off');
  if (!rules.topics.includes(text('TopicArn'))) return refused('its topic is not among the topics of the rules');
  const stale = staleProblem(Date.parse(text('Timestamp')), now, rules.tolerance);
  if (stale !== undefined) return refused(stale);
  const certificates = rules.certificates ?? (await named(text('SigningCertURL'), certificateAt));
  if (certificates.length === 0) return refused('it names a certificate that is not at Amazon SNS');
  const canonical = names.flatMap((name) => (fields.has(name) ? [`${name}\n${text(name)}\n`] : [])).join('');
  const signature = { algorithm, bytes: Buffer.from(canonical), given: Buffer.from(text('Signature'), 'base64'), now };
  if (!certificates.some((pem) => isSignedBy(pem, signature))) return refused('the signature is wrong');
  return text('Type') === 'Notification'
    ? { type: 'proven', json: opened(message.json, text('Message')) }
    : { type: 'asks', id: text('MessageId'), topic: text('TopicArn'), url: text('SubscribeURL'), said: text('Type') };
}

const refused = (problem: string): SnsProof => ({ type: 'refused', problem });

function textsIn(json: Json): ReadonlyMap<string, string> {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return new Map();
  return new Map(Object.entries(json).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

const named = async (url: string, certificateAt: CertificateAt): Promise<readonly string[]> =>
  isAmazonCertificate(url) ? [await certificateAt(url)] : [];

interface SignedWith {
  readonly algorithm: string;
  readonly bytes: Buffer;
  readonly given: Buffer;
  readonly now: Instant;
}

function isSignedBy(pem: string, { algorithm, bytes, given, now }: SignedWith): boolean {
  const certificate = certificateIn(pem);
  if (certificate?.publicKey.asymmetricKeyType !== 'rsa') return false;
  const isTime = Date.parse(certificate.validFrom) <= now && now <= Date.parse(certificate.validTo);
  return isTime && verify(algorithm, bytes, certificate.publicKey, given);
}

/** Undefined: it is none. */
export function certificateIn(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

/** The message within the message, so that a mapping can say `Message.bounce.bounceType`. */
function opened(json: Json, text: string): Json {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return json;
  try {
    const inner: Json = JSON.parse(text);
    return { ...json, Message: inner };
  } catch {
    return json;
  }
}
