import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KeystoneClient } from '../src/auth/keystone/keystone.client';

let dir: string;
let server: Server;
let url: URL;
let certificate: string;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'weft-tls-'));
  const [key, cert] = [join(dir, 'key.pem'), join(dir, 'cert.pem')];
  const subject = ['-subj', '/CN=keystone', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1'];
  execFileSync('openssl', [...request, ...subject, '-keyout', key, '-out', cert], { stdio: 'ignore' });
  certificate = readFileSync(cert, 'utf8');
  server = createServer({ key: readFileSync(key), cert: certificate }, (asked, answer) => {
    if (asked.headers['x-subject-token'] === 'long') return answer.end('x'.repeat(2 * 1024 * 1024));
    answer.writeHead(404, { 'x-asked': `${asked.method} ${asked.url}` }).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = new URL(`https://127.0.0.1:${(server.address() as AddressInfo).port}/identity`);
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(dir, { recursive: true, force: true });
});

const settings = { username: '', password: '', userDomain: '', project: '', projectDomain: '', cacheMs: 0 };

it('connects only to a Keystone with a certificate of the configured authority', async () => {
  const answer = await new KeystoneClient({ ...settings, url, ca: certificate }).tokens('GET', {});
  expect([answer.status, answer.headers['x-asked']]).toEqual([404, 'GET /identity/v3/auth/tokens?nocatalog']);
  await expect(new KeystoneClient({ ...settings, url }).tokens('GET', {})).rejects.toThrow(/self-signed certificate/);
});

it('reads no answer without end', async () => {
  const client = new KeystoneClient({ ...settings, url, ca: certificate });
  await expect(client.tokens('GET', { 'x-subject-token': 'long' })).rejects.toThrow('the answer is too long');
});
