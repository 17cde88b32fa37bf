import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crypttabLine, fstabLine, hasLine, withLine, withoutLine } from './tables.ts';

const names = {
  luksUuid: '11111111-2222-4333-8444-555555555555',
  fsUuid: '66666666-7777-4888-9999-aaaaaaaaaaaa',
};
const change = {
  kind: 'encrypted-volume-migration',
  path: '/var/lib/elasticsearch',
  device: '/dev/sdb',
  unit: 'elasticsearch.service',
  fileSystem: 'ext4',
  unlock: 'key-file',
  keyRef: 'volume/a',
} as const;

describe('the lines of a volume', () => {
  it('name it by UUID and let the host start without it', () => {
    expect(crypttabLine(change, names)).toBe(
      'luks-11111111-2222-4333-8444-555555555555 UUID=11111111-2222-4333-8444-555555555555 /etc/cryptsetup-keys.d/luks-11111111-2222-4333-8444-555555555555.key luks,nofail',
    );
    expect(fstabLine(change, names)).toBe(
      'UUID=66666666-7777-4888-9999-aaaaaaaaaaaa /var/lib/elasticsearch ext4 defaults,nofail,x-systemd.device-timeout=5min 0 2',
    );
  });

  it('wait for a passphrase for as long as it takes', () => {
    const typed = { ...change, unlock: 'passphrase', fileSystem: 'xfs' } as const;
    expect(crypttabLine(typed, names)).toMatch(/ none luks,nofail,timeout=0$/);
    expect(fstabLine(typed, names)).toMatch(/ xfs defaults,nofail,x-systemd\.device-timeout=0 0 0$/);
  });
});

describe('a table', () => {
  const file = fc
    .uint8Array({ maxLength: 60 })
    .map((bytes) => bytes.map((byte) => (byte % 7 === 0 ? 10 : byte)));
  const line = 'UUID=x /data ext4 defaults 0 2';

  it('gets one line and loses it again to the same bytes, whatever it holds', () => {
    fc.assert(
      fc.property(file, (before) => {
        const after = withLine(before, line);
        expect(hasLine(after, line)).toBe(true);
        expect([...after.subarray(0, before.length)]).toEqual([...before]);
        expect([...withoutLine(after, line, before)]).toEqual([...before]);
      }),
    );
  });

  it('keeps what somebody else added meanwhile', () => {
    const before = new TextEncoder().encode('# one\r\nUUID=a / ext4 defaults 0 1');
    const later = new TextEncoder().encode(
      `${new TextDecoder().decode(withLine(before, line))}tmpfs /tmp tmpfs\n`,
    );
    expect(new TextDecoder().decode(withoutLine(later, line, before))).toBe(
      '# one\r\nUUID=a / ext4 defaults 0 1\ntmpfs /tmp tmpfs\n',
    );
  });

  it('does not take a line that only begins alike', () => {
    expect(hasLine(new TextEncoder().encode(`${line} # mine\n`), line)).toBe(false);
  });
});
