import fc from 'fast-check';
import { burstsIn, type Hit } from '../../../src/domain/engagement/machine';
import { networkOf, parseNetwork } from '../../../src/domain/engagement/networks';
import { originOf, pageProperties } from '../../../src/domain/engagement/pages';
import { DEFAULT_ENGAGEMENT } from '../../../src/domain/engagement/rules';
import { safeTarget, withParameter } from '../../../src/domain/engagement/target';

describe('a network', () => {
  it.each([
    ['192.0.2.0/24', '192.0.2.255', true],
    ['192.0.2.0/24', '192.0.3.0', false],
    ['192.0.2.128/25', '192.0.2.127', false],
    ['192.0.2.1', '::ffff:192.0.2.1', true],
    ['0.0.0.0/0', '8.8.8.8', true],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['2001:db8::/32', '2001:db8:ffff::1', true],
    ['2001:db8::/33', '2001:db8:8000::1', false],
    ['::1', '::1', true],
    ['192.0.2.0/24', 'nonsense', false],
  ])('%s and %s: %s', (network, address, isIn) => {
    expect(networkOf(address, [network])).toBe(isIn ? network : undefined);
  });

  it.each([
    '',
    '1.2.3',
    '1.2.3.256',
    '01.2.3.4',
    '1.2.3.4/33',
    '1.2.3.4/',
    '1.2.3.4/8/8',
    ':::',
    '1::2::3',
    'g::',
    '1:2:3:4:5:6:7:8:9',
  ])('%j is none', (text) => {
    expect(parseNetwork(text)).toBeUndefined();
  });

  it('holds each of its addresses, however many bits it has', () => {
    const byte = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(fc.tuple(byte, byte, byte, byte), fc.integer({ min: 0, max: 32 }), fc.nat(), (bytes, bits, flip) => {
        const value = bytes.reduce((sum, one) => sum * 256 + one, 0);
        const other =
          bits === 32 ? value : Math.floor(value / 2 ** (32 - bits)) * 2 ** (32 - bits) + (flip % 2 ** (32 - bits));
        const text = [24, 16, 8, 0].map((shift) => Math.floor(other / 2 ** shift) % 256).join('.');
        expect(networkOf(text, [`${bytes.join('.')}/${bits}`])).toBeDefined();
      }),
    );
  });
});

test('no order in which clicks are looked at makes another judgement, and more clicks never make a machine a person', () => {
  const hit = fc.record({ at: fc.integer({ min: 0, max: 6_000 }), linkId: fc.constantFrom('a', 'b', 'c', null) });
  fc.assert(
    fc.property(fc.array(hit, { maxLength: 8 }), fc.nat(), (drawn, seed) => {
      const hits = drawn.map((one, index): Hit => ({ ...one, id: String(index) }));
      const judged = burstsIn(DEFAULT_ENGAGEMENT, hits);
      const turned = hits.toSorted((a, b) => ((Number(a.id) * 31 + seed) % 7) - ((Number(b.id) * 31 + seed) % 7));
      expect(new Map([...burstsIn(DEFAULT_ENGAGEMENT, turned)].toSorted())).toEqual(new Map([...judged].toSorted()));
      const fewer = burstsIn(DEFAULT_ENGAGEMENT, hits.slice(1));
      for (const id of fewer.keys()) expect(judged.has(id)).toBe(true);
    }),
  );
});

test('a target is only ever a page of the web, and is what it was', () => {
  expect(safeTarget('HTTPS://Example.test/a?b=c#d')).toBe('https://example.test/a?b=c#d');
  expect(withParameter('https://example.test/a?viveiro=old&b=c#d', ['viveiro', 'x'])).toBe(
    'https://example.test/a?viveiro=x&b=c#d',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.webUrl(),
        fc.string().map((text) => `https://${text}`),
      ),
      (text) => {
        const target = safeTarget(text);
        fc.pre(target !== undefined);
        const { protocol, username, password } = new URL(target);
        expect([/^https?:$/.test(protocol), username, password]).toEqual([true, '', '']);
        expect(new URL(text).host).toBe(new URL(target).host);
      },
    ),
    { numRuns: 500 },
  );
});

test('of a page its site and path are kept, and of its query what says where somebody came from', () => {
  const url = 'https://www.viva.example/prices?email=ana@example.test&utm_source=fair&token=secret#top';
  expect(pageProperties({ url, title: 'Prices', referrer: 'https://search.example/?q=ana' })).toEqual({
    site: 'https://www.viva.example',
    page: '/prices',
    title: 'Prices',
    referrer: 'https://search.example',
    utm_source: 'fair',
  });
  expect(originOf('https://user@viva.example/')).toBeUndefined();
  expect(originOf('ftp://viva.example/')).toBeUndefined();
});
