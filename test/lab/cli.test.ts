import { spawn } from 'node:child_process';
import { expect, it } from 'vitest';

it('ends quietly when its reader has gone', async () => {
  const child = spawn(process.execPath, ['--import', 'tsx', 'test/lab/cli.ts', 'scenarios'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.destroy();
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  expect({ code, said }).toEqual({ code: 0, said: '' });
});
