import { Client } from '@temporalio/client';
import { connectTo, type TemporalConnection } from '../../src/runtime/temporal/connect';

export interface TestTemporal
  extends Pick<TemporalConnection, 'connection' | 'nativeConnection' | 'namespace' | 'address'> {
  readonly client: Client;
}

/** The Temporal server of all test files, with time skipping: connected before a file's tests, closed after them. */
export function testTemporal(): TestTemporal {
  const context: { -readonly [key in keyof TestTemporal]: TestTemporal[key] } & { close?: () => Promise<void> } = {
    // these are set before the first test
    connection: undefined as never,
    nativeConnection: undefined as never,
    client: undefined as never,
    namespace: 'default',
    address: '',
  };
  beforeAll(async () => {
    const temporal = await connectTo({ address: process.env.TEST_TEMPORAL }, 'default');
    const { connection, namespace } = temporal;
    Object.assign(context, temporal, { client: new Client({ connection, namespace }) });
  });
  afterAll(() => context.close?.());
  return context;
}
