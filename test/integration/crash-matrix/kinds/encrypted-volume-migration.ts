import type { KindFile } from '../contract.ts';

export const kinds: KindFile = [
  {
    kind: 'encrypted-volume-migration',
    pending: 'Needs a kernel of its own, which the matrix does not start.',
  },
];
