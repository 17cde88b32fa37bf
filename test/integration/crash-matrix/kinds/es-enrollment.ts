import type { KindFile } from '../contract.ts';

export const kinds: KindFile = [
  {
    kind: 'es-enrollment',
    pending:
      'Needs two hosts, which the matrix does not start; test/integration/es-enrollment-killed.lab.test.ts interrupts it.',
  },
];
