/** What main tells the window unasked is held to the contract like every answer. */
import { z } from 'zod';
import { events } from '../../../shared/contract/events.ts';

export type CheckedEvent =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly reason: string };

/** Fields that the contract does not know are left out; an event without the agreed form is held back. */
export function checkedEvent(name: string, value: unknown): CheckedEvent {
  const schema = Object.hasOwn(events, name) ? events[name as keyof typeof events] : undefined;
  if (schema === undefined) return { ok: false, reason: 'the contract has no such event' };
  const parsed = schema.safeParse(value);
  return parsed.success
    ? { ok: true, value: parsed.data }
    : { ok: false, reason: z.prettifyError(parsed.error).slice(0, 500) };
}
