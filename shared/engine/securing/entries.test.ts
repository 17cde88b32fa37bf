import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { changedNames, type Entries, entriesShell, othersIn } from './entries.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'entries-'));
  mkdirSync(join(folder, 'certs'));
  mkdirSync(join(folder, 'certs.1700000000.orig'));
  for (const name of [
    'elasticsearch.yml',
    'elasticsearch.keystore',
    'elasticsearch.keystore.1700000000.orig',
    'certs/http.p12',
    'certs.1700000000.orig/http.p12',
    'jvm.options',
    'with a space',
    'elasticsearch.yml.bak',
  ])
    writeFileSync(join(folder, name), name);
  writeFileSync(join(folder, 'users'), '');
  symlinkSync('jvm.options', join(folder, 'link'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function look(): Entries {
  const run = (command: string) =>
    execFileSync('sh', ['-c', `${entriesShell}${command} "$1"`, 'sh', folder], { encoding: 'utf8' });
  return { lines: run('entries').split('\n').slice(0, -1), fingerprint: run('fingerprint').trim() };
}

const changed = (before: Entries, now: Entries) => changedNames(othersIn(before), othersIn(now));

describe('entries of a configuration', () => {
  it('leave out what securing writes itself', () => {
    const lines = othersIn(look()).join('\n');
    expect(lines).not.toMatch(/certs|keystore|elasticsearch\.yml$/m);
    expect(lines).toMatch(/elasticsearch\.yml\.bak/);
    expect(lines).toMatch(/link \.\/link jvm\.options/);
  });

  it('name what was edited, added, removed or given to somebody', () => {
    const before = look();
    expect(changed(before, look())).toEqual([]);
    writeFileSync(join(folder, 'jvm.options'), 'other');
    writeFileSync(join(folder, 'users'), 'somebody');
    writeFileSync(join(folder, 'synonyms'), 'x');
    rmSync(join(folder, 'link'));
    rmSync(join(folder, 'with a space'));
    expect(changed(before, look())).toEqual(['jvm.options', 'link', 'synonyms', 'users', 'with a space']);
    expect(look().fingerprint).not.toBe(before.fingerprint);
  });

  it('with certificates of our own, count what else lies in certs', () => {
    writeFileSync(join(folder, 'certs/mine.pem'), 'x');
    const before = look();
    for (const name of ['node.p12', 'node.key', 'node.crt', 'http_ca.crt'])
      writeFileSync(join(folder, 'certs', name), name);
    const made = (now: Entries) => changedNames(othersIn(before, 'made'), othersIn(now, 'made'));
    expect(made(look())).toEqual([]);
    writeFileSync(join(folder, 'certs/mine.pem'), 'other');
    writeFileSync(join(folder, 'certs/added.pem'), 'x');
    rmSync(join(folder, 'certs/http.p12'));
    expect(made(look())).toEqual(['certs/added.pem', 'certs/http.p12', 'certs/mine.pem']);
    expect(changed(before, look())).toEqual([]);
  });

  it('see an edit of what securing writes in the fingerprint alone', () => {
    const before = look();
    writeFileSync(join(folder, 'elasticsearch.yml'), 'other');
    expect(changed(before, look())).toEqual([]);
    expect(look().fingerprint).not.toBe(before.fingerprint);
  });
});
