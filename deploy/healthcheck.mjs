// Exit 0 when the engine of this container is ready. Signs in with the view token like every other client, and trusts
// exactly the certificate that the engine shows.
import { readFileSync } from 'node:fs';
import { request as plain } from 'node:http';
import { request as tls } from 'node:https';

const { env } = process;
const tokenFile = env.ULTRAMOTION_VIEW_TOKEN_FILE ?? env.ULTRAMOTION_OPERATE_TOKEN_FILE;
const certificate = env.ULTRAMOTION_TLS_CERT_FILE;
const headers = tokenFile === undefined ? {} : { authorization: `Bearer ${readFileSync(tokenFile, 'utf8').trim()}` };
const options = {
  host: '127.0.0.1',
  port: Number(env.DASHBOARD_PORT ?? 8050),
  path: '/api/health/ready',
  headers,
  timeout: 4000,
  ...(certificate !== undefined && { ca: readFileSync(certificate), checkServerIdentity: () => undefined }),
};
const asked = (certificate === undefined ? plain : tls)(options, (answer) => {
  let text = '';
  answer.setEncoding('utf8').on('data', (chunk) => {
    text += chunk;
  });
  answer.on('end', () => {
    console.log(`${answer.statusCode} ${text.slice(0, 500)}`);
    process.exit(answer.statusCode === 200 ? 0 : 1);
  });
});
asked.on('timeout', () => asked.destroy(new Error('no answer in 4 s')));
asked.on('error', (error) => {
  console.error(error.message);
  process.exit(1);
});
asked.end();
