import { expect, it } from 'vitest';
import type { HostState } from '../../../shared/contract/state.ts';
import type { Exposure } from '../../../shared/domain/finding.ts';
import { hostState } from '../../../test/support/service-state.ts';
import { linesOf } from './exposure-from-hosts.tsx';

const seen = (from: string | undefined, port: number, state: Exposure['state']): Exposure => ({
  ...(from === undefined ? {} : { from }),
  address: '192.0.2.1',
  port,
  state,
  answersStranger: state === 'clear' ? 'yes' : 'no',
  detail: '',
  at: '',
});

function host(before: readonly Exposure[], after: readonly Exposure[]): HostState {
  const scan = (exposure: readonly Exposure[]) => ({ exposure }) as unknown as HostState['latest'];
  return { ...hostState('es-1'), baseline: scan(before), latest: scan(after) } as HostState;
}

it('puts hosts that see the same into one line, and leaves out what this computer sees', () => {
  const lines = linesOf([
    host(
      [seen(undefined, 9200, 'clear'), seen('es-2', 9200, 'clear'), seen('es-3', 9200, 'clear')],
      [
        seen(undefined, 9200, 'tls'),
        seen('es-2', 9300, 'tls'),
        seen('es-2', 9200, 'tls'),
        seen('es-3', 9200, 'tls'),
        seen('es-4', 9200, 'closed'),
      ],
    ),
  ]);
  expect(
    lines.map(
      ({ port, from, before, after }) => `${port} ${from.join('+')} ${before?.state} ${after?.state}`,
    ),
  ).toEqual(['9200 es-2+es-3 clear tls', '9200 es-4 undefined closed', '9300 es-2 undefined tls']);
});

it('says nothing where nobody looked', () => {
  expect(linesOf([host([seen(undefined, 9200, 'clear')], [])])).toEqual([]);
});
