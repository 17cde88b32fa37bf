import { describe, expect, it } from 'vitest';
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
