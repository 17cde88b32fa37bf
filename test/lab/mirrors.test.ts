import { describe, expect, it } from 'vitest';
import { parseMirrors, sourceLines } from './mirrors.ts';

const LISTING = `http://tools.example/apt|stable|main|Some Vendor
http://mirror.example/debian|bookworm|main|Debian
http://mirror.example/debian|bookworm-updates|main|Debian
http://mirror.example/debian|bookworm|contrib|Debian
http://security.example/debian-security|bookworm-security|main|Debian
`;

describe('parseMirrors', () => {
  it('takes the machine’s Debian sources and leaves other vendors out', () => {
    expect(parseMirrors(LISTING)).toEqual({
      main: 'http://mirror.example/debian',
      security: 'http://security.example/debian-security',
    });
  });

  it('does without a security source', () => {
    expect(parseMirrors('http://m.example|trixie|main|Debian')).toEqual({
      main: 'http://m.example',
      security: undefined,
    });
  });

  it('finds nothing where no Debian source is configured', () => {
    expect(parseMirrors('http://tools.example/apt|stable|main|Some Vendor\n')).toBeUndefined();
  });
});

describe('sourceLines', () => {
  it('names the wanted release, whatever the machine runs', () => {
    expect(sourceLines({ main: 'http://m.example', security: 'http://s.example' }, 'trixie')).toEqual([
      'deb http://m.example trixie main',
      'deb http://m.example trixie-updates main',
      'deb http://s.example trixie-security main',
    ]);
  });
});
