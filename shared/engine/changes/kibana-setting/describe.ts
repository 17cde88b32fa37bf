/** The change in words. */
import type { ChangeOf } from '../../../domain/change.ts';
import type { ChangeKind } from '../../change-kind.ts';

type Change = ChangeOf<'kibana-setting'>;

export const describeKibanaSetting: ChangeKind<'kibana-setting'>['describe'] = (change) => {
  const { edits, keystore, unit, keep = [] } = change;
  const touched = keystore.set.length + keystore.remove.length;
  const writes = edits.length + touched > 0 || keep.length === 0;
  return {
    title: writes ? titleOf(change, touched) : `keep keys of Kibana in ${change.pathConf} in the vault`,
    words: [
      ...edits.map((edit) => `${edit.op === 'set' ? 'Sets' : 'Removes'} ${edit.key}.`),
      ...keystore.set.map((entry) => `Stores ${entry.name} in the keystore.`),
      ...keystore.remove.map((name) => `Removes ${name} from the keystore.`),
      ...keep.map(({ name }) => `Takes ${name} over into the vault, for the other hosts with Kibana.`),
      ...(writes ? [whenTaken(unit)] : ['Nothing on the host changes.']),
    ],
    blast: 'none',
    outageSeconds: 0,
    guarded: false,
    ...(unit === undefined || !writes ? {} : { restarts: unit }),
  };
};

function titleOf(change: Change, touched: number): string {
  const { edits } = change;
  return `change ${[
    ...(edits.length > 0 ? [`${edits.length} ${edits.length === 1 ? 'setting' : 'settings'}`] : []),
    ...(touched > 0 ? [`${touched} keystore ${touched === 1 ? 'entry' : 'entries'}`] : []),
  ].join(' and ')} of Kibana in ${change.pathConf}`;
}

function whenTaken(unit: string | undefined): string {
  return unit === undefined
    ? 'No service of Kibana is known here: restart it by hand, so that it takes the new settings.'
    : `Kibana takes them at the restart of ${unit}.`;
}
