import { chmodSync, existsSync, symlinkSync } from 'node:fs';
import { userInfo } from 'node:os';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LocalHost } from '../../../test/support/local-host.ts';
import { Secret } from '../../domain/secret.ts';
import { runTool, toolComplaint, toolResult } from './tool.ts';

describe('what a tool printed', () => {
  it('loses the launcher’s warnings', () => {
    expect(toolResult('warning: ignoring JAVA_TOOL_OPTIONS=-Dx\nkeystore.seed\n')).toBe('keystore.seed\n');
  });

  it('is complained about without what was typed', () => {
    const stderr = [
      'Enter value for a: Enter value for b: ',
      "Did not understand answer 'hunter2'",
      'ERROR: Passwords are not equal, exiting.: aaaa, bbbb, with exit code 65',
      'ERROR: Elasticsearch keystore not found at [/x]. Use create',
      'hunter2',
      'java.nio.file.FileAlreadyExistsException: /etc/x.keystore.tmp',
      '\tat java.base/sun.nio.fs',
    ].join('\n');
    const complaint = toolComplaint(stderr);
    expect(complaint).toContain('keystore not found');
    expect(complaint).toContain('FileAlreadyExistsException');
    expect(complaint).not.toMatch(/hunter2|aaaa/);
  });
});

it('is complained about although it stands behind a question', () => {
  const stderr =
    'Enter value for a.b_c: Enter value for d: java.nio.file.FileAlreadyExistsException: /etc/x.keystore.tmp\n\tat java.base/x';
  expect(toolComplaint(stderr)).toBe('java.nio.file.FileAlreadyExistsException: /etc/x.keystore.tmp');
});

describe('what a tool is told', () => {
  it.each([0, 3, 9, 20])('is told whole or not at all: cut after %i bytes', async (bytes) => {
    const host = new LocalHost();
    const cut = {
      ...host.session(),
      run: (request: Parameters<LocalHost['run']>[0]) => {
        const whole = request.stdin instanceof Secret ? request.stdin.reveal() : '';
        expect(whole.length).toBeGreaterThan(bytes);
        return host.run({ ...request, stdin: new Secret(whole.slice(0, bytes)) });
      },
    };
    const place = { home: '/home', pathConf: '/conf', user: 'root', group: 'root' };
    const ran = await runTool(cut, place, {
      program: 'bin/elasticsearch-keystore',
      args: ['add', '-f', 'x'],
      stdin: new Secret('passw0rd\n'),
    });
    expect(ran).toMatchObject({ ok: false, error: { code: 'SSH_CONNECTION_LOST', hostState: 'unchanged' } });
    host.remove();
  });
});

describe('where a tool runs', () => {
  const user = userInfo().username;
  const place = { home: '/home', pathConf: '/conf', user, group: user };
  let host: LocalHost;
  beforeEach(() => {
    host = new LocalHost();
    host.place('/home/bin/elasticsearch-keystore', '#!/bin/sh\necho ran\n', 0o755);
    host.place('/conf/elasticsearch.yml', '');
    host.place('/run/x', '');
    host.place('/var/lib/x', '');
    for (const folder of ['/run', '/var/lib']) chmodSync(host.path(folder), 0o755);
  });
  afterEach(() => host.remove());
  const list = () => runTool(host, place, { program: 'bin/elasticsearch-keystore', args: ['list'] });

  it('locks in /run', async () => {
    expect(await list()).toMatchObject({ ok: true, value: { exitCode: 0, stdout: 'ran\n' } });
    expect(existsSync(host.path('/run/bulwark-tools.lock'))).toBe(true);
  });

  it('locks in a directory of its own where others may write to /run', async () => {
    chmodSync(host.path('/run'), 0o1777);
    expect(await list()).toMatchObject({ ok: true, value: { stdout: 'ran\n' } });
    expect(existsSync(host.path('/run/bulwark-tools.lock'))).toBe(false);
    expect(existsSync(host.path('/var/lib/bulwark/bulwark-tools.lock'))).toBe(true);
  });

  it('does not start where others may write everywhere', async () => {
    for (const folder of ['/run', '/var/lib']) chmodSync(host.path(folder), 0o1777);
    const refused = await list();
    expect(refused).toMatchObject({ ok: false, error: { code: 'ES_TOOL_FAILED', hostState: 'unchanged' } });
    expect(refused.ok ? '' : refused.error.message).toMatch(/only root can write/);
  });

  it('does not follow a link that somebody put there', async () => {
    chmodSync(host.path('/run'), 0o1777);
    host.place('/elsewhere/x', '');
    symlinkSync(host.path('/elsewhere'), host.path('/var/lib/bulwark'));
    expect(await list()).toMatchObject({ ok: false, error: { code: 'ES_TOOL_FAILED' } });
  });
});

describe('a value that no other process may see', () => {
  const user = userInfo().username;
  const place = { home: '/home', pathConf: '/conf', user, group: user };
  let host: LocalHost;
  beforeEach(() => {
    host = new LocalHost();
    host.place('/conf/elasticsearch.yml', '');
    for (const folder of ['/run', '/var/lib']) {
      host.place(`${folder}/x`, '');
      chmodSync(host.path(folder), 0o755);
    }
    // As the vendor's launcher: options, a class, and the arguments it was given; the tool reads on from standard input.
    host.place(
      '/home/bin/elasticsearch-cli',
      '#!/bin/bash\nset -e -o pipefail\nsource "`dirname "$0"`"/environment\nexec \\\n  "$JAVA" \\\n  -Xms4m \\\n  -Da="$0" -cp "$H/lib/*" a.Class \\\n  "$@"\n',
      0o755,
    );
    host.place('/home/bin/environment', 'H="$(cd "$(dirname "$0")" && pwd)"; JAVA="$H/java"\n', 0o755);
    host.place(
      '/home/bin/java',
      '#!/bin/sh\ntr "\\0" "\\n" < /proc/$$/cmdline | tail -n +3; echo --; cat "${2#@}"; echo --; tr "\\0" "\\n" < /proc/$$/environ; echo --; cat\n',
      0o755,
    );
  });
  afterEach(() => host.remove());

  it.each([String.raw`a"b\c'd$(id) e`, 'eyJ2ZXIiOiI4LjE0LjAifQ=='])('%s', async (text) => {
    const ran = await runTool(host, place, {
      program: 'bin/elasticsearch-cli',
      args: ['-v', 'a b'],
      stdin: 'answer\n',
      hidden: { option: '--enrollment-token', value: new Secret(text) },
      cli: { name: 'auto-configure-node', libs: 'lib/tools' },
    });
    expect(ran).toMatchObject({ ok: true, value: { exitCode: 0 } });
    const [seen = '', file = '', environment = '', rest] = ran.ok ? ran.value.stdout.split('--\n') : [];
    expect(seen).toBe('-XX:-UsePerfData\n@/dev/fd/3\n');
    expect(environment).toContain('CLI_NAME=auto-configure-node');
    expect(environment).not.toContain(text);
    const read = file
      .trimEnd()
      .split('\n')
      .map((line) => line.replace(/^"|"$/g, '').replace(/\\(.)/g, '$1'));
    expect(read.slice(-5)).toEqual(['a.Class', '-v', 'a b', '--enrollment-token', text]);
    expect(rest).toBe('answer\n');
  });
});
