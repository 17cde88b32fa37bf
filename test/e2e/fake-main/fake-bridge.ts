/** The window's end of the contract, answered by a played main. A call that it was not taught is refused. */
import type { Answer, Bridge, Handlers } from '../../../shared/contract/derive.ts';
import type { Events } from '../../../shared/contract/events.ts';
import type { AppState, HostState, Slice } from '../../../shared/contract/state.ts';
import { appError } from '../../../shared/domain/error.ts';
import { type PlayedState, playState } from './played-state.ts';
import { begin, playApply, playAssess, playConnect, playUndo } from './played-work.ts';
import { host } from './states/build.ts';
import { plan } from './states/plans.ts';

function ok<T>(value: T): Promise<Answer<T>> {
  return Promise.resolve({ ok: true, value });
}

/** For calls that only change the state. */
function done(_changed: void): Promise<Answer<Record<string, never>>> {
  return ok({});
}

function refuse(what: string): Promise<Answer<never>> {
  const error = appError(
    'NOT_FOUND',
    `The played main was not taught ${what}.`,
    'Teach it, or choose another state.',
    {
      hostState: 'unchanged',
    },
  );
  return Promise.resolve({ ok: false, error });
}

function newHost(id: string, draft: Omit<HostState['host'], 'id'>): HostState {
  return host(id, {
    host: { ...draft, id },
    key: { state: 'not-seen' },
    connection: 'never',
    elasticsearch: '',
    operatingSystem: '',
  });
}

function makePlan(played: PlayedState): string {
  return begin(played, 'plan', 'Making the plan', async () => {
    await new Promise((resolve) => setTimeout(resolve, 300));
    played.set({ plan: plan(played.get().hosts[0]?.host.id), steps: [] });
  });
}

function playNodeLogin(played: PlayedState, hostId: string, nodeLogin: HostState['nodeLogin']): string {
  return begin(played, 'node-login', 'Logging in to Elasticsearch', () => {
    played.setHost(hostId, (one) => ({ ...one, nodeLogin }));
    return Promise.resolve();
  });
}

