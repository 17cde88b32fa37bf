import type { KindFile } from '../contract.ts';

export const kinds: KindFile = [
  {
    kind: 'es-password',
    pending: 'Not tried in the matrix yet; test/integration/es-*.lab.test.ts interrupt it.',
  },
];
