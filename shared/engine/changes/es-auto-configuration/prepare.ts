/** Everything before the switch: staged, rehearsed, and handed to the host. Until then the live node is untouched. */
import type { ChangeOf } from '../../../domain/change.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import type { ChangeContext } from '../../change-kind.ts';
import { readUnit } from '../../elasticsearch/service.ts';
import { rejection, tryConfiguration } from '../../rehearsal/rehearse.ts';
import { readDataPaths } from '../../securing/data.ts';
import { readEntries } from '../../securing/entries.ts';
import { type Switch, startSeconds } from '../../securing/switch.ts';
import { dataAside, makeFreshData, wrapperOf } from '../../securing/wrapper.ts';
import { type Beginning, dropUnknownEntries, type Staged, stageConfiguration } from './staging.ts';

type Change = Pick<
  ChangeOf<'es-auto-configuration'>,
  'install' | 'removeSettings' | 'endEnrollment' | 'listensForNodes'
>;

async function rehearseStaged(change: Change, context: ChangeContext, staged: Staged): Promise<Result<void>> {
  const rehearsal = {
    install: change.install,
    unit: change.install.unit ?? '',
    pathConf: staged.conf,
    httpCa: 'certs/http_ca.crt',
  };
  for (let round = 0; ; round += 1) {
    const tried = await tryConfiguration(context, rehearsal);
    if (!tried.ok) {
      return tried;
    }
    if (tried.value.verdict === 'good') {
      return succeed(undefined);
    }
    const unknown = tried.value.failure?.settings ?? [];
    const dropped = round === 0 ? await dropUnknownEntries(context, staged, unknown) : succeed(false);
    if (!dropped.ok) {
      return dropped;
    }
    if (!dropped.value) {
      return fail(await rejection(context, rehearsal, tried.value));
    }
  }
}

/** Errors before the switch was begun leave the host as it was, but for `leftovers`. */
export async function prepare(
  change: Change,
  context: ChangeContext,
  beginning: Beginning,
): Promise<Result<Switch>> {
  const { install } = change;
  const unit = await readUnit(context.host, install.unit ?? '', context.signal);
  const data = await readDataPaths(context, install);
  // Before the copy is made: what comes in while it is made counts as an edit.
  const entries = await readEntries(context, install.pathConf);
  if (!unit.ok || !data.ok || !entries.ok) {
    return [unit, data, entries].find((one) => !one.ok) as Result<never>;
  }
  const { user, group } = unit.value.properties;
  const staged = await stageConfiguration(context, {
    install,
    serviceGroup: group,
    removeSettings: change.removeSettings,
    data: data.value,
    beginning,
    endEnrollment: change.endEnrollment === true,
    listensForNodes: change.listensForNodes === true,
  });
  if (!staged.ok) {
    return staged;
  }
  for (const path of data.value) {
    const made =
      path.state === 'empty' ? succeed(undefined) : await makeFreshData(context, path, `${user}:${group}`);
    if (!made.ok) {
      return made;
    }
  }
  const rehearsed = await rehearseStaged(change, context, staged.value);
  if (!rehearsed.ok) {
    return rehearsed;
  }
  context.progress('Switching to the secured configuration', 'applying');
  return succeed({
    unit: install.unit ?? '',
    httpPort: install.httpPort,
    speech: 'tls',
    active: unit.value.state.mainPid !== 0,
    start: true,
    seconds: startSeconds,
    watched: { folder: install.pathConf, fingerprint: entries.value.fingerprint },
    trades: [
      ...data.value
        .filter((path) => path.state !== 'empty')
        .map((path) => {
          const { aside, fresh } = dataAside(path, context.tag);
          return {
            kind: path.mount ? ('contents' as const) : ('rename' as const),
            here: path.path,
            in: fresh,
            ...(path.state === 'absent' ? {} : { out: aside }),
          };
        }),
      {
        kind: 'rename',
        here: install.pathConf,
        out: `${staged.value.wrapper}/before`,
        in: staged.value.conf,
      },
    ],
  });
}

/** Folders that this step made and that hold nothing of the operator's once the node is old or secured for good. */
export function leftovers(change: Change, context: ChangeContext): readonly string[] {
  return [
    wrapperOf(change.install.pathConf, context.tag),
    ...change.install.pathData.flatMap((path) => [
      dataAside({ path, mount: false }, context.tag).fresh,
      dataAside({ path, mount: true }, context.tag).fresh,
    ]),
  ];
}
