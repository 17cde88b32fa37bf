import { describe, expect, it } from 'vitest';
import { addressFromKernel, listenersOn, reachableAddress } from './listening.ts';

const tables = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:23F0 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1001 0 1 1
   1: 0100007F:23F0 0100007F:8000 01 00000000:00000000 00:00000000 00000000  1001 0 1 1
   2: 0B4D0A0A:2454 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1001 0 1 1
   0: 00000000000000000000000000000000:23F0 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 1 1
`;

describe('listening sockets', () => {
  it('are told from connections', () => {
    expect(listenersOn(tables, 9200)).toEqual(['0100007F', '0'.repeat(32)]);
    expect(listenersOn(tables, 9301)).toEqual([]);
  });

  it.each([
    ['0100007F', '127.0.0.1'],
    ['0B4D0A0A', '10.10.77.11'],
    ['0000000000000000FFFF00000100007F', '127.0.0.1'],
    ['00000000000000000000000001000000', '0:0:0:0:0:0:0:1'],
    ['B80D0120000000000000000001000000', '2001:db8:0:0:0:0:0:1'],
  ])('%s is %s', (hex, address) => {
    expect(addressFromKernel(hex)).toBe(address);
  });

  it('are reached by loopback where possible', () => {
    expect(reachableAddress(['0B4D0A0A', '0100007F'])).toBe('127.0.0.1');
    expect(reachableAddress(['0'.repeat(32)])).toBe('127.0.0.1');
    expect(reachableAddress(['0B4D0A0A'])).toBe('10.10.77.11');
    expect(reachableAddress([])).toBeUndefined();
  });
});
