// A process of its own that starts a system, says where it is, and stays until it is killed.
import { readConfig } from '../../src/runtime/config';
import { startSystem } from '../../src/runtime/system';

void startSystem(readConfig(process.env), { environment: {} }).then(({ databaseUrl, temporal, inbox }) => {
  process.stdout.write(`${JSON.stringify({ databaseUrl, temporal: temporal?.address, smtpUrl: inbox?.smtpUrl })}\n`);
});
