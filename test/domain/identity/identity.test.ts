import fc from 'fast-check';
import { normalizeAddress } from '../../../src/domain/identity/address';
import { normalizePhone } from '../../../src/domain/identity/phone';
import {
  DEFAULT_IDENTITY,
  type IdentityRules,
  identityProblems,
  identitySchema,
} from '../../../src/domain/identity/rules';

const GMAIL = identitySchema.parse({
  domains: { 'gmail.com': { plusTags: 'drop', dots: 'drop' }, 'googlemail.com': { sameAs: 'gmail.com' } },
});

describe('one spelling of an address', () => {
  test.each<[string, IdentityRules, string, string]>([
    [' Ana@Viva.Example ', DEFAULT_IDENTITY, 'ana@viva.example', 'ana@viva.example'],
    ['ana@viva.example.', DEFAULT_IDENTITY, 'ana@viva.example', 'ana@viva.example'],
    ['zoë@café.example', DEFAULT_IDENTITY, '', ''],
    ['jose@CAFÉ.example', DEFAULT_IDENTITY, 'jose@xn--caf-dma.example', 'jose@xn--caf-dma.example'],
    ['ana@ｖｉｖａ。example', DEFAULT_IDENTITY, 'ana@viva.example', 'ana@viva.example'],
    ['a.na+news@viva.example', GMAIL, 'a.na+news@viva.example', 'a.na+news@viva.example'],
    ['A.na+News@gmail.com', GMAIL, 'a.na+news@gmail.com', 'ana@gmail.com'],
    ['a.na+x@GoogleMail.com', GMAIL, 'a.na+x@googlemail.com', 'ana@gmail.com'],
    ['+tag@gmail.com', GMAIL, '+tag@gmail.com', '+tag@gmail.com'],
    ['Ana@viva.example', { ...DEFAULT_IDENTITY, localCase: 'keep' }, 'Ana@viva.example', 'ana@viva.example'],
  ])('%s', (raw, rules, address, key) => {
    expect(normalizeAddress(raw, rules)).toMatchObject(
      address === '' ? { type: 'refused' } : { type: 'valid', address, key },
    );
  });

  test.each([
    '',
    'ana',
    '@viva.example',
    'ana@',
    'ana@viva',
    'ana@127.0.0.1',
    'ana@[127.0.0.1]',
    'a..na@viva.example',
    '.ana@viva.example',
    'ana @viva.example',
    'ana@viva example',
    'ana@viva.example:25',
    'ana@viva.example/x',
    'ana\r\nBcc: eve@viva.example',
    '"a b"@viva.example',
    'ana\0@viva.example',
    'ana@-viva.example',
    'Ana <ana@viva.example>',
    `${'a'.repeat(65)}@viva.example`,
    `ana@${'a.'.repeat(127)}example`,
  ])('%j is refused, and says why', (raw) => {
    expect(normalizeAddress(raw, GMAIL)).toMatchObject({
      type: 'refused',
      code: 'VIV_ADDRESS_INVALID',
      problem: expect.stringMatching(/\w/),
    });
  });

  test('an address or key that was normalised stays as it is, and a key is found by every spelling', () => {
    const local = fc.stringMatching(/^[A-Za-z0-9+._]{1,12}$/);
    const domain = fc.constantFrom('gmail.com', 'googlemail.com', 'Viva.Example', 'café.example');
    fc.assert(
      fc.property(local, domain, (mailbox, host) => {
        const one = normalizeAddress(`${mailbox}@${host}`, GMAIL);
        if (one.type === 'refused') return;
        expect(normalizeAddress(one.address, GMAIL)).toEqual(one);
        expect(normalizeAddress(one.key, GMAIL)).toMatchObject({ key: one.key });
        expect(normalizeAddress(` ${mailbox.toUpperCase()}@${host.toUpperCase()}`, GMAIL)).toEqual(one);
      }),
    );
  });

  test('rules of which nobody could tell what they mean are told', () => {
    const rules = identitySchema.parse({
      defaultCountry: 'XX',
      domains: {
        'Gmail.com': {},
        'a.example': { sameAs: 'b.example' },
        'b.example': { sameAs: 'c.example' },
        'd.example': { sameAs: 'nowhere' },
      },
    });
    expect(identityProblems(rules).map(({ path }) => path.join('.'))).toEqual([
      'defaultCountry',
      'domains.Gmail.com',
      'domains.a.example.sameAs',
      'domains.d.example.sameAs',
    ]);
  });
});

describe('one spelling of a telephone number', () => {
  test.each([
    ['(11) 98765-4321', 'BR', '+5511987654321'],
    ['+55 11 98765 4321', 'PL', '+5511987654321'],
    ['601 234 567', 'PL', '+48601234567'],
    ['0048 601 234 567', 'PL', '+48601234567'],
    ['tel:+1-650-253-0000', undefined, '+16502530000'],
  ])('%s in %s is %s', (raw, country, phone) => {
    expect(normalizePhone(raw, country)).toMatchObject({ type: 'valid', phone });
  });

  test.each([
    ['98765-4321', undefined, /country/],
    ['123', 'BR', /digits|like that/],
    ['call me', 'BR', /no number/],
    ['', 'BR', /no number/],
    ['+55 11 98765 4321 98765 4321 1', 'BR', /digits|number/],
    ['+999 123 456 789', 'BR', /country/],
    ['my number is +55 11 98765 4321', 'BR', /no number/],
    ['1'.repeat(100), 'BR', /digits/],
  ])('%s in %s is refused', (raw, country, problem) => {
    expect(normalizePhone(raw, country)).toMatchObject({
      type: 'refused',
      code: 'VIV_PHONE_INVALID',
      problem: expect.stringMatching(problem),
    });
  });
});
