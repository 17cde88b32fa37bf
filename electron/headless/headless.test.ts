import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { appError, errorCodes } from '../../shared/domain/error.ts';
import { takeWriterLock } from '../adapters/journal-files/writer-lock.ts';
import { exitCodeOf, exitCodeOfOutcomes, exitCodes } from './exit-code.ts';
import { readSecrets } from './given-secrets.ts';
import { exitCodeWords } from './help.ts';
import { parseChoices, parseOptions } from './options.ts';
import { commands, run } from './run.ts';
import type { Terminal } from './terminal.ts';
import { verifyCommand } from './verify.ts';

const folders: string[] = [];
function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'headless-test-'));
  folders.push(made);
  return made;
}
afterEach(() => {
  for (const made of folders.splice(0)) rmSync(made, { recursive: true, force: true });
});

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function ran(args: readonly string[], input = ''): Promise<Ran> {
  const out: string[] = [];
  const err: string[] = [];
  const terminal: Terminal = {
    out: (text) => out.push(text),
    err: (text) => err.push(text),
    readInput: () => Promise.resolve(input),
    signal: new AbortController().signal,
  };
  const code = await run(args, terminal);
  return { code, out: out.join('\n'), err: err.join('\n') };
}

describe('exit codes', () => {
  it('are known for every error code', () => {
    const known = new Set(exitCodeWords.map(([code]) => code));
    for (const code of errorCodes) expect(known).toContain(exitCodeOf(appError(code, '', '')));
  });
  it('never call unknown a success', () => {
    expect(exitCodeOfOutcomes(['pass', 'not-applicable'])).toBe(exitCodes.done);
    expect(exitCodeOfOutcomes(['pass', 'unknown'])).toBe(exitCodes.notKnown);
    expect(exitCodeOfOutcomes(['pass', 'error'])).toBe(exitCodes.notKnown);
    expect(exitCodeOfOutcomes(['error', 'fail'])).toBe(exitCodes.fails);
    expect(exitCodeOfOutcomes([])).toBe(exitCodes.notKnown);
    expect(exitCodeOfOutcomes(['not-applicable'])).toBe(exitCodes.notKnown);
  });
  it('stand in the documentation word for word, as do the formats', () => {
    // Columns may be aligned: only the words count.
    const page = readFileSync(new URL('../../docs/headless.md', import.meta.url), 'utf8').replaceAll(
      / +/g,
      ' ',
    );
    for (const [code, words] of exitCodeWords) expect(page).toContain(`| ${code} | ${words} |`);
    for (const { name } of commands) expect(page).toContain(`| \`bulwark-${name}\` |`);
  });
});

describe('options', () => {
  it('are refused where they mean nothing', async () => {
    expect(await ran(['report', '--digest', 'x'])).toMatchObject({ code: 64 });
    expect(await ran(['nonsense'])).toMatchObject({ code: 64 });
    expect(await ran([])).toMatchObject({ code: 64, out: '' });
    expect(await ran(['assess', '--json', '--hots', 'x'])).toMatchObject({ code: 64, err: '' });
  });
  it('never carry a secret', () => {
    for (const { options } of commands)
      for (const name of options)
        expect(/pass|secret|token/.test(name) && !name.endsWith('-stdin')).toBe(false);
    for (const name of ['password', 'vault-passphrase', 'sudo-password'])
      expect(parseOptions([`--${name}`, 'x'], ['password-stdin', 'vault-passphrase-stdin']).ok).toBe(false);
  });
  it('help without touching anything', async () => {
    for (const { name } of commands) expect(await ran([name, '--help'])).toMatchObject({ code: 0, err: '' });
  });
  it('read choices, lists by comma', () => {
    expect(parseChoices(['allowedSources=10.0.0.0/8,::1', 'a=x=y'])).toEqual({
      ok: true,
      value: { allowedSources: '10.0.0.0/8\n::1', a: 'x=y' },
    });
    expect(parseChoices(['=x']).ok).toBe(false);
    expect(parseChoices(['__proto__=x']).ok).toBe(false);
  });
});

