import { get } from 'node:https';

const PATIENCE_MS = 5_000;
const MOST_BYTES = 32_768;

/**
 * Reads a small text from an address of Amazon SNS that was looked at before: within five seconds, over TLS with its certificate checked,
 * and following nothing. Throws for any answer but 200, and for one that is too large.
 */
export function readFromAmazon(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    get(url, { agent: false, signal, headers: { 'user-agent': 'Viveiro' } }, (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response
        .on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes > MOST_BYTES) response.destroy(new Error(`it is larger than ${MOST_BYTES} bytes`));
          else chunks.push(chunk);
        })
        .on('end', () => {
          if (response.statusCode === 200) resolve(Buffer.concat(chunks).toString('utf8'));
          else reject(new Error(`it answered ${response.statusCode}`));
        })
        .on('error', reject);
    }).on('error', reject);
  });
}
