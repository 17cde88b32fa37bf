import type { KindFile } from '../contract.ts';

export const kinds: KindFile = [
  { kind: 'kibana-setting', pending: 'Not tried in the matrix yet; its lab test interrupts it.' },
];
