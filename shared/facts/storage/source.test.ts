import { describe, expect, it } from 'vitest';
import { readFact } from '../../../test/support/fact-probe.ts';
import { storage } from './source.ts';

describe('storage', () => {
  const text = (virt: string, more = '') =>
    `@@ virt\n${virt}\n@@ mounts\n1 0 8:1 / / rw - ext4 /dev/sda1 rw\n2 1 253:0 / /data rw - xfs /dev/mapper/esdata rw\n3 1 0:40 / /tank rw - zfs tank/es rw\n4 1 0:50 / /net rw - nfs4 srv:/x rw\n\n@@ devices\nsda1|8:1|||\ndm-0|253:0|CRYPT-LUKS2-x|esdata|sda1\n\n@@ zfs\ntank/es\taes-256-gcm\n${more}`;
  const judged = (virt: string, directory: string, extra = '') =>
    readFact(storage, text(virt, `@@ directory ${directory}\nreal=${directory}\n${extra}`))[0]?.encryption;
  it.each([
    ['/var/lib/es', 'none'],
    ['/data/es', 'luks'],
    ['/tank/es', 'zfs'],
    ['/net/es', 'undecidable'],
  ])('%s: %s', (directory, encryption) => expect(judged('kvm', directory)).toBe(encryption));
  it('believes nothing of it in a container', () =>
    expect(judged('systemd-nspawn', '/data/es')).toBe('undecidable'));
  it('sees encryption of a directory', () =>
    expect(judged('none', '/var/lib/es', 'fscrypt=yes\n')).toBe('fscrypt'));
});