describe('secrets', () => {
  it('come in the documented order, whatever the order of the options', async () => {
    const terminal = { readInput: () => Promise.resolve('vault\nsudo\r\nlogin\nkey\nnode\n') } as Terminal;
    const read = await readSecrets(
      {
        'node-password-stdin': true,
        'node-login': 'monitor',
        'key-passphrase-stdin': true,
        'password-stdin': true,
        'sudo-password-stdin': true,
        'vault-passphrase-stdin': true,
      },
      terminal,
    );
    if (!read.ok) throw new Error(read.error.message);
    expect(read.value.vaultPassphrase?.reveal()).toBe('vault');
    expect(read.value.sudoPassword?.reveal()).toBe('sudo');
    expect(read.value.password?.reveal()).toBe('login');
    expect(read.value.keyPassphrase?.reveal()).toBe('key');
    expect(read.value.nodePassword?.reveal()).toBe('node');
  });
  it('come in the order that documentation and help say', async () => {
    const order = [
      'vault-passphrase',
      'sudo-password',
      'password',
      'key-passphrase',
      'node-password',
      'new-passphrase',
      'authority-passphrase',
    ];
    const page = readFileSync(new URL('../../docs/headless.md', import.meta.url), 'utf8');
    expect(page).toContain(order.map((name, index) => `${index + 1}. \`--${name}-stdin\``).join('\n'));
    expect((await ran(['--help'])).out.replaceAll(/\s+/g, ' ')).toContain(
      order.map((name) => `--${name}-stdin`).join(' '),
    );
  });
  it.each([
    ['--node-login', 'monitor'],
    ['--node-password-stdin'],
    ['--node-login', 'a:b', '--node-password-stdin'],
  ])('of a node are given with a name that can have one: %s %s', async (...args) => {
    expect(await ran(['assess', '--host', 'op@192.0.2.1', ...args], 'x\n')).toMatchObject({ code: 64 });
  });
  it('are missed when a line is', async () => {
    const terminal = { readInput: () => Promise.resolve('\n') } as Terminal;
    expect(await readSecrets({ 'password-stdin': true }, terminal)).toMatchObject({ ok: false });
  });
  it('leave standard input alone when none is announced', async () => {
    const terminal = { readInput: () => Promise.reject(new Error('read')) } as unknown as Terminal;
    expect(await readSecrets({}, terminal)).toEqual({ ok: true, value: {} });
  });
});

describe('the help of a command', () => {
  it('says of every option what it takes, with the values that are allowed', async () => {
    for (const command of commands)
      for (const name of command.options)
        expect((await ran([command.name, '--help'])).out, `${command.name} --${name}`).toContain(`--${name}`);
    expect((await ran(['hosts', '--help'])).out).toContain('--sudo none|passwordless|password');
    expect((await ran(['init', '--help'])).out).toContain('--deployment self-managed|ece|');
    expect((await ran(['plan', '--help'])).out).toContain('elastic|kibana_system|');
  });
});

describe('the command that a report names', () => {
  it('gives every word one meaning: files are files, and --json is how to print', () => {
    const args = ['report.pdf', 'report.json', '--json', '--certificate', 'c.pem'];
    expect(parseOptions(args, verifyCommand.options)).toEqual({
      ok: true,
      value: { options: { json: true, certificate: 'c.pem' }, words: ['report.pdf', 'report.json'] },
    });
  });
  it('says what is no part of a report', async () => {
    expect(await ran(['verify', import.meta.filename])).toMatchObject({ code: 64 });
    expect(await ran(['verify', '/nowhere/report.pdf'])).toMatchObject({ code: 66 });
  });
});

it('interrupted work is kept or taken back, not both', async () => {
  const both = ['recover', '--workspace', 'w', '--vault-passphrase-stdin', '--revert', '--keep'];
  expect(await ran(both)).toMatchObject({ code: 64 });
});

