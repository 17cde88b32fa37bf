/** Persistent settings of a cluster, set and removed through the node's own interface; what they were is put back. */
import type { ChangeOf } from '../../../domain/change.ts';
import { type AppError, appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import { decodeImage, encodeImage } from '../../before-image.ts';
import { canonicalJson } from '../../canonical-json.ts';
import type { ChangeContext, ChangeKind } from '../../change-kind.ts';
import {
  type ClusterSettings,
  notGiven,
  readClusterSettings,
  type SettingsAccess,
  type SettingsUpdate,
  sameValue,
  updateClusterSettings,
  valueIn,
} from '../../elasticsearch/cluster-settings.ts';
import { askNode, at, cancelled, jsonOf } from '../../elasticsearch/node.ts';
import { drift } from '../single-file.ts';
import { settingsAccess } from './access.ts';
import {
  effectiveValue,
  imageOfSettings,
  imageSchema,
  isInPlace,
  needsLicence,
  type SettingsImage,
  secretSetting,
  settingDiffs,
  updateFor,
  wantedValue,
} from './settings.ts';

type Change = ChangeOf<'es-api-setting'>;

interface Looked {
  readonly access: SettingsAccess;
  readonly now: ClusterSettings;
}

/** Reads only. Errors: those of `settingsAccess` and of reading. */
async function look(change: Change, context: ChangeContext): Promise<Result<Looked>> {
  const access = await settingsAccess(context, change.install);
  if (!access.ok) return access;
  const now = await readClusterSettings(context, access.value);
  return now.ok ? succeed({ access: access.value, now: now.value }) : now;
}

/** A setting that the licence does not run would sleep, and wake when nobody expects it. */
async function licenceAllows(
  change: Change,
  context: ChangeContext,
  access: SettingsAccess,
): Promise<Result<void>> {
  const [key] = needsLicence(change);
  if (key === undefined) return succeed(undefined);
  const asked = await askNode(
    context,
    access.door,
    '/_license',
    access.credential === undefined ? {} : { credential: access.credential },
  );
  if (!asked.ok) return asked;
  if (asked.value.status !== 200) return fail(notGiven('read its licence', asked.value, 'unchanged'));
  const body = jsonOf(asked.value);
  const type = at(body, 'license', 'type');
  if (typeof type === 'string' && type !== 'basic' && at(body, 'license', 'status') === 'active')
    return succeed(undefined);
  return fail(
    appError(
      'PRECONDITION_FAILED',
      `The licence of this cluster does not run ${key}: it would do nothing now and wake up when a trial starts.`,
      'Leave it out, or get a licence that runs it. Nothing was changed.',
      { hostState: 'unchanged' },
    ),
  );
}

/** After an answer that tells nothing: reads for up to 30 seconds. Undefined: the cluster cannot be read. */
async function settle(context: ChangeContext, access: SettingsAccess): Promise<ClusterSettings | undefined> {
  // Not cancellable: what happened has to be known.
  const calm = { host: context.host, clock: context.clock, secrets: context.secrets };
  const until = context.clock.elapsed() + 30_000;
  for (;;) {
    const now = await readClusterSettings(calm, access);
    if (now.ok) return now.value;
    if (now.error.code.startsWith('SSH_') || context.clock.elapsed() >= until) return undefined;
    await context.clock.sleep(2000);
  }
}

/** Sends an update and makes sure by reading that it holds. */
async function update(
  context: ChangeContext,
  looked: Looked,
  wanted: SettingsUpdate,
  holds: (now: ClusterSettings) => boolean,
): Promise<Result<void>> {
  const sent = await updateClusterSettings(context, looked.access, wanted);
  if (!sent.ok) return sent;
  const now = await settle(context, looked.access);
  if (now !== undefined && holds(now)) return succeed(undefined);
  const error: AppError =
    sent.value === 'taken'
      ? appError(
          'VERIFY_FAILED',
          'Elasticsearch took the settings and does not show them.',
          'Look at the cluster settings; something else may change them.',
          { retryable: true },
        )
      : sent.value.unclear;
  const untouched =
    now !== undefined &&
    Object.keys(wanted.persistent).every(
      (key) =>
        sameValue(valueIn(now.persistent, key), valueIn(looked.now.persistent, key)) &&
        sameValue(valueIn(now.transient, key), valueIn(looked.now.transient, key)),
    );
  const hostState = now === undefined ? 'unknown' : untouched ? 'unchanged' : 'changed';
  return fail({ ...error, hostState });
}

export const esApiSetting: ChangeKind<'es-api-setting'> = {
  kind: 'es-api-setting',

  byHand: (change) => [
    {
      do: 'left',
      text: `settings of the cluster are changed through the running node and with a login, which the host does not keep. Set the earlier values, which the report shows, with PUT _cluster/settings; null removes one: ${change.settings.map(({ key }) => key).join(', ')}`,
    },
  ],

  describe: (change) => ({
    title:
      change.settings.length === 1
        ? `${change.settings[0]?.value === null ? 'remove' : 'set'} the cluster setting ${change.settings[0]?.key ?? ''}`
        : `change ${change.settings.length} cluster settings`,
    words: [
      ...change.settings.map(({ key, value }) => (value === null ? `Removes ${key}.` : `Sets ${key}.`)),
      'It holds for the whole cluster at once, without a restart.',
    ],
    blast: 'reload',
    outageSeconds: 0,
    guarded: false,
  }),

  async inspect(change, context) {
    const secret = secretSetting(change);
    if (secret !== undefined) return fail(secret);
    const looked = await look(change, context);
    if (!looked.ok) return looked;
    const { access, now } = looked.value;
    const inPlace = change.settings.every((setting) => isInPlace(setting, now));
    const allowed = inPlace ? succeed(undefined) : await licenceAllows(change, context, access);
    if (!allowed.ok) return allowed;
    const overruled = change.settings
      .filter((setting) => !isInPlace(setting, now) && valueIn(now.transient, setting.key) !== undefined)
      .map(
        ({ key }) =>
          `${key} also has a transient value, which outranks it; that one is removed. It ends with the next full restart of the cluster in any case, and is not put back when that comes in between.`,
      );
    return succeed({ inPlace, diffs: settingDiffs(change, now), words: overruled });
  },

  async capture(change, context) {
    const looked = await look(change, context);
    return looked.ok ? succeed(encodeImage(imageOfSettings(change, looked.value.now))) : looked;
  },

  async apply(change, before, context) {
    const secret = secretSetting(change);
    if (secret !== undefined) return fail(secret);
    const image = decodeImage(imageSchema, before);
    if (!image.ok) return image;
    const looked = await look(change, context);
    if (!looked.ok) return looked;
    const { now, access } = looked.value;
    const mark = { cluster: now.clusterUuid };
    if (now.clusterUuid !== image.value.clusterUuid) return fail(otherCluster());
    if (change.settings.every((setting) => isInPlace(setting, now))) return succeed(mark);
    if (canonicalJson(imageOfSettings(change, now)) !== canonicalJson(image.value))
      return fail(
        appError(
          'PRECONDITION_FAILED',
          'Somebody else changed these cluster settings in this moment.',
          'Assess the host again and make a new plan. Nothing was changed.',
          { hostState: 'unchanged', retryable: true },
        ),
      );
    const allowed = await licenceAllows(change, context, access);
    if (!allowed.ok) return allowed;
    if (context.signal?.aborted === true) return fail({ ...cancelled(), hostState: 'unchanged' });
    context.progress('Changing the cluster settings', 'applying');
    const done = await update(context, looked.value, updateFor(change, now), (after) =>
      change.settings.every((setting) => isInPlace(setting, after)),
    );
    return done.ok ? succeed(mark) : done;
  },

  /** Asks what holds in the end (transient, persistent, default), not what was sent. */
  async verify(change, mark, context) {
    const looked = await look(change, context);
    if (!looked.ok) return looked;
    const { now } = looked.value;
    if (mark['cluster'] !== undefined && mark['cluster'] !== now.clusterUuid) return fail(otherCluster());
    const wrong = change.settings
      .filter((setting) => {
        const wanted = wantedValue(setting);
        return wanted === null
          ? valueIn(now.persistent, setting.key) !== undefined ||
              valueIn(now.transient, setting.key) !== undefined
          : !sameValue(effectiveValue(now, setting.key), wanted);
      })
      .map(({ key }) => key);
    return wrong.length === 0
      ? succeed(undefined)
      : fail(
          appError(
            'VERIFY_FAILED',
            `The cluster does not hold what was written: ${wrong.join(', ')}.`,
            'Look at the cluster settings; something else may change them.',
            { hostState: 'changed' },
          ),
        );
  },

  async revert(change, before, _mark, context) {
    const image = decodeImage(imageSchema, before);
    if (!image.ok) return image;
    const looked = await look(change, context);
    if (!looked.ok) return looked;
    const { now } = looked.value;
    if (now.clusterUuid !== image.value.clusterUuid) return fail(otherCluster());
    const gone = image.value.keys.filter((was) => isGone(was, change, now));
    const words = gone.map(({ key }) => goneWords(key, now));
    const open = image.value.keys.filter((was) => !isBack(was, now) && !gone.includes(was));
    const foreign = open.filter(({ key }) => {
      const setting = change.settings.find((one) => one.key === key);
      return setting === undefined || !isInPlace(setting, now);
    });
    if (foreign.length > 0 && !context.force)
      return fail(drift(`The cluster setting ${foreign.map(({ key }) => key).join(', ')}`));
    if (open.length === 0) return succeed({ words });
    const wanted: SettingsUpdate = {
      persistent: Object.fromEntries(open.map(({ key, persistent }) => [key, persistent])),
      transient: Object.fromEntries(
        open
          .filter(({ key, transient }) => transient !== null || valueIn(now.transient, key) !== undefined)
          .map(({ key, transient }) => [key, transient]),
      ),
    };
    const done = await update(context, looked.value, wanted, (after) =>
      open.every((was) => isBack(was, after)),
    );
    return done.ok ? succeed({ words }) : done;
  },
};

function isBack(was: SettingsImage['keys'][number], now: ClusterSettings): boolean {
  return (
    sameValue(valueIn(now.persistent, was.key), was.persistent) &&
    sameValue(valueIn(now.transient, was.key), was.transient)
  );
}

/**
 * A transient value that is gone although nothing of the change is there: such values live in the cluster's memory only and end
 * with its full restart (vendor docs: cluster update settings), or somebody removed it: that is not known. It is not put back.
 */
function isGone(was: SettingsImage['keys'][number], change: Change, now: ClusterSettings): boolean {
  const setting = change.settings.find(({ key }) => key === was.key);
  return (
    was.transient !== null &&
    valueIn(now.transient, was.key) === undefined &&
    sameValue(valueIn(now.persistent, was.key), was.persistent) &&
    setting !== undefined &&
    !isInPlace(setting, now)
  );
}

function goneWords(key: string, now: ClusterSettings): string {
  const holds =
    valueIn(now.persistent, key) === undefined ? 'the default or elasticsearch.yml' : 'its persistent value';
  return `The transient value of ${key} from before is not put back: it is gone (a full restart ends such values, or somebody removed it). By now ${holds} applies.`;
}

function otherCluster(): AppError {
  return appError(
    'DRIFT',
    'The node belongs to another cluster now; nothing was changed there.',
    'Connect to a node of the cluster that was changed, or set it by hand.',
    { hostState: 'unchanged' },
  );
}
