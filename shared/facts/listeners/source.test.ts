import { expect, it } from 'vitest';
import { readFact } from '../../../test/support/fact-probe.ts';
import { listeners } from './source.ts';

it('listeners tell the node’s own sockets', () => {
  const line = (port: string, inode: string) =>
    `   0: 00000000:${port} 00000000:0000 0A 0:0 0:0 0 1001 0 ${inode} 1\n`;
  expect(
    readFact(listeners, `@@ pid\n700\n@@ sockets\n${line('23F0', '5')}${line('0016', '6')}@@ own\n5\n`),
  ).toEqual([
    { address: '0.0.0.0', port: 9200, pid: 700 },
    { address: '0.0.0.0', port: 22, pid: undefined },
  ]);
});
