import { failedKind } from '../../../src/domain/inbound/failed-kind';

const kindOf = (status: string, diagnostic = '') => failedKind({ status, diagnostic }).kind;

test.each([
  ['5.1.1', 'hard'],
  ['5.1.2', 'hard'],
  ['5.1.10', 'hard'],
  ['5.2.1', 'hard'],
  ['5.2.2', 'soft'],
  ['5.2.3', 'block'],
  ['5.3.0', 'soft'],
  ['5.4.1', 'soft'],
  ['5.4.4', 'hard'],
  ['5.5.1', 'block'],
  ['5.6.0', 'block'],
  ['5.7.1', 'block'],
  ['5.7.13', 'hard'],
  ['5.0.0', 'soft'],
  ['', 'soft'],
  // given up after days: nobody has said that the address is wrong
  ['4.1.1', 'soft'],
  ['4.2.2', 'soft'],
  ['4.4.7', 'soft'],
  ['4.7.0', 'block'],
])('status %s alone is %s', (status, kind) => {
  expect(kindOf(status)).toBe(kind);
});

test.each([
  ['5.0.0', '550 5.1.1 sorry', 'hard', 'the server’s own status says more than that of whoever reports'],
  ['5.1.1', '550 5.1.1 rejected: 192.0.2.1 listed at zen.spamhaus.org', 'block', 'a blocklist is about us'],
  [
    '5.7.1',
    '550 5.7.1 <a@b.example>: Recipient address rejected: User unknown',
    'hard',
    'words outweigh a vague policy',
  ],
  ['5.2.1', '450 4.2.1 The user is receiving mail at a rate that prevents', 'soft', 'a limit of the mailbox'],
  ['', '550 Requested action not taken: mailbox unavailable', 'hard', 'RFC 5321 words, with nothing that says us'],
  [
    '',
    '550 mailbox unavailable; rejected by SPF policy: DKIM fail',
    'block',
    'the same words, and a reason that is ours',
  ],
  ['', '550', 'soft', 'a bare 550 suppresses nobody'],
  ['', '451 try again later', 'soft', 'a temporary reply'],
])('status %j with %j is %s: %s', (status, diagnostic, kind) => {
  expect(kindOf(status, diagnostic)).toBe(kind);
});
