/** Types only: the ends that are derived from the one contract object. */
import type { z } from 'zod';
import type { AppError } from '../domain/error.ts';
import type { Api, ApiGroup } from './api.ts';
import type { Events } from './events.ts';

type CallOf<G extends ApiGroup> = keyof Api[G];
type Input<C> = C extends { readonly input: infer I extends z.ZodType } ? z.infer<I> : never;
type Output<C> = C extends { readonly output: infer O extends z.ZodType } ? z.infer<O> : never;

/** How every answer crosses: a thrown error would lose its code. */
export type Answer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: AppError };

/** Main's end; a missing handler is a compile error. */
export type Handlers = {
  readonly [G in ApiGroup]: {
    readonly [C in CallOf<G>]: (input: Input<Api[G][C]>) => Promise<Answer<Output<Api[G][C]>>>;
  };
};

/** The window's end, as the preload exposes it. */
export type Client = {
  readonly [G in ApiGroup]: {
    readonly [C in CallOf<G>]: (input: Input<Api[G][C]>) => Promise<Answer<Output<Api[G][C]>>>;
  };
};

export type Listen = <K extends keyof Events>(name: K, listener: (event: Events[K]) => void) => () => void;

/** What `window.bulwark` is. */
export interface Bridge {
  readonly call: Client;
  readonly listen: Listen;
}

/** Channel names: `bulwark:<group>.<call>` and `bulwark-event:<name>`. */
export function callChannel(group: string, name: string): string {
  return `bulwark:${group}.${name}`;
}

export function eventChannel(name: string): string {
  return `bulwark-event:${name}`;
}
