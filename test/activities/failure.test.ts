import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { withFailures } from '../../src/activities/failure';
import { failure } from '../../src/domain/errors';

const thrownBy = async (error: unknown): Promise<unknown> => {
  const { act } = withFailures({
    act: async () => {
      throw error;
    },
  });
  return act().catch((thrown: unknown) => thrown);
};

test('an error of the registry is told by its code alone, and says whether a retry may help', async () => {
  const unknown = await thrownBy(failure('VIV_CONTACT_UNKNOWN', { contact: 'ana@example.test' }));
  expect(unknown).toBeInstanceOf(ApplicationFailure);
  expect(unknown).toMatchObject({ type: 'VIV_CONTACT_UNKNOWN', nonRetryable: true, cause: undefined });
  const busy = await thrownBy(failure('VIV_SEND_BUSY', { send: '1' }));
  expect(busy).toMatchObject({ type: 'VIV_SEND_BUSY', nonRetryable: false });
});

// INV-NO-NAMES-IN-HISTORY
test('what an error says stays out of the history, whoever has thrown it', async () => {
  const errors = [
    failure('VIV_CONTACT_UNKNOWN', { contact: 'ana@example.test' }),
    new Error('Key (email)=(ana@example.test) already exists'),
    'ana@example.test',
  ];
  for (const error of errors) {
    const thrown = await thrownBy(error);
    const { message, details, cause } = thrown as ApplicationFailure; // the test above holds that it is one
    expect(JSON.stringify([message, details, cause])).not.toContain('ana@');
  }
});

test('a fault that nobody foresaw is tried again', async () => {
  expect(await thrownBy(new Error('connection lost'))).toMatchObject({ type: 'VIV_UNEXPECTED', nonRetryable: false });
});

test('a cancellation stays one', async () => {
  const cancelled = new CancelledFailure('stopped');
  expect(await thrownBy(cancelled)).toBe(cancelled);
});
