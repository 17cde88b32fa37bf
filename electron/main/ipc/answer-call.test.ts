import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { api } from '../../../shared/contract/api.ts';
import { appError } from '../../../shared/domain/error.ts';
import { answerCall, type Call } from './answer-call.ts';
import { checkedEvent } from './checked-event.ts';

const echo = {
  input: z.strictObject({ hostId: z.string() }),
  output: z.object({ shown: z.string() }),
};

describe('a call at the door', () => {
  it('reaches its handler with what the schema read', async () => {
    const seen: unknown[] = [];
    const answer = await answerCall(echo, { hostId: 'a' }, async (input) => {
      seen.push(input);
      return { ok: true, value: { shown: 'b' } };
    });
    expect(seen).toEqual([{ hostId: 'a' }]);
    expect(answer).toEqual({ ok: true, value: { shown: 'b' } });
  });

  // security: a page cannot smuggle fields past the schema
  it.each([
    [{ hostId: 'a', path: '/etc/passwd' }],
    [{ hostId: 7 }],
    [{}],
    [null],
    [undefined],
    ['a'],
    [[{ hostId: 'a' }]],
    [JSON.parse('{"hostId":"a","__proto__":{"admin":true}}')],
  ])('refuses %j before any handler runs', async (input: unknown) => {
    const answer = await answerCall(echo, input, () => Promise.reject(new Error('a handler ran')));
    expect(answer).toMatchObject({ ok: false, error: { code: 'INPUT_INVALID' } });
  });

  // security: an answer carries the agreed fields and no others
  it('leaves out what the contract does not know, and holds back what has not the agreed form', async () => {
    const extra = await answerCall(echo, { hostId: 'a' }, async () => ({
      ok: true,
      value: { shown: 'b', passphrase: 'canary' },
    }));
    expect(extra).toEqual({ ok: true, value: { shown: 'b' } });
    const wrong = await answerCall(echo, { hostId: 'a' }, async () => ({
      ok: true,
      value: { hidden: 'canary' },
    }));
    expect(wrong).toMatchObject({ ok: false, error: { code: 'INTERNAL' } });
    expect(JSON.stringify(wrong)).not.toContain('canary');
  });

  // security: an error carries the agreed fields and no others
  it('holds errors to their form as well', async () => {
    const error = { ...appError('BUSY', 'Busy.', 'Wait.'), stack: 'canary' };
    const answer = await answerCall(echo, { hostId: 'a' }, async () => ({ ok: false, error }));
    expect(answer).toEqual({ ok: false, error: appError('BUSY', 'Busy.', 'Wait.') });
  });

  // security: an exception crosses as an error value, without secrets
  it('turns an exception into an error that went through the redactor', async () => {
    const answer = await answerCall(echo, { hostId: 'a' }, () =>
      Promise.reject(new Error('could not set password: hunter2-canary')),
    );
    expect(answer).toMatchObject({ ok: false, error: { code: 'INTERNAL' } });
    expect(JSON.stringify(answer)).not.toContain('hunter2-canary');
  });

  // security: no call takes a field that it does not name
  it('refuses an extra field in every call of the contract', () => {
    const groups: Readonly<Record<string, Readonly<Record<string, Call>>>> = api;
    for (const [group, calls] of Object.entries(groups))
      for (const [name, call] of Object.entries(calls)) {
        const parsed = call.input.safeParse({ surplus: 'x' });
        const codes = parsed.success ? [] : parsed.error.issues.map((issue) => issue.code);
        expect(codes, `${group}.${name}`).toContain('unrecognized_keys');
      }
  });
});

describe('an event to the window', () => {
  // security: what main tells unasked is held to the contract too
  it('is stripped of extra fields and held back in another form', () => {
    expect(checkedEvent('notice', { tone: 'info', text: 'Done.', secret: 'canary' })).toEqual({
      ok: true,
      value: { tone: 'info', text: 'Done.' },
    });
    expect(checkedEvent('notice', { tone: 'loud', text: 'Done.' }).ok).toBe(false);
    expect(checkedEvent('constructor', {}).ok).toBe(false);
  });
});
