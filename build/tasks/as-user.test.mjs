// @ts-check
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { ordinaryUser } from './as-user.mjs';

/** @type {(() => void)[]} */
const undo = [];
afterEach(() => {
  for (const one of undo.splice(0).reverse()) one();
});

/** @param {number} mode @param {number} fileMode @returns {string} a file two folders down, the upper one with this mode */
function closedFile(mode, fileMode) {
  const top = mkdtempSync(path.join(tmpdir(), 'bulwark-closed-'));
  undo.push(() => rmSync(top, { recursive: true }));
  const file = path.join(mkdtempSync(path.join(top, 'inner-')), 'file');
  writeFileSync(file, 'read me');
  chmodSync(path.dirname(file), 0o755);
  chmodSync(file, fileMode);
  chmodSync(top, mode);
  return file;
}

/** @param {Parameters<typeof ordinaryUser>[0]} choices @param {string} script @param {...string} args */
function runAs(choices, script, ...args) {
  const user = ordinaryUser(choices);
  undo.push(user.remove);
  const ended = spawnSync(user.launcher, ['/bin/sh', '-c', script, ...args], { encoding: 'utf8' });
  return { user, output: ended.stdout.trim(), status: ended.status };
}

describe('running as an ordinary user', () => {
  it('is never root, owns its home and passes words on as they are', () => {
    const { user, output, status } = runAs(
      {},
      'id -u; touch "$HOME/mine"; echo "$HOME"; echo "$0"',
      "a 'b' $c",
    );
    const [id, home, word] = output.split('\n');
    expect(status).toBe(0);
    expect(Number(id)).toBe(user.uid);
    expect(Number(id)).not.toBe(0);
    expect(home).toBe(user.home);
    expect(existsSync(path.join(user.home, 'mine'))).toBe(true);
    expect(word).toBe("a 'b' $c");
  });

  it('reaches a shared folder below a closed one, and changes nothing outside', () => {
    const file = closedFile(0o700, 0o644);
    const { output } = runAs({ share: [path.dirname(file)], mustRead: [file] }, 'cat "$0"', file);
    expect(output).toBe('read me');
    expect(spawnSync('mount', { encoding: 'utf8' }).stdout).not.toContain('bulwark-closed');
  });

  it('reads files that only their owner may read', () => {
    const file = closedFile(0o755, 0o600);
    expect(runAs({ share: [path.dirname(file)], mustRead: [file] }, 'cat "$0"', file).output).toBe('read me');
  });

  it('keeps a home that was given, over two runs', () => {
    const home = path.join(mkdtempSync(path.join(tmpdir(), 'bulwark-kept-')), 'home');
    chmodSync(path.dirname(home), 0o755);
    undo.push(() => rmSync(path.dirname(home), { recursive: true }));
    runAs({ home }, 'echo kept > "$HOME/note"');
    expect(
      runAs({ home }, 'cat "$HOME/note" && echo more >> "$HOME/note" && wc -l < "$HOME/note"').output,
    ).toBe('kept\n2');
  });

  it('leaves nothing behind', () => {
    const user = ordinaryUser();
    const folder = path.dirname(user.launcher);
    user.remove();
    expect(existsSync(folder)).toBe(false);
  });
});
