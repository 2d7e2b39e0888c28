import { areSecrets, signatureHeaders } from '../../../src/activities/webhooks/sign';

/** Of the specification's own libraries: https://github.com/standard-webhooks/standard-webhooks. */
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const MESSAGE = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestamp: 1614265330, body: '{"test": 2432232314}' };
const SIGNATURE = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';
const OTHER = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

test('a message is signed as the example of Standard Webhooks is', () => {
  expect(signatureHeaders(SECRET, MESSAGE)).toEqual({
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': SIGNATURE,
  });
});

test('with two secrets each signs, so that a receiver may change from one to the other', () => {
  const both = signatureHeaders(`${OTHER} ${SECRET}`, MESSAGE)?.['webhook-signature'] ?? '';
  expect(both.split(' ')).toHaveLength(2);
  expect(both.split(' ')[1]).toBe(SIGNATURE);
});

test.each(['', 'secret', 'whsec_', 'whsec_c2hvcnQ=', 'whsec_not base64 at all !', `${SECRET} nonsense`])(
  'nothing is signed with "%s"',
  (secret) => {
    expect(areSecrets(secret)).toBe(false);
    expect(signatureHeaders(secret, MESSAGE)).toBeUndefined();
  },
);
