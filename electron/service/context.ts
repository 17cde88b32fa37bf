/** What the parts of the service share: one object, made once by `service.ts`. */
import type { Log } from '../../shared/engine/ports.ts';
import type { OpenWorkspace } from './open-workspace.ts';
import type { Operations } from './operations.ts';
import type { Desktop, Places } from './ports.ts';
import type { Questions } from './questions.ts';
import type { StateStore } from './state-store.ts';

export interface ServiceContext {
  readonly store: StateStore;
  readonly operations: Operations;
  readonly questions: Questions;
  readonly log: Log;
  readonly places: Places;
  readonly desktop: Desktop;
  readonly operator: string;
  readonly version: string;
  readonly notice: (tone: 'success' | 'info' | 'warning', text: string) => void;
  /** The workspace that is open, if any. */
  workspace(): OpenWorkspace | undefined;
}
