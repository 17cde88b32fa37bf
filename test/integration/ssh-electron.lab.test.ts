/** The adapter on Electron's cryptography (BoringSSL), which lacks much of what Node's has. */
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeKey, type Sshd, sshdMissing, startSshd } from '../ports/sshd.ts';
import { makeTlsIdentity } from '../ports/tls-identity.ts';
import { findRuntime } from '../support/electron-runtime.ts';

const runtime = findRuntime();
const reason = sshdMissing() ?? (runtime === undefined ? 'skipped: no Electron has been set up' : undefined);
if (reason !== undefined) process.stdout.write(`ssh on Electron: ${reason}\n`);

describe.skipIf(reason !== undefined)('on Electron', () => {
  let sshd: Sshd;
  let node: Server;
  beforeAll(async () => {
    sshd = await startSshd();
    const identity = makeTlsIdentity(sshd.folder, 'electron', 'DNS:node.example');
    node = createServer({ cert: identity.certPem, key: identity.keyPem }, (_request, response) =>
      response.end('{}'),
    );
    await new Promise<void>((resolve) => {
      node.listen(0, '127.0.0.1', resolve);
    });
  });
  afterAll(async () => {
    node.close();
    await sshd.stop();
  });

  it.each([
    ['plain-ed25519', ['-t', 'ed25519'], ''],
    ['locked-ecdsa', ['-t', 'ecdsa', '-a', '4'], 'open sesame'],
    ['locked-pkcs8', ['-t', 'rsa', '-b', '2048', '-m', 'PKCS8'], 'open sesame'],
  ])('logs in, runs a script and asks a node: %s', async (name, kind, passphrase) => {
    makeKey(join(sshd.folder, name), kind, passphrase);
    const accepted = join(sshd.folder, 'authorized_keys');
    writeFileSync(
      accepted,
      readFileSync(accepted, 'utf8') + readFileSync(join(sshd.folder, `${name}.pub`), 'utf8'),
    );
    const look = join(import.meta.dirname, 'ssh-electron-look.ts');
    const nodePort = (node.address() as AddressInfo).port;
    const { stdout } = await promisify(execFile)(
      runtime?.executable ?? '',
      ['--import', 'tsx', look, String(sshd.port), sshd.user, sshd.folder, name, String(nodePort)],
      { env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' }, timeout: 60_000 },
    );
    expect(JSON.parse(stdout)).toEqual({ electron: runtime?.version, said: 'here\n', node: [200, true] });
  });
});
