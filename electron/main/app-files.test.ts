import { sep } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contentSecurityPolicy, fileForUrl } from './app-files.ts';

const root = '/opt/app/renderer';

describe('a file for an address', () => {
  it('is the page itself or a file below it', () => {
    expect(fileForUrl(root, 'bulwark://app/')).toBe('/opt/app/renderer/index.html');
    expect(fileForUrl(root, 'bulwark://app/assets/a%20b.js')).toBe('/opt/app/renderer/assets/a b.js');
    expect(fileForUrl(root, 'bulwark://app/assets/a.js?x=1#y')).toBe('/opt/app/renderer/assets/a.js');
  });

  // security: no address leads out of the page's folder
  it.each([
    'bulwark://app/../main/index.js',
    'bulwark://app/%2e%2e/main/index.js',
    'bulwark://app/..%2fmain%2findex.js',
    'bulwark://app/%2e%2e%2f%2e%2e%2f%2e%2e%2f%2e%2e%2fetc/x.json',
    'bulwark://app/..%5c..%5cmain%5cindex.js%00.html',
    'bulwark://app//etc/x.json',
    'bulwark://app/assets/%00.js',
    'bulwark://app/%',
    'bulwark://app/../renderer-evil/a.js',
  ])('never leads out: %s', (url) => {
    const file = fileForUrl(root, url);
    expect(file === undefined || file.startsWith(`${root}${sep}`)).toBe(true);
  });

  // security: only our own scheme and host name files
  it.each([
    'file:///opt/app/renderer/index.html',
    'https://app/index.html',
    'bulwark://evil/index.html',
    'bulwark://app:99/index.html',
    'data:text/html,x',
    'javascript:alert(1)',
    'not an address',
    '',
  ])('is none for %j', (url) => {
    expect(fileForUrl(root, url)).toBeUndefined();
  });

  // security: files of unknown kinds are not served, source maps and the page's folder itself among them
  it.each(['bulwark://app/assets/index.js.map', 'bulwark://app/x.exe', 'bulwark://app/assets/'])(
    'is none for %s',
    (url) => {
      expect(fileForUrl(root, url)).toBeUndefined();
    },
  );

  // security: property: whatever is written into an address, the file lies below the page's folder
  it('lies below the folder whatever is asked', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '..',
        '.',
        '%2e%2e',
        '%2E%2e',
        '..%2f',
        '%2f',
        '\\',
        '%5c',
        '..%5c',
        '//',
        '%252e',
        '%00',
        '~',
      ),
      fc.string({ maxLength: 8 }),
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 12 }),
        fc.constantFrom('.js', '.html', '.json', ''),
        (pieces, end) => {
          const file = fileForUrl(root, `bulwark://app/${pieces.join('/')}${end}`);
          expect(file === undefined || file.startsWith(`${root}${sep}`)).toBe(true);
        },
      ),
      { numRuns: 3000 },
    );
  });
});

describe('the policy of our pages', () => {
  // security: the policy is exactly this one; a weaker one is a decision and not a slip
  it('is exactly the agreed one', () => {
    expect(contentSecurityPolicy).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; " +
        "require-trusted-types-for 'script'; trusted-types 'none'",
    );
    expect(contentSecurityPolicy).not.toMatch(/unsafe|\*|https?:/);
  });
});
