import path from 'node:path';
import { describeConfig, readConfig } from '../../src/runtime/config';

const HOME = { HOME: '/home/ana' };

test('with nothing set, everything is embedded and on free ports', () => {
  expect(readConfig(HOME)).toEqual({
    dataDir: path.resolve('.viveiro'),
    cacheDir: '/home/ana/.cache/viveiro',
    host: '127.0.0.1',
    mailFrom: 'Viveiro <hello@viveiro.example>',
    postalAddress: 'Viveiro, Rua das Mudas 1, 01000-000 São Paulo, Brazil',
    apiBodyLimit: 1_048_576,
    inboundMaxBytes: 10_485_760,
    inboundTls: 'offer',
    logLevel: 'warn',
    resumePerMinute: 60,
  });
});

test('variables are read, numbers as numbers, and an empty one counts as none', () => {
  const environment = {
    ...HOME,
    VIVEIRO_API_PORT: '8080',
    VIVEIRO_SMTP_URL: '',
    XDG_CACHE_HOME: '/cache',
    PATH: '/bin',
  };
  expect(readConfig(environment)).toMatchObject({ apiPort: 8080, smtpUrl: undefined, cacheDir: '/cache/viveiro' });
});

test.each([
  ['VIVEIRO_API_PORT', '70000'],
  ['VIVEIRO_API_PORT', 'http'],
  ['VIVEIRO_DATABASE_URL', 'mysql://localhost/x'],
  ['VIVEIRO_SMTP_URL', 'localhost:25'],
  ['VIVEIRO_PUBLIC_URL', 'javascript:alert(1)'],
  ['VIVEIRO_LINK_SECRET', 'short'],
  ['VIVEIRO_LOG_LEVEL', 'loud'],
])('%s=%s is refused, and the message names the variable', (name, value) => {
  expect(() => readConfig({ ...HOME, [name]: value })).toThrow(
    expect.objectContaining({ code: 'VIV_CONFIG_INVALID', message: expect.stringContaining(name) }),
  );
});

test('an unknown VIVEIRO_ variable is refused with the closest known one', () => {
  expect(() => readConfig({ ...HOME, VIVEIRO_DATABSE_URL: 'x' })).toThrow(
    'VIVEIRO_DATABSE_URL: no such setting; did you mean VIVEIRO_DATABASE_URL',
  );
});

test('what people see hides secrets and passwords, and says where each value comes from', () => {
  const environment = {
    ...HOME,
    VIVEIRO_DATABASE_URL: 'postgresql://me:hush@db.example.test/mine?password=hush',
    VIVEIRO_LINK_SECRET: 'hush hush hush hush hush hush hush hush',
  };
  const settings = describeConfig(readConfig(environment), environment);
  expect(JSON.stringify(settings)).not.toContain('hush');
  expect(settings.find(({ name }) => name === 'VIVEIRO_DATABASE_URL')).toEqual({
    name: 'VIVEIRO_DATABASE_URL',
    value: 'postgresql://me:***@db.example.test/mine?password=***',
    source: 'environment',
    description: expect.stringContaining('PostgreSQL'),
  });
  expect(settings.find(({ name }) => name === 'VIVEIRO_LOG_LEVEL')).toMatchObject({ value: 'warn', source: 'default' });
  expect(settings.every(({ description }) => description.length > 10)).toBe(true);
});
