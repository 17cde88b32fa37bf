import type { KindFile } from '../contract.ts';

export const kinds: KindFile = [
  {
    kind: 'es-own-certificates',
    pending:
      'Not tried in the matrix yet; test/integration/es-own-certificates-killed.lab.test.ts interrupts it.',
  },
];
