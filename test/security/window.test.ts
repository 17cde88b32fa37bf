/** The real window, asked what an auditor would ask. */
import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contentSecurityPolicy } from '../../electron/main/app-files.ts';
import { api } from '../../shared/contract/api.ts';
import { callChannel } from '../../shared/contract/derive.ts';
import { appFolder, launchApp, type RunningApp } from '../e2e/support/launch.ts';

describe('the window', () => {
  let app: RunningApp;
  let page: Page;
  beforeAll(async () => {
    app = await launchApp(appFolder());
    page = app.wizard.page;
  });
  afterAll(async () => {
    await app.close();
  });

  // security: the page is isolated, sandboxed and has no Node
  it('is made with every protection on', async () => {
    const preferences = await app.electron.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows().map((window) => {
        // Not in the types: Electron keeps it for its own tests.
        const contents = window.webContents as unknown as {
          getLastWebPreferences(): Readonly<Record<string, unknown>>;
        };
        const { contextIsolation, sandbox, nodeIntegration, webSecurity, webviewTag } =
          contents.getLastWebPreferences();
        return { contextIsolation, sandbox, nodeIntegration, webSecurity, webviewTag };
      }),
    );
    expect(preferences).toEqual([
      {
        contextIsolation: true,
        sandbox: true,
        nodeIntegration: false,
        webSecurity: true,
        webviewTag: false,
      },
    ]);
  });

  // security: the operating system filters what the page's process may call
  it('has its process under seccomp', async () => {
    const pid = await app.electron.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]?.webContents.getOSProcessId(),
    );
    expect(readFileSync(`/proc/${pid ?? 0}/status`, 'utf8')).toMatch(/^Seccomp:\s+2$/m);
  });

  // security: nothing of Node or Electron is in reach of the page
  it('shows the page nothing of Node', async () => {
    const found = await page.evaluate(() =>
      [
        'require',
        'process',
        'global',
        'module',
        'exports',
        'Buffer',
        '__dirname',
        'electron',
        'ipcRenderer',
      ].filter((name) => name in globalThis),
    );
    expect(found).toEqual([]);
  });

  // security: the policy is sent as a header, exactly
  it('is served under exactly our policy', async () => {
    const headers = await page.evaluate(async () => {
      const answer = await fetch('bulwark://app/index.html');
      return Object.fromEntries(answer.headers.entries());
    });
    expect(headers).toMatchObject({
      'content-security-policy': contentSecurityPolicy,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
  });

  // security: inline scripts do not run, and Trusted Types keeps text from becoming one
  it('runs no inline script', async () => {
    const said = await page.evaluate(() => {
      const tried: string[] = [];
      function attempt(work: () => void): void {
        try {
          work();
          tried.push('took it');
        } catch (cause) {
          tried.push(cause instanceof Error ? cause.name : 'thrown');
        }
      }
      attempt(() => {
        const script = document.createElement('script');
        script.textContent = 'globalThis.intruder = 1';
        document.body.append(script);
      });
      attempt(() => {
        const box = document.createElement('div');
        box.innerHTML = '<img src=x onerror="globalThis.intruder = 2">';
        document.body.append(box);
      });
      attempt(() => {
        document.body.setAttribute('onclick', 'globalThis.intruder = 3');
        document.body.click();
      });
      return { tried, intruder: 'intruder' in globalThis };
    });
    expect(said.intruder).toBe(false);
    expect(said.tried.slice(0, 2)).toEqual(['TypeError', 'TypeError']);
  });

  // security: a script by node, where Trusted Types has nothing to say, is stopped by the policy
  it('runs no script that is put together from nodes', async () => {
    const ran = await page.evaluate(async () => {
      for (const space of ['http://www.w3.org/1999/xhtml', 'http://www.w3.org/2000/svg'])
        try {
          const script = document.createElementNS(space, 'script');
          script.append(document.createTextNode('globalThis.intruder = 4'));
          document.body.append(script);
        } catch {
          // Refused even earlier.
        }
      await new Promise((resolve) => setTimeout(resolve, 100));
      return 'intruder' in globalThis;
    });
    expect(ran).toBe(false);
  });

  // security: text never becomes code, not from a timer either
  it('evaluates no text', async () => {
    const said = await page.evaluate(
      () =>
        new Promise<readonly string[]>((resolve) => {
          // From a timer: what the test calls directly is exempt from the policy.
          setTimeout(() => {
            const indirect = globalThis as unknown as Record<string, (text: string) => unknown>;
            const makers = [
              () => indirect['eval']?.('1 + 1'),
              () => Reflect.construct(indirect['Function'] as unknown as FunctionConstructor, ['return 1']),
              () => void Reflect.apply(setTimeout, globalThis, ['globalThis.intruder = 5', 0]),
            ];
            resolve(
              makers.map((make) => {
                try {
                  make();
                  return 'ran';
                } catch (cause) {
                  return cause instanceof Error ? cause.name : 'thrown';
                }
              }),
            );
          }, 0);
        }),
    );
    expect(said).not.toContain('ran');
  });

  // security: a style element in the page has no effect
  it('takes no inline style element', async () => {
    const applied = await page.evaluate(() => {
      const style = document.createElement('style');
      style.append(document.createTextNode('body { outline: 7px solid red }'));
      document.head.append(style);
      return getComputedStyle(document.body).outlineWidth;
    });
    expect(applied).not.toBe('7px');
  });

  // security: the page reaches nothing but itself
  it('reaches no network', async () => {
    const said = await page.evaluate(async () => {
      async function outcome(work: () => Promise<unknown>): Promise<string> {
        try {
          await work();
          return 'reached';
        } catch (cause) {
          return cause instanceof Error || cause instanceof DOMException ? cause.name : 'refused';
        }
      }
      return await Promise.all([
        outcome(() => fetch('https://example.com/')),
        outcome(() => fetch('http://127.0.0.1:9/', { mode: 'no-cors' })),
        outcome(() => fetch('file:///etc/hostname')),
        outcome(
          () =>
            new Promise((resolve, reject) => {
              const socket = new WebSocket('ws://127.0.0.1:9/');
              socket.onopen = resolve;
              socket.onerror = () => reject(new Error('refused'));
            }),
        ),
        outcome(
          () =>
            new Promise((resolve, reject) => {
              const image = new Image();
              image.onload = resolve;
              image.onerror = () => reject(new Error('refused'));
              image.src = 'http://127.0.0.1:9/x.png';
            }),
        ),
      ]);
    });
    expect(said).not.toContain('reached');
  });

  // security: addresses outside the page's folder are not served
  it('serves nothing outside its folder', async () => {
    const codes = await page.evaluate(() =>
      Promise.all(
        [
          'bulwark://app/..%2fmain%2findex.js',
          'bulwark://app/%2e%2e/main/index.js',
          'bulwark://app/none.js',
        ].map(async (address) => (await fetch(address)).status),
      ),
    );
    expect(codes).toEqual([404, 404, 404]);
  });

  // security: the window goes nowhere and opens nothing
  it('does not navigate and opens no window', async () => {
    const before = page.url();
    const opened = await page.evaluate(() => {
      const link = document.createElement('a');
      link.href = 'https://example.com/';
      document.body.append(link);
      link.click();
      link.target = '_blank';
      link.click();
      link.remove();
      location.assign('https://example.com/');
      return window.open('https://example.com/') === null;
    });
    await page.waitForTimeout(300);
    expect(opened).toBe(true);
    expect(page.url()).toBe(before);
    expect(app.electron.windows()).toHaveLength(1);
  });

  // security: every permission is denied
  it('is given no permission', async () => {
    const said = await page.evaluate(async () => {
      const names = ['geolocation', 'notifications', 'camera', 'microphone', 'clipboard-read', 'midi'];
      const states = await Promise.all(
        names.map(
          async (name) => (await navigator.permissions.query({ name: name as PermissionName })).state,
        ),
      );
      const asked = await Notification.requestPermission();
      const camera = await navigator.mediaDevices?.getUserMedia({ video: true }).then(
        () => 'given',
        () => 'denied',
      );
      return [...states, asked, camera ?? 'denied'];
    });
    expect(said.every((state) => state === 'denied')).toBe(true);
  });

  // security: the page sees the contract's members and no others
  it('shows the page the contract and nothing else', async () => {
    const members = await page.evaluate(() => {
      const { bulwark } = globalThis as unknown as { bulwark: Record<string, Record<string, object>> };
      return {
        top: Object.keys(bulwark).sort(),
        calls: Object.entries(bulwark['call'] ?? {}).map(([group, calls]) => [
          group,
          Object.keys(calls).sort(),
        ]),
      };
    });
    expect(members).toEqual({
      top: ['call', 'listen'],
      calls: Object.entries(api).map(([group, calls]) => [group, Object.keys(calls).sort()]),
    });
  });

  // security: a script in the page cannot put itself between the page and main
  it('shows it frozen', async () => {
    const replaced = await page.evaluate(() => {
      const holder = globalThis as unknown as {
        bulwark: { call: { vault: { unlock: unknown }; intruder?: unknown } };
      };
      const real = holder.bulwark.call.vault.unlock;
      const attempts = [
        () => {
          holder.bulwark.call.vault.unlock = () => 'intercepted';
        },
        () => {
          holder.bulwark.call.intruder = 1;
        },
        () => {
          holder.bulwark = { call: { vault: { unlock: 1 } } };
        },
      ];
      for (const attempt of attempts)
        try {
          attempt();
        } catch {
          // Refused loudly: as good.
        }
      return holder.bulwark.call.vault.unlock !== real || 'intruder' in holder.bulwark.call;
    });
    expect(replaced).toBe(false);
  });

  // security: main listens on the contract's channels and on no others
  it('is listened to on the channels of the contract only', async () => {
    const channels = await app.electron.evaluate(({ ipcMain }) => {
      const { _invokeHandlers } = ipcMain as unknown as { _invokeHandlers: Map<string, unknown> };
      return { invoked: [..._invokeHandlers.keys()], sent: ipcMain.eventNames().map(String) };
    });
    const expected = Object.entries(api).flatMap(([group, calls]) =>
      Object.keys(calls).map((name) => callChannel(group, name)),
    );
    expect(channels.invoked.sort()).toEqual(expected.sort());
    // Electron itself ignores errors there.
    expect(channels.sent.filter((name) => name !== 'error')).toEqual([]);
  });

  // security: what the page sends is held to the schema by the real door
  it('refuses surplus fields, wrong types and paths as ids', async () => {
    const codes = await page.evaluate(async () => {
      type Call = (input: unknown) => Promise<{ ok: boolean; error?: { code: string } }>;
      const { call } = (globalThis as unknown as { bulwark: { call: Record<string, Record<string, Call>> } })
        .bulwark;
      const answers = await Promise.all([
        call['app']?.['setTheme']?.({ theme: 'dark', more: 1 }),
        call['app']?.['setTheme']?.({ theme: 'purple' }),
        call['app']?.['openLink']?.({ link: 'https://example.com' }),
        call['app']?.['setGuardSeconds']?.({ seconds: 0 }),
        call['workspace']?.['open']?.({ id: '../../../etc' }),
        call['hosts']?.['remove']?.({ hostId: '../x' }),
        call['apply']?.['start']?.({ planId: 'p', digest: 'short' }),
      ]);
      return answers.map((answer) => answer?.error?.code);
    });
    expect(codes).toEqual([
      'INPUT_INVALID',
      'INPUT_INVALID',
      'INPUT_INVALID',
      'INPUT_INVALID',
      'NOT_FOUND',
      'INPUT_INVALID',
      'INPUT_INVALID',
    ]);
  });

  // security: a frame inside the page gets no bridge
  it('gives a frame inside the page nothing', async () => {
    const found = await page.evaluate(async () => {
      const results: boolean[] = [];
      for (const source of ['bulwark://app/index.html', 'about:blank']) {
        const frame = document.createElement('iframe');
        frame.src = source;
        document.body.append(frame);
        await new Promise((resolve) => setTimeout(resolve, 200));
        try {
          results.push(frame.contentWindow !== null && 'bulwark' in frame.contentWindow);
        } catch {
          results.push(false);
        }
        frame.remove();
      }
      return results;
    });
    expect(found).toEqual([false, false]);
  });
});
