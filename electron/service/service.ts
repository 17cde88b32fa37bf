/** The application service: made once, answers the contract's calls, tells the state onward. Runs without Electron. */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Answer, Handlers } from '../../shared/contract/derive.ts';
import type { AppState } from '../../shared/contract/state.ts';
import { catalog } from '../../shared/controls/catalog.ts';
import { appError } from '../../shared/domain/error.ts';
import { fail } from '../../shared/domain/result.ts';
import type { ServiceContext } from './context.ts';
import { refreshHistory } from './engine-work.ts';
import { createCertificateHandlers } from './handlers-certificates.ts';
import { createHostHandlers } from './handlers-hosts.ts';
import { createNodeLoginHandlers } from './handlers-node-login.ts';
import { createVaultHandlers } from './handlers-vault.ts';
import { createWaiverHandlers } from './handlers-waivers.ts';
import { createWorkHandlers } from './handlers-work.ts';
import { createWorkspaceHandlers, type WorkspaceHolder } from './handlers-workspace.ts';
import { createLog } from './log.ts';
import type { OpenWorkspace, WorkspaceOptions } from './open-workspace.ts';
import { createOperations, done, internalError } from './operations.ts';
import type { Desktop, Places } from './ports.ts';
import { createQuestions } from './questions.ts';
import { readSettings, writeSettings } from './settings.ts';
import { createStateStore } from './state-store.ts';
import { topologySlice } from './topology.ts';
import { listRecents } from './workspace-files.ts';

export interface ServiceOptions {
  readonly version: string;
  readonly operator: string;
  readonly developmentRuntime: boolean;
  readonly settingsFile: string;
  readonly places: Places;
  readonly desktop: Desktop;
  readonly emit: (name: string, value: unknown) => void;
  readonly logLine: (line: string) => void;
  readonly workspaceOptions?: WorkspaceOptions;
}

export interface Service {
  readonly context: ServiceContext;
  readonly handlers: Handlers;
  dispatch(group: string, name: string, input: unknown): Promise<Answer<unknown>>;
  close(): Promise<void>;
}

export async function createService(options: ServiceOptions): Promise<Service> {
  await mkdir(options.places.workspaces, { recursive: true, mode: 0o700 });
  await mkdir(dirname(options.settingsFile), { recursive: true, mode: 0o700 });
  const settings = await readSettings(options.settingsFile);
  const initial: Omit<AppState, 'sequence'> = {
    app: {
      version: options.version,
      theme: settings.theme,
      guardSeconds: settings.guardSeconds,
      autoLockMinutes: settings.autoLockMinutes,
      developmentRuntime: options.developmentRuntime,
    },
    recents: await listRecents(options.places.workspaces),
    workspace: null,
    vault: { state: 'none', secrets: [] },
    catalog: catalog.map((control) => control.words),
    hosts: [],
    basket: [],
    waivers: [],
    plan: null,
    steps: [],
    guards: [],
    operations: [],
    questions: [],
    report: null,
    verification: null,
  };
  const log = createLog(options.logLine);
  const store = createStateStore(initial, (event) => options.emit('state', event), topologySlice(log));
  const holder: WorkspaceHolder = { current: undefined };
  const context: ServiceContext = {
    store,
    operations: createOperations(store, log),
    questions: createQuestions(store),
    log,
    places: options.places,
    desktop: options.desktop,
    operator: options.operator,
    version: options.version,
    notice: (tone, text) => options.emit('notice', { tone, text }),
    workspace: () => holder.current,
  };

  async function changeSettings(change: Partial<AppState['app']>): Promise<Answer<Record<string, never>>> {
    const app = { ...store.get().app, ...change };
    await writeSettings(options.settingsFile, {
      theme: app.theme,
      guardSeconds: app.guardSeconds,
      autoLockMinutes: app.autoLockMinutes,
    });
    store.set({ app });
    return done;
  }

  const onWorkspaces = createWorkspaceHandlers(
    context,
    holder,
    options.workspaceOptions ?? {},
    (workspace: OpenWorkspace, hostId) => refreshHistory(context, workspace, hostId),
  );
  const handlers: Handlers = {
    app: {
      async snapshot() {
        store.flush();
        return { ok: true, value: store.get() };
      },
      setTheme: ({ theme }) => changeSettings({ theme }),
      setGuardSeconds: ({ seconds }) => changeSettings({ guardSeconds: seconds }),
      setAutoLock: ({ minutes }) => changeSettings({ autoLockMinutes: minutes }),
      async openLink({ link }) {
        await context.desktop.openLink(link);
        return done;
      },
    },
    ...onWorkspaces,
    vault: createVaultHandlers(context, holder),
    certificates: createCertificateHandlers(context, holder),
    hosts: { ...createHostHandlers(context, holder), ...createNodeLoginHandlers(context, holder) },
    ...createWorkHandlers(context, holder),
    ...createWaiverHandlers(context, holder),
    question: {
      async answer({ questionId, answer }) {
        return context.questions.answer(questionId, answer) ? done : questionGone();
      },
      async answerSecret({ questionId, value }) {
        return context.questions.answerSecret(questionId, value) ? done : questionGone();
      },
    },
  };

  return {
    context,
    handlers,
    async dispatch(group, name, input) {
      const calls: Readonly<Record<string, unknown>> | undefined = Object.hasOwn(handlers, group)
        ? handlers[group as keyof Handlers]
        : undefined;
      const handle = calls !== undefined && Object.hasOwn(calls, name) ? calls[name] : undefined;
      if (typeof handle !== 'function')
        return fail(appError('INPUT_INVALID', 'Bulwark does not know that call.', 'Restart Bulwark.'));
      try {
        // The door has parsed the input with this call's own schema.
        return await (handle as (input: unknown) => Promise<Answer<unknown>>)(input);
      } catch (cause) {
        log.write('error', 'a call ended by an exception', { group, name, cause: String(cause) });
        return fail(internalError(cause));
      }
    },
    async close() {
      const cancelled = context.operations.cancelAll();
      context.questions.withdraw(() => true);
      await cancelled;
      await holder.current?.close();
      holder.current = undefined;
    },
  };
}

function questionGone(): Answer<never> {
  return fail(appError('NOT_FOUND', 'That question has been settled already.', 'Nothing needs to be done.'));
}