function handlersOf(played: PlayedState): Handlers {
  const get = (): AppState => played.get();
  const set = (slices: Slice): void => played.set(slices);
  const hold = (id: string, pause: 'paused' | undefined): void =>
    set({ operations: get().operations.map((one) => (one.id === id ? { ...one, pause } : one)) });
  return {
    app: {
      snapshot: () => ok(get()),
      setTheme: ({ theme }) => done(set({ app: { ...get().app, theme } })),
      setGuardSeconds: ({ seconds }) => done(set({ app: { ...get().app, guardSeconds: seconds } })),
      setAutoLock: ({ minutes }) => done(set({ app: { ...get().app, autoLockMinutes: minutes } })),
      openLink: () => refuse('links'),
    },
    workspace: {
      create: ({ name, deployment }) =>
        done(
          set({
            workspace: {
              id: 'new',
              name,
              deployment,
              operator: 'm.keller',
              createdAt: new Date().toISOString(),
            },
          }),
        ),
      open: () => refuse('other workspaces'),
      close: () => done(set({ workspace: null, hosts: [], plan: null })),
      setDeployment: ({ deployment }) => {
        const { workspace } = get();
        return workspace === null
          ? refuse('no workspace')
          : done(set({ workspace: { ...workspace, deployment } }));
      },
    },
    vault: {
      create: () => done(set({ vault: { state: 'unlocked', secrets: [] } })),
      unlock: ({ passphrase }) =>
        passphrase === 'wrong'
          ? Promise.resolve({
              ok: false,
              error: appError(
                'VAULT_PASSPHRASE_WRONG',
                'This passphrase does not open the vault.',
                'Try again.',
              ),
            })
          : done(set({ vault: { ...get().vault, state: 'unlocked' } })),
      lock: () => done(set({ vault: { ...get().vault, state: 'locked' } })),
      changePassphrase: ({ passphrase }) =>
        passphrase === 'wrong'
          ? Promise.resolve({
              ok: false,
              error: appError(
                'VAULT_PASSPHRASE_WRONG',
                'This passphrase does not open the vault. Nothing was changed.',
                'Type it again.',
              ),
            })
          : ok({}),
      copyForCustodian: () => ok({ path: '/home/ops/Documents/orders-custodian.bwv' }),
      show: () => ok({}),
      copy: () => ok({ clearsAfterSeconds: 30 }),
    },
    hosts: {
      add: ({ draft }) => {
        const hostId = draft.name.toLowerCase().replace(/[^a-z0-9]+/g, '-');
        set({ hosts: [...get().hosts, newHost(hostId, draft)] });
        return ok({ hostId });
      },
      update: ({ hostId, draft }) =>
        done(played.setHost(hostId, (one) => ({ ...one, host: { ...draft, id: hostId } }))),
      remove: ({ hostId }) => done(set({ hosts: get().hosts.filter((one) => one.host.id !== hostId) })),
      readSshConfig: () =>
        ok({
          drafts: ['es-prod-1', 'es-prod-2'].map((name, index) => ({
            name,
            address: `10.20.0.${11 + index}`,
            port: 22,
            user: 'ops',
            roles: ['elasticsearch' as const],
            login: { method: 'agent' as const },
            sudo: 'passwordless' as const,
          })),
          ignored: [
            'Host *: a pattern, not a host',
            'Host bastion: needs ProxyJump, which is not supported yet',
          ],
        }),
      readInventory: () =>
        ok({
          fileName: 'hosts.ini',
          drafts: ['es-prod-4', 'es-prod-5', 'kb-prod-1']
            .map((name, index) => ({
              ...host(name).host,
              name,
              address: `10.20.0.${index + 14}`,
            }))
            .map(({ id: _id, ...draft }) => draft),
          ignored: [
            '“bastion”: it is not reached by SSH, but by “local”.',
            "Line 14: a quote is not closed: “es-prod-6 ansible_host='10.20”.",
          ],
        }),
      chooseKeyFile: () => ok({ path: '/home/ops/.ssh/id_ed25519' }),
      connect: ({ hostId }) =>
        ok({
          operationId: begin(played, 'connect', `Connecting ${hostId}`, () => playConnect(played, hostId)),
        }),
      disconnect: ({ hostId }) =>
        done(played.setHost(hostId, (one) => ({ ...one, connection: 'disconnected' }))),
      setNodeLogin: ({ hostId }) => ok({ operationId: playNodeLogin(played, hostId, 'given') }),
      forgetNodeLogin: ({ hostId }) => done(played.setHost(hostId, (one) => ({ ...one, nodeLogin: 'none' }))),
      createReader: ({ hostId }) => ok({ operationId: playNodeLogin(played, hostId, 'reader') }),
      createAdministrator: ({ hostId }) => ok({ operationId: playNodeLogin(played, hostId, 'given') }),
      removeAdministrator: ({ hostId }) => ok({ operationId: playNodeLogin(played, hostId, 'bulwark') }),
      removeReader: ({ hostId }) => ok({ operationId: playNodeLogin(played, hostId, 'given') }),
    },
    certificates: {
      request: ({ names }) =>
        ok({ path: '/home/ops/search-1.csr', names: names === '' ? ['search-1'] : names.split(' ') }),
      take: () => ok({ subject: 'CN=search-1', issuer: 'CN=Our CA', notAfter: '2028-01-01T00:00:00.000Z' }),
    },
    assess: {
      start: ({ hostIds }) =>
        ok({
          operationId: begin(played, 'assess', `Assessing ${hostIds.length} host`, (tell) =>
            playAssess(played, hostIds, tell),
          ),
        }),
    },
    plan: {
      add: ({ findingId, choices }) => {
        const [hostId = '', controlId = ''] = findingId.split('/');
        return done(set({ basket: [...get().basket, { findingId, hostId, controlId, choices }] }));
      },
      remove: ({ findingId }) =>
        done(set({ basket: get().basket.filter((item) => item.findingId !== findingId) })),
      make: () => ok({ operationId: makePlan(played) }),
      fixNow: () => ok({ operationId: makePlan(played) }),
      rotate: () => ok({ operationId: makePlan(played) }),
      replaceAuthority: () => ok({ operationId: makePlan(played) }),
      renew: () => ok({ operationId: makePlan(played) }),
      discard: () => done(set({ plan: null, steps: [] })),
    },
    waiver: {
      accept: ({ findingId, ...terms }) => {
        const [hostId = '', controlId = ''] = findingId.split('/');
        const found = get()
          .hosts.flatMap(({ latest }) => latest?.findings ?? [])
          .find(({ id }) => id === findingId);
        const waiver = {
          ...terms,
          findingId,
          hostId,
          controlId,
          ...(found === undefined ? {} : { outcome: found.outcome }),
          at: new Date().toISOString(),
          operator: 'm.keller',
        };
        return done(
          set({ waivers: [...get().waivers.filter((one) => one.findingId !== findingId), waiver] }),
        );
      },
      withdraw: ({ findingId }) =>
        done(set({ waivers: get().waivers.filter((one) => one.findingId !== findingId) })),
    },
    apply: {
      start: () =>
        ok({ operationId: begin(played, 'apply', 'Applying the plan', (tell) => playApply(played, tell)) }),
    },
    rollback: {
      start: ({ hostId, scope }) =>
        ok({
          operationId: begin(played, 'rollback', 'Undoing', () => playUndo(played, hostId, scope)),
        }),
      everything: () =>
        ok({
          operationId: begin(played, 'rollback', 'Undoing on every host', async () => {
            for (const { host: one } of played.get().hosts) await playUndo(played, one.id);
          }),
        }),
      recover: ({ hostId }) =>
        ok({
          operationId: begin(played, 'recover', 'Looking what happened', () => {
            played.setHost(hostId, (one) => ({ ...one, interrupted: [] }));
            return Promise.resolve();
          }),
        }),
    },
    report: {
      export: () => refuse('exporting'),
      showFolder: () => refuse('folders'),
      verify: () => refuse('verifying'),
      dismissVerification: () => done(set({ verification: null })),
    },
    operation: {
      pause: ({ operationId }) => done(hold(operationId, 'paused')),
      resume: ({ operationId }) => done(hold(operationId, undefined)),
      cancel: ({ operationId }) =>
        done(
          set({
            operations: get().operations.map((one) =>
              one.id === operationId ? { ...one, state: 'cancelled' } : one,
            ),
          }),
        ),
    },
    question: {
      answer: ({ questionId, answer }) => {
        const question = get().questions.find((one) => one.id === questionId);
        set({ questions: get().questions.filter((one) => one.id !== questionId) });
        if (question?.type === 'host-key') {
          const { key } = question;
          played.setHost(question.hostId, (one) =>
            answer === 'trust'
              ? { ...one, key: { state: 'trusted', key }, connection: 'connected', elasticsearch: '8.19.21' }
              : { ...one, connection: 'disconnected' },
          );
        }
        return ok({});
      },
      answerSecret: ({ questionId }) =>
        done(set({ questions: get().questions.filter((one) => one.id !== questionId) })),
    },
  };
}

export interface FakeMain {
  readonly bridge: Bridge;
  readonly played: PlayedState;
}

export function createFakeMain(state: AppState): FakeMain {
  const played = playState(state);
  const handlers = handlersOf(played);
  const bridge: Bridge = {
    call: handlers,
    listen: <K extends keyof Events>(name: K, listener: (event: Events[K]) => void) =>
      played.listen({ [name]: listener }),
  };
  return { bridge, played };
}
