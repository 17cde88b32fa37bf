/** Run by the Electron binary in its Node mode: one look at a host with Electron's own cryptography, told as JSON. */
import { readFileSync } from 'node:fs';
import { keyLogin, testFactory } from '../ports/ssh-factory.ts';

const [port = '', user = '', folder = '', key = '', nodePort = ''] = process.argv.slice(-5);
const session = await testFactory(
  { address: '127.0.0.1', port: Number(port), user, login: keyLogin(folder, key) },
  `${folder}/known_hosts`,
  { passphrase: 'open sesame' },
).session();
const probed = await session.probe({
  name: 'look',
  script: 'echo here',
  privileged: false,
  deadlineSeconds: 20,
});
const asked = await session.request({
  address: '127.0.0.1',
  port: Number(nodePort),
  tls: { caPem: readFileSync(`${folder}/electron.ca.pem`, 'utf8') },
  method: 'GET',
  path: '/',
  timeoutSeconds: 10,
});
await session.close();
process.stdout.write(
  JSON.stringify({
    electron: process.versions['electron'],
    said: probed.ok ? Buffer.from(probed.value.stdout).toString() : probed.error,
    node: asked.ok ? [asked.value.status, asked.value.peer?.authorized] : asked.error,
  }),
);
