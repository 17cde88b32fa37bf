/** Secrets that an operator types into the real app are searched wherever they could have been left. */
import { generateKeyPairSync } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import ssh2 from 'ssh2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Bridge } from '../../shared/contract/derive.ts';
import type { AppState } from '../../shared/contract/state.ts';
import { appFolder, launchApp, type RunningApp } from '../e2e/support/launch.ts';

const passphrase = 'canary-Passphrase-83b1f2';
const password = 'canary-Password-5c09d7';

/** Every file below a folder that holds one of the texts, also as UTF-16 and Base64. */
function holding(folder: string, texts: readonly string[]): string[] {
  const needles = texts.flatMap((text) => [
    Buffer.from(text),
    Buffer.from(text, 'utf16le'),
    Buffer.from(Buffer.from(text).toString('base64').replace(/=+$/, '')),
  ]);
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => {
      const found = statSync(path, { throwIfNoEntry: false });
      if (found?.isFile() !== true) return false;
      const bytes = readFileSync(path);
      return needles.some((needle) => bytes.includes(needle));
    });
}

/** Command lines and environments of all processes that hold one of the texts. */
function processesHolding(texts: readonly string[]): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((name) => [`/proc/${name}/cmdline`, `/proc/${name}/environ`])
    .filter((path) => {
      try {
        const text = readFileSync(path, 'latin1');
        return texts.some((one) => text.includes(one));
      } catch {
        // Ended meanwhile, or another user's.
        return false;
      }
    });
}

describe('a secret that was typed', () => {
  let app: RunningApp;
  let page: Page;
  const folder = appFolder();
  let tried = 0;
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
  const server = new ssh2.Server({ hostKeys: [privateKey] }, (client) => {
    client.on('authentication', (context) => {
      if (context.method === 'password') tried += 1;
      context.reject(['password']);
    });
    client.on('error', () => undefined);
  });

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    app = await launchApp(folder);
    page = app.wizard.page;
  });
  afterAll(async () => {
    await app.close();
    server.close();
  });

  const state = (): Promise<AppState> =>
    page.evaluate(async () => {
      const { call } = (globalThis as unknown as { bulwark: Bridge }).bulwark;
      const answer = await call.app.snapshot({});
      if (!answer.ok) throw new Error(answer.error.message);
      return answer.value;
    });

  async function question(type: string): Promise<string> {
    for (let tries = 0; tries < 100; tries += 1) {
      const found = (await state()).questions.find((one) => one.type === type);
      if (found !== undefined) return found.id;
      await page.waitForTimeout(50);
    }
    throw new Error(`nobody asked for ${type}`);
  }

  // security: a typed passphrase or password is in no state, log, workspace, profile, argument list or environment
  it('is nowhere afterwards', async () => {
    await page.evaluate(
      async ([typed, port]) => {
        const { call } = (globalThis as unknown as { bulwark: Bridge }).bulwark;
        const made = [
          await call.workspace.create({ name: 'Canary', deployment: 'self-managed' }),
          await call.vault.create({ passphrase: typed }),
          await call.vault.lock({}),
          await call.vault.unlock({ passphrase: typed }),
        ];
        const host = await call.hosts.add({
          draft: {
            name: 'canary',
            address: '127.0.0.1',
            port,
            user: 'op',
            roles: [],
            login: { method: 'password' },
            sudo: 'none',
          },
        });
        if (made.some((one) => !one.ok) || !host.ok) throw new Error(JSON.stringify([made, host]));
        await call.hosts.connect({ hostId: host.value.hostId });
      },
      [passphrase, (server.address() as AddressInfo).port] as const,
    );
    const key = await question('host-key');
    await page.evaluate(async (questionId) => {
      const { call } = (globalThis as unknown as { bulwark: Bridge }).bulwark;
      await call.question.answer({ questionId, answer: 'trust' });
    }, key);
    for (let count = 0; count < 3; count += 1) {
      const asked = await question('secret');
      await page.evaluate(
        async ([questionId, value]) => {
          const { call } = (globalThis as unknown as { bulwark: Bridge }).bulwark;
          await call.question.answerSecret({ questionId, value });
        },
        [asked, password] as const,
      );
    }
    for (let tries = 0; tries < 100 && (await state()).hosts[0]?.connection !== 'failed'; tries += 1)
      await page.waitForTimeout(50);
    const last = await state();
    expect(tried).toBe(3);
    expect(last.hosts[0]).toMatchObject({ connection: 'failed', error: { code: 'SSH_AUTH' } });
    expect(last.vault.state).toBe('unlocked');
    const shown = JSON.stringify(last) + (await page.content());
    expect(shown).not.toContain(passphrase);
    expect(shown).not.toContain(password);
    expect(processesHolding([passphrase, password])).toEqual([]);
    const copied = await app.electron.evaluate(async ({ clipboard }) => await clipboard.readText());
    expect(copied).not.toContain(passphrase);
    expect(copied).not.toContain(password);
    // Workspace, vault, log, settings, and everything that Chromium keeps of its own.
    expect(readdirSync(folder)).toContain('profile');
    expect(holding(folder, [passphrase, password])).toEqual([]);
    // The search does find what is there.
    expect(holding(folder, ['"name": "Canary"']).length).toBeGreaterThan(0);
  });
});
