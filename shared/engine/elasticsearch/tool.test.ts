import { describe, expect, it } from 'vitest';
import { toolComplaint, toolResult } from './tool.ts';

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
