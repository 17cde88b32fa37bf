import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pathsOfThisMachine, pinnedDownloads, strangeAddresses } from './addresses.ts';
import { unlockedPackages } from './lock-file.ts';
import * as rules from './rules.ts';
import { readProject } from './source.ts';
import { forbiddenImports, unclaimedFiles } from './walls.ts';

const root = resolve(import.meta.dirname, '../..');
const project = readProject(root);

describe('the project', () => {
  it('is read at all', () => {
    expect(project.some(({ path }) => path === 'shared/domain/result.ts')).toBe(true);
    expect(project.some(({ path }) => path === 'electron/main/index.ts')).toBe(true);
  });

  it('imports only in the allowed directions', () => {
    expect(forbiddenImports(project)).toEqual([]);
  });

  it('has no code outside the zones', () => {
    expect(unclaimedFiles(project)).toEqual([]);
  });

  it('uses each door only where it stands', () => {
    expect(rules.wrongDoors(project)).toEqual([]);
    expect(rules.pagesBesideTheBridge(project)).toEqual([]);
  });

  it('leaves no test out without a word', () => {
    expect(rules.silentSkips(project)).toEqual([]);
  });

  it('keeps files short', () => {
    expect(rules.longFiles(project)).toEqual([]);
  });

  it('has only complete controls, change kinds and fact sources', () => {
    expect(rules.incompleteControls(project)).toEqual([]);
    expect(rules.incompleteChangeKinds(project)).toEqual([]);
    expect(rules.incompleteFacts(project)).toEqual([]);
  });

  it('lists every control folder in the catalog', () => {
    const answer = spawnSync(process.execPath, ['build/tasks/catalog.mjs', '--check'], {
      cwd: root,
      encoding: 'utf8',
    });
    expect(answer.stderr).toBe('');
    expect(answer.status).toBe(0);
  });

  it('locks every package', () => {
    expect(unlockedPackages(project)).toEqual([]);
  });

  it('silences no tool and leaves no test out', () => {
    expect(rules.silencedTools(project)).toEqual([]);
  });

  it('names its files alike', () => {
    expect(rules.oddNames(project)).toEqual([]);
  });

  it('explains every top folder', () => {
    expect(rules.foldersWithoutReadme(project)).toEqual([]);
  });

  it('names no address and no machine that is not its own', () => {
    expect(strangeAddresses(project)).toEqual([]);
    expect(pinnedDownloads(project)).toEqual([]);
    expect(pathsOfThisMachine(project, root)).toEqual([]);
  });
});
