// A process of its own that starts a system, says where it is, and stays until it is killed. It runs what the build has made.
const { readConfig } = require('../../dist/runtime/config');
const { startSystem } = require('../../dist/runtime/system');

void startSystem(readConfig(process.env), { environment: {} }).then(({ databaseUrl, temporal, inbox }) => {
  process.stdout.write(`${JSON.stringify({ databaseUrl, temporal: temporal?.address, smtpUrl: inbox?.smtpUrl })}\n`);
});
