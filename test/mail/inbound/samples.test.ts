import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { attribute, type KnownSend } from '../../../src/domain/inbound/attribution';
import { claimsOf } from '../../../src/domain/inbound/claims';
import type { Classified, InboundKind } from '../../../src/domain/inbound/classified';
import { classify, kindOf } from '../../../src/domain/inbound/classify';
import { evidenceOf } from '../../../src/domain/inbound/evidence';
import { parseMessage } from '../../../src/mail/inbound/parse';
import { returnClaim } from '../../../src/mail/inbound/return-claim';
import { LINK_SECRET } from '../../support/api';

/** Mails by hand, shaped as those providers write them, to invented people: what each is to be taken for. */
const SAMPLES: { readonly [name: string]: readonly [kind: InboundKind, status: string, by: string] } = {
  'postfix-hard': ['hard', '5.1.1', 'return_path'],
  'postfix-no-domain': ['hard', '5.4.4', 'return_path'],
  'postfix-delayed': ['delayed', '4.4.1', 'return_path'],
  'postfix-given-up': ['soft', '4.4.1', 'return_path'],
  'postfix-delivered': ['delivered', '2.0.0', 'return_path'],
  'gmail-hard': ['hard', '5.1.1', 'return_path'],
  'gmail-full': ['soft', '5.2.2', 'return_path'],
  'gmail-block': ['block', '5.7.1', 'return_path'],
  'gmail-unauthenticated': ['block', '5.7.26', 'return_path'],
  'gmail-delayed': ['delayed', '4.4.1', 'return_path'],
  'gmail-vacation-pt': ['auto_reply', '', 'reference'],
  'gmail-reply-pt': ['reply', '', 'reference'],
  'gmail-unsubscribe': ['unsubscribe', '', 'return_path'],
  'hotmail-block': ['block', '5.7.1', 'return_path'],
  'hotmail-hard': ['hard', '5.5.0', 'return_path'],
  'hotmail-complaint': ['complaint', '', 'message_id'],
  'exchange-online-hard': ['hard', '5.1.10', 'return_path'],
  'exchange-online-denied': ['hard', '5.4.1', 'return_path'],
  'exchange-2003-hard': ['hard', '5.1.1', 'return_path'],
  'outlook-auto-reply': ['auto_reply', '', 'reference'],
  'outlook-reply-en': ['reply', '', 'reference'],
  'yahoo-hard': ['hard', '', 'return_path'],
  'yahoo-block': ['block', '4.7.0', 'return_path'],
  'yahoo-complaint': ['complaint', '', 'message_id'],
  'qmail-hard': ['hard', '5.1.1', 'return_path'],
  'qmail-soft': ['soft', '4.4.3', 'return_path'],
  'exim-hard': ['hard', '', 'return_path'],
  'exim-delayed': ['delayed', '', 'return_path'],
  'sendmail-hard': ['hard', '5.1.1', 'return_path'],
  'sendmail-delayed': ['delayed', '4.4.3', 'return_path'],
  'ses-hard': ['hard', '5.1.1', 'return_path'],
  'ses-suppressed': ['hard', '5.1.1', 'return_path'],
  'icloud-hard': ['hard', '5.1.1', 'return_path'],
  'icloud-full': ['soft', '5.2.2', 'return_path'],
  'icloud-block': ['block', '5.7.1', 'return_path'],
  'proofpoint-block': ['block', '5.0.0', 'return_path'],
  'mimecast-hard': ['hard', '5.0.0', 'return_path'],
  'mimecast-block': ['block', '5.0.0', 'return_path'],
  'uol-hard': ['hard', '', 'return_path'],
  'uol-complaint': ['complaint', '', 'message_id'],
  'terra-full': ['soft', '5.0.0', 'return_path'],
  'locaweb-block': ['block', '5.7.1', 'return_path'],
  'polish-hard': ['hard', '5.0.0', 'return_path'],
  'polish-auto-reply': ['auto_reply', '', 'recipient'],
  'polish-words-only': ['auto_reply', '', 'reference'],
  'polish-reply': ['reply', '', 'return_path'],
  'words-only-pt': ['auto_reply', '', 'reference'],
  'words-unsubscribe-pt': ['unsubscribe', '', 'reference'],
  'words-unsubscribe-pl': ['unsubscribe', '', 'reference'],
  'ticket-auto-reply': ['auto_reply', '', 'reference'],
  'read-receipt': ['auto_reply', '', 'recipient'],
  'arf-redacted-complaint': ['complaint', '', 'message_id'],
  'arf-not-spam': ['unknown', '', 'message_id'],
  'arf-opt-out': ['unsubscribe', '', 'message_id'],
  'lie-forged-address': ['hard', '5.1.1', 'VIV_INBOUND_FORGED'],
  'lie-foreign-message': ['hard', '5.1.1', 'VIV_INBOUND_FOREIGN'],
  'lie-foreign-recipient': ['hard', '5.1.1', 'VIV_INBOUND_RECIPIENT'],
};

const FOLDER = path.join(__dirname, 'samples');
const SEND_ID = '0193b6a0-0000-7000-8000-0000000000aa';

/** To whom the mail of a sample went, as its copy says. */
const sendOf = (source: string): KnownSend => ({
  id: SEND_ID,
  messageId: `<${SEND_ID}@viva.example>`,
  recipient: /^To: Ana Souza <(.+)>/m.exec(source)?.[1] ?? 'ana@terraverde.example',
});

async function taken(name: string) {
  const source = readFileSync(path.join(FOLDER, `${name}.eml`));
  const message = await parseMessage(source);
  const claims = claimsOf(message, (address) => returnClaim(LINK_SECRET, address));
  const isToUnsubscribe = claims.returnPaths.some((one) => one.type === 'ours' && one.kind === 'unsubscribe');
  const classified = classify(message, { isToUnsubscribe });
  const sends = [sendOf(source.toString())];
  return { classified, attribution: attribute({ ...evidenceOf(message, classified), claims, sends }) };
}

const statusOf = (classified: Classified): string =>
  classified.type === 'report' ? (classified.recipients[0]?.status ?? '') : '';

test.each(Object.entries(SAMPLES))('%s is %j', async (name, [kind, status, by]) => {
  const { classified, attribution } = await taken(name);
  const sign = attribution.type === 'lie' ? attribution.lie : 'by' in attribution ? attribution.by : attribution.reason;
  expect([kindOf(classified), statusOf(classified), sign]).toEqual([kind, status, by]);
  expect(classified.reason).not.toBe('');
});

test('every sample is listed here', () => {
  const files = readdirSync(FOLDER).map((file) => path.parse(file).name);
  expect(files.toSorted()).toEqual(Object.keys(SAMPLES).toSorted());
});

test('a report names one recipient, with the words of the server and the rule', async () => {
  const { classified } = await taken('qmail-hard');
  expect(classified).toEqual({
    type: 'report',
    reason: 'a bounce in words',
    recipients: [
      {
        recipient: 'ana@ipe.example',
        originalRecipient: '',
        kind: 'hard',
        status: '5.1.1',
        diagnostic: 'Sorry, no mailbox here by that name. (#5.1.1)',
        reason: 'the words “no mailbox here by that name” (no such mailbox)',
      },
    ],
  });
});
