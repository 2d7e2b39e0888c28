import fc from 'fast-check';
import { type ReturnAddress, readReturnAddress, returnAddress, sendOfReturnPath } from '../../src/mail/verp';

const SECRET = 'a secret for tests only';
const DOMAIN = 'bounces.viva.example';
const address = (of: ReturnAddress) => returnAddress(SECRET, DOMAIN, of);
const read = (text: string) => readReturnAddress(SECRET, text);

const anAddress: fc.Arbitrary<ReturnAddress> = fc.record({
  kind: fc.constantFrom('bounce', 'reply', 'unsubscribe'),
  sendId: fc.uuid({ version: [4, 5, 7] }),
});

test('what is written is read, whatever a server does to its case, and fits a local part', () => {
  fc.assert(
    fc.property(anAddress, fc.infiniteStream(fc.boolean()), (of, flips) => {
      const written = address(of);
      const [local = '', domain] = written.split('@');
      expect(domain).toBe(DOMAIN);
      expect(local).toMatch(/^[a-z]+\+[a-z2-7]+-[a-z2-7]+$/);
      expect(Buffer.byteLength(local)).toBeLessThanOrEqual(64); // RFC 5321 §4.5.3.1.1
      const flipped = [...written].map((letter) => (flips.next().value ? letter.toUpperCase() : letter)).join('');
      for (const spelling of [written, flipped]) expect(read(spelling)).toEqual({ type: 'ours', ...of });
    }),
  );
});

// INV-RETURN-PATH-SIGNED
test('no changed letter, no lost or added letter, no other kind and no other secret passes', () => {
  const letters = [...'abcyz0123789-+.= é'];
  fc.assert(
    fc.property(anAddress, fc.nat(100), fc.constantFrom(...letters), (of, at, letter) => {
      const [local = ''] = address(of).split('@');
      const index = at % local.length;
      const changed = local.slice(0, index) + letter + local.slice(index + 1);
      for (const bad of [local.slice(0, index), local + letter, ...(changed === local ? [] : [changed])])
        expect(read(`${bad}@${DOMAIN}`).type).not.toBe('ours');
      const [, rest = ''] = local.split('+');
      for (const other of ['bounce', 'reply', 'unsub'].filter((prefix) => !local.startsWith(prefix)))
        expect(read(`${other}+${rest}@${DOMAIN}`)).toEqual({ type: 'forged' });
      expect(readReturnAddress(`${SECRET}!`, `${local}@${DOMAIN}`)).toEqual({ type: 'forged' });
    }),
  );
});

test('an address that only looks like one is forged, one that does not is foreign, and nothing breaks on text', () => {
  expect(read(`bounce+x-y@${DOMAIN}`)).toEqual({ type: 'forged' });
  expect(read(`BOUNCE+@${DOMAIN}`)).toEqual({ type: 'forged' });
  for (const text of ['', 'ana@example.test', 'bounce@viva.example', 'news+x@viva.example'])
    expect(read(text)).toEqual({ type: 'foreign' });
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => expect(read(text).type).not.toBe('ours')));
});

test('only a return path tells its send', () => {
  const sendId = '0193b6a0-0000-7000-8000-0000000000aa';
  expect(sendOfReturnPath(SECRET, address({ kind: 'bounce', sendId }))).toBe(sendId);
  expect(sendOfReturnPath(SECRET, address({ kind: 'reply', sendId }))).toBeNull();
  expect(sendOfReturnPath(SECRET, 'ana@example.test')).toBeNull();
});

test('addresses of old mails keep their meaning', () => {
  const sendId = '0193b6a0-0000-7000-8000-000000000001';
  const all = (['bounce', 'reply', 'unsubscribe'] as const).map((kind) => address({ kind, sendId }));
  expect(all).toMatchInlineSnapshot(`
[
  "bounce+agj3niaaabyabaaaaaaaaaaaae-qd6nuf2p7dyissld27lzsr5ceu@bounces.viva.example",
  "reply+agj3niaaabyabaaaaaaaaaaaae-adqqm7vfyjsika2gus5q4xxbhi@bounces.viva.example",
  "unsub+agj3niaaabyabaaaaaaaaaaaae-kekpk5yjk5kfttbwxzzwe5cpnm@bounces.viva.example",
]
`);
});
