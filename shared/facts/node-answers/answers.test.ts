import { describe, expect, it } from 'vitest';
import { isOperatorsIndex, standingOf } from './answers.ts';
import { nodeRequests } from './requests.ts';

describe('answers', () => {
  it.each([
    [401, '', 'on'],
    [200, '{"username":"_anonymous"}', 'anonymous'],
    [200, '{}', 'unclear'],
    [
      405,
      '{"error":"Incorrect HTTP method for uri [/_security/_authenticate] and method [GET], allowed: [POST]"}',
      'off',
    ],
    [400, '{"error":"no handler found for uri [/_security/_authenticate] and method [GET]"}', 'off'],
    [500, '{"error":{"reason":"Security must be explicitly enabled when using a [basic] license."}}', 'off'],
    [500, 'proxy error', 'unclear'],
    [403, '', 'unclear'],
    [503, '', 'unclear'],
  ] as const)('%i %s: %s', (status, body, standing) => expect(standingOf(status, body)).toBe(standing));

  it.each([
    ['orders', true],
    ['.ds-logs-app-default-2026.01.01-000001', true],
    ['.kibana_8.19.21_001', true],
    ['.security-7', true],
    ['.something-new', true],
    ['.geoip_databases', false],
    ['.tasks', false],
    ['.ds-ilm-history-7-2026.01.01-000001', false],
    ['.ds-.logs-deprecation.elasticsearch-default-2026.01.01-000001', false],
  ])('%s is the operator’s: %s', (name, mine) => expect(isOperatorsIndex(name)).toBe(mine));
});

it('no request of the list writes', () => {
  for (const path of Object.values(nodeRequests))
    expect(path.split('?')[0]).not.toMatch(/enroll|reload|_password|_shutdown|_forcemerge|_close|_open\b/);
});
