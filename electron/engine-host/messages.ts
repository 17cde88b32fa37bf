/** What main and the engine host say to each other. Both ends are ours; the page never sees this channel. */
import type { Answer } from '../../shared/contract/derive.ts';

export interface StartOptions {
  readonly version: string;
  readonly workspaces: string;
  readonly userKnownHosts: string | null;
  readonly sshConfig: string | null;
  readonly agentSocket: string | null;
  readonly developmentRuntime: boolean;
  readonly settingsFile: string;
  readonly operator: string;
}

export type ToEngine =
  | { readonly type: 'start'; readonly options: StartOptions }
  | {
      readonly type: 'call';
      readonly id: number;
      readonly group: string;
      readonly name: string;
      readonly input: unknown;
    }
  | {
      readonly type: 'desktop-answer';
      readonly id: number;
      readonly value: unknown;
      readonly failed?: string;
    }
  | { readonly type: 'stop' };

export type FromEngine =
  | { readonly type: 'ready' }
  | { readonly type: 'answer'; readonly id: number; readonly answer: Answer<unknown> }
  | { readonly type: 'event'; readonly name: string; readonly value: unknown }
  | {
      readonly type: 'desktop';
      readonly id: number;
      readonly method: string;
      readonly input: readonly unknown[];
    }
  | { readonly type: 'log'; readonly line: string }
  | { readonly type: 'stopped' };
