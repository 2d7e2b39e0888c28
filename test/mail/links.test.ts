import fc from 'fast-check';
import { newId } from '../../src/domain/ids';
import { type LinkPayload, readLink, signLink } from '../../src/mail/links';

const SECRET = 'a secret for tests only';
const id = fc.uuid({ version: [4, 5, 7] });
const payload: fc.Arbitrary<LinkPayload> = fc.oneof(
  fc.record({ kind: fc.constantFrom('click', 'unsubscribe', 'call'), id }),
  fc.record({ kind: fc.constant('handoff'), id, repId: id }),
);
const forged = expect.objectContaining({ code: 'VIV_LINK_FORGED' });

test('what is signed is read, and a token is short and safe in a URL', () => {
  fc.assert(
    fc.property(payload, (link) => {
      const token = signLink(SECRET, link);
      expect(readLink(SECRET, token)).toEqual(link);
      expect(token).toMatch(/^[A-Za-z0-9_-]{40,80}$/);
    }),
  );
});

// INV-LINKS-SIGNED
test('no changed letter, no lost or added letter, and no other secret passes', () => {
  const letters = [...'ABCXYZabcxyz0189-_=.+/ é'];
  fc.assert(
    fc.property(payload, fc.nat(100), fc.constantFrom(...letters), (link, at, letter) => {
      const token = signLink(SECRET, link);
      const index = at % token.length;
      const changed = token.slice(0, index) + letter + token.slice(index + 1);
      for (const bad of [token.slice(0, index), token + letter, ...(changed === token ? [] : [changed])])
        expect(() => readLink(SECRET, bad)).toThrow(forged);
      expect(() => readLink(`${SECRET}!`, token)).toThrow(forged);
    }),
  );
});

test('anything else is forged', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => expect(() => readLink(SECRET, text)).toThrow(forged)));
});

test('the same id has another token for each kind', () => {
  const same = newId();
  const tokens = (['click', 'unsubscribe', 'call'] as const).map((kind) => signLink(SECRET, { kind, id: same }));
  expect(new Set(tokens).size).toBe(3);
});

test('tokens of old mails keep their meaning', () => {
  const fixed = '0193b6a0-0000-7000-8000-000000000001';
  const old = {
    click: { kind: 'click', id: fixed },
    unsubscribe: { kind: 'unsubscribe', id: fixed },
    call: { kind: 'call', id: fixed },
    handoff: { kind: 'handoff', id: fixed, repId: fixed },
  } as const;
  expect(Object.values(old).map((link) => signLink(SECRET, link))).toMatchInlineSnapshot(`
[
  "AWMBk7agAABwAIAAAAAAAAABDe1InEexbxsSMUjzXcRtOQ",
  "AXUBk7agAABwAIAAAAAAAAABYXgwiSeElPHa2-GGcwXCuA",
  "AXABk7agAABwAIAAAAAAAAABJjWtvA6bzxkcet89a7kHCw",
  "AWgBk7agAABwAIAAAAAAAAABAZO2oAAAcACAAAAAAAAAASvlj7q1TLcCGwzASsDqTPI",
]
`);
});
