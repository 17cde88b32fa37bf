import { expect, it } from 'vitest';
import { changeSchema } from '../../shared/domain/change.ts';
import { value } from '../../test/support/change-harness.ts';
import { factsOf, healthy, noElasticsearch, open } from '../../test/support/facts.ts';
import { rotationOrder, rotationRequest } from './rotating.ts';

const order = { ...rotationOrder('h', ['elastic', 'elastic', 'kibana_system'], 0), order: 'rotate-1' };

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
});

it.each([
  ['open', factsOf(open)],
  ['without Elasticsearch', noElasticsearch],
  ['not read', undefined],
])('is refused on a host that is %s', (_, facts) =>
  expect(rotationRequest(order, facts)).toMatchObject({ ok: false, error: { code: 'PRECONDITION_FAILED' } }),
);

it.each([
  [3, /cluster of 3 nodes/],
  [undefined, /How many nodes/],
])('is refused where %s nodes share the passwords', (nodeCount, says) =>
  expect(
    rotationRequest(order, factsOf(healthy, { 'node-answers': { ...healthy['node-answers'], nodeCount } })),
  ).toMatchObject({
    ok: false,
    error: { code: 'PRECONDITION_FAILED', message: expect.stringMatching(says) as string },
  }),
);

it('is a new order each time', () => {
  const [first, second] = [
    rotationOrder('h', ['elastic'], 1_790_000_000_000),
    rotationOrder('h', ['elastic'], 1_790_000_000_001),
  ];
  expect(first.order).toMatch(/^rotate-[a-z0-9]+$/);
  expect(first.order).not.toBe(second.order);
});
