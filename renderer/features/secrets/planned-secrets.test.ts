import { describe, expect, it } from 'vitest';
import type { Plan } from '../../../shared/domain/plan.ts';
import { readableRef } from './secret-table.tsx';
import { plannedSecrets } from './secrets-screen.tsx';

const names = new Map([['h-1', 'es-prod-1']]);

function planOf(...steps: readonly Partial<Plan['steps'][number]>[]): Plan {
  return { steps } as unknown as Plan;
}

const password = {
  id: '01-es-password',
  hostId: 'h-1',
  nothingToDo: false,
  change: {
    kind: 'es-password',
    users: [{ name: 'elastic', length: 24 }],
  } as Plan['steps'][number]['change'],
};

function progress(state: 'waiting' | 'done' | 'failed' | 'nothing-to-do') {
  return [{ stepId: '01-es-password', state }] as unknown as Parameters<typeof plannedSecrets>[2];
}

describe('what the plan will make', () => {
  it('is named with its host until its step is behind it', () => {
    const wish = { name: 'Password of elastic', length: 24, host: 'es-prod-1' };
    expect(plannedSecrets(planOf(password), names)).toEqual([wish]);
    expect(plannedSecrets(planOf(password), names, progress('waiting'))).toEqual([wish]);
    expect(plannedSecrets(planOf(password), names, progress('failed'))).toEqual([wish]);
    expect(plannedSecrets(planOf(password), names, progress('done'))).toEqual([]);
    expect(plannedSecrets(planOf(password), names, progress('nothing-to-do'))).toEqual([]);
    expect(plannedSecrets(planOf({ ...password, nothingToDo: true }), names)).toEqual([]);
  });
});

it('a name in the vault is shown with the name of the host, not its id', () => {
  expect(readableRef('es/h-1/elastic', names)).toBe('es/es-prod-1/elastic');
  expect(readableRef('es/gone/elastic', names)).toBe('es/gone/elastic');
});
