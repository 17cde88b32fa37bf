/** What the change wants of a cluster's settings, compared with what is there. */
import { z } from 'zod';
import type { ChangeOf, Diff } from '../../../domain/change.ts';
import { type AppError, appError } from '../../../domain/error.ts';
import { isSecretName } from '../../../text/redact.ts';
import {
  type ClusterSettings,
  type SettingsUpdate,
  type SettingValue,
  sameValue,
  valueIn,
} from '../../elasticsearch/cluster-settings.ts';

type Change = ChangeOf<'es-api-setting'>;
type Setting = Change['settings'][number];

const valueSchema = z.union([z.string(), z.array(z.string()), z.null()]);
/** Before-image: what exactly these keys had in both layers; `null` is "not set". */
export const imageSchema = z.strictObject({
  version: z.literal(1),
  clusterUuid: z.string(),
  keys: z.array(z.strictObject({ key: z.string(), persistent: valueSchema, transient: valueSchema })),
});
export type SettingsImage = z.infer<typeof imageSchema>;

export function imageOfSettings(change: Change, now: ClusterSettings): SettingsImage {
  const stored = (value: SettingValue | undefined) =>
    value === undefined ? null : typeof value === 'string' ? value : [...value];
  return {
    version: 1,
    clusterUuid: now.clusterUuid,
    keys: change.settings.map(({ key }) => ({
      key,
      persistent: stored(valueIn(now.persistent, key)),
      transient: stored(valueIn(now.transient, key)),
    })),
  };
}

/** As Elasticsearch gives it back: numbers and switches become text. */
export function wantedValue({ value }: Setting): SettingValue | null {
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
}

/** A transient value outranks the persistent one, so it has to be gone or the same. */
export function isInPlace(setting: Setting, now: ClusterSettings): boolean {
  const wanted = wantedValue(setting);
  const transient = valueIn(now.transient, setting.key);
  return (
    sameValue(valueIn(now.persistent, setting.key), wanted) &&
    (transient === undefined || sameValue(transient, wanted))
  );
}

/** What holds: transient, else persistent, else the default or elasticsearch.yml. */
export function effectiveValue(now: ClusterSettings, key: string): SettingValue | undefined {
  return valueIn(now.transient, key) ?? valueIn(now.persistent, key) ?? valueIn(now.defaults, key);
}

function shownValue(value: SettingValue | null | undefined): string {
  if (value === undefined || value === null) return '(not set)';
  return typeof value === 'string' ? value : `[${value.join(', ')}]`;
}

function shownState(now: ClusterSettings, key: string): string {
  const transient = valueIn(now.transient, key);
  const persistent = valueIn(now.persistent, key);
  const over = transient === undefined ? '' : ` (transient: ${shownValue(transient)})`;
  if (persistent !== undefined) return `${shownValue(persistent)}${over}`;
  return `(not set; ${shownValue(valueIn(now.defaults, key))} by default or elasticsearch.yml)${over}`;
}

export function settingDiffs(change: Change, now: ClusterSettings): readonly Diff[] {
  return change.settings
    .filter((setting) => !isInPlace(setting, now))
    .map((setting) => ({
      subject: `cluster setting ${setting.key}`,
      before: shownState(now, setting.key),
      after: shownValue(wantedValue(setting)),
    }));
}

/** The request that makes the wish true; transient values of these keys give way. */
export function updateFor(change: Change, now: ClusterSettings): SettingsUpdate {
  const open = change.settings.filter((setting) => !isInPlace(setting, now));
  return {
    persistent: Object.fromEntries(open.map((setting) => [setting.key, setting.value])),
    transient: Object.fromEntries(
      open
        .filter(({ key }) => valueIn(now.transient, key) !== undefined)
        .map(({ key }) => [key, null] as const),
    ),
  };
}

/** Filters that can lock everybody out, and audit: accepted on a basic licence, asleep, and awake when a trial starts. */
export function needsLicence(change: Change): readonly string[] {
  return change.settings
    .filter(
      ({ key, value }) => value !== null && /^xpack\.security\.((http|transport)\.filter|audit)\./.test(key),
    )
    .map(({ key }) => key);
}

/** Values of such settings would be shown, journalled and readable by everybody who may monitor. */
export function secretSetting(change: Change): AppError | undefined {
  const key = change.settings.find((setting) => isSecretName(setting.key))?.key;
  return key === undefined
    ? undefined
    : appError(
        'PRECONDITION_FAILED',
        `${key} looks like a secret; secrets do not belong into the cluster settings.`,
        'Store it in the Elasticsearch keystore. Nothing was changed.',
        { hostState: 'unchanged' },
      );
}
