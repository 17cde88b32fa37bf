import { expect, it } from 'vitest';
import { changeSchema } from '../../shared/domain/change.ts';
import { value } from '../../test/support/change-harness.ts';
import { factsOf, healthy, noElasticsearch, open } from '../../test/support/facts.ts';
import { rotatableUsers, rotationRequest } from './rotating.ts';

const order = { hostId: 'h', users: ['elastic', 'elastic', 'kibana_system'], order: 'rotate-1' };

it('is one change for each user once', () => {
  const request = value(rotationRequest(order, factsOf(healthy)));
  expect(request).toMatchObject({
    findingId: 'h/builtin-passwords',
    changes: [
      {
        kind: 'es-password',
        users: [
          { name: 'elastic', ref: 'es/elastic', rotate: 'rotate-1' },
          { name: 'kibana_system', ref: 'es/kibana_system', rotate: 'rotate-1' },
        ],
      },
    ],
  });
  for (const change of request.changes) expect(() => changeSchema.parse(change)).not.toThrow();
  expect(rotatableUsers).not.toContain('kibana');
});

it.each([
  ['open', factsOf(open)],
  ['without Elasticsearch', noElasticsearch],
  ['not read', undefined],
])('is refused on a host that is %s', (_, facts) =>
  expect(rotationRequest(order, facts)).toMatchObject({ ok: false, error: { code: 'PRECONDITION_FAILED' } }),
);