describe('a workspace', () => {
  const passphrase = 'canary-passphrase-7391';

  it('is made, gets a host, and holds no secret', async () => {
    const workspaces = join(folder(), 'workspaces');
    const made = await ran(
      ['init', '--name', 'Production', '--workspaces', workspaces, '--vault-passphrase-stdin', '--json'],
      `${passphrase}\n`,
    );
    expect(made.code).toBe(0);
    const { folder: place } = JSON.parse(made.out) as { folder: string };
    const host = ['hosts', 'add', '--workspace', place, '--host', 'op@192.0.2.1:2222', '--name', 'search'];
    expect((await ran([...host, '--login', 'password'])).code).toBe(0);
    expect((await ran(host)).code).toBe(64);
    const listed = await ran([
      'hosts',
      'list',
      '--workspaces',
      workspaces,
      '--workspace',
      'Production',
      '--json',
    ]);
    expect(JSON.parse(listed.out)).toMatchObject({
      format: 'bulwark-hosts',
      hosts: [{ name: 'search', port: 2222, login: { method: 'password' } }],
    });
    for (const name of readdirSync(place, { recursive: true, encoding: 'utf8' })) {
      const path = join(place, name);
      if (existsSync(path) && name.includes('.'))
        expect(readFileSync(path, 'latin1')).not.toContain(passphrase);
    }
    expect((await ran(['apply', '--workspace', place, '--digest', '0'.repeat(64)])).code).toBe(66);
    expect((await ran(['rollback', '--workspace', place, '--plan', 'none'])).code).toBe(66);
    expect((await ran(['plan', '--workspace', place, '--control', 'no-such'])).code).toBe(64);
    expect((await ran(['report', '--workspace', place, '--out', join(place, 'r')])).code).toBe(77);
    const wrong = await ran(['plan', '--workspace', place, '--all', '--vault-passphrase-stdin'], 'wrong\n');
    expect(wrong.code).toBe(77);
    expect((await ran(['hosts', 'remove', '--workspace', place, '--host', 'search'])).code).toBe(0);
  });

  it('is worked on by one Bulwark at a time', async () => {
    const workspaces = join(folder(), 'workspaces');
    const { out: place } = await ran(['init', '--name', 'One', '--workspaces', workspaces]);
    const taken = takeWriterLock(join(place, 'journal'));
    expect(taken.ok).toBe(true);
    const second = await ran(['hosts', 'list', '--workspace', place, '--json']);
    expect(second.code).toBe(75);
    expect(JSON.parse(second.out)).toMatchObject({ error: { code: 'JOURNAL_IN_USE' } });
    if (taken.ok) taken.value.release();
    expect((await ran(['hosts', 'list', '--workspace', place])).code).toBe(0);
  });

  it('is missed by name', async () => {
    const workspaces = folder();
    expect((await ran(['assess', '--workspaces', workspaces])).code).toBe(64);
    expect((await ran(['assess', '--workspaces', workspaces, '--workspace', 'x'])).code).toBe(66);
  });
});

describe('assessing one host', () => {
  it('says that nobody answers, and leaves nothing behind', async () => {
    const known = join(folder(), 'known_hosts');
    const before = readdirSync(tmpdir()).filter((name) => /^bulwark-[A-Za-z0-9]{6}$/.test(name));
    const gone = await ran(
      [
        'assess',
        '--host',
        'op@127.0.0.1:1',
        '--known-hosts',
        import.meta.filename,
        '--json',
        '--password-stdin',
      ],
      'x\n',
    );
    expect(gone.code).toBe(69);
    expect(JSON.parse(gone.out)).toMatchObject({ format: 'bulwark-error', error: { code: 'SSH_REFUSED' } });
    expect((await ran(['assess', '--host', 'op@127.0.0.1:1', '--known-hosts', known])).code).toBe(66);
    const after = readdirSync(tmpdir()).filter((name) => /^bulwark-[A-Za-z0-9]{6}$/.test(name));
    expect(after.filter((name) => !before.includes(name))).toEqual([]);
  });
});
