/** Every change kind there is, by name; a missing one is a compile error. */
import type { Change } from '../../shared/domain/change.ts';
import type { ChangeKinds } from '../../shared/engine/change-kind.ts';
import { account } from '../../shared/engine/changes/account/account.ts';
import { authorityTrust } from '../../shared/engine/changes/authority-trust/authority-trust.ts';
import { certificateInstall } from '../../shared/engine/changes/certificate-install/certificate-install.ts';
import { encryptedVolumeMigration } from '../../shared/engine/changes/encrypted-volume-migration/encrypted-volume-migration.ts';
import { esApiSetting } from '../../shared/engine/changes/es-api-setting/es-api-setting.ts';
import { esAuthorityKey } from '../../shared/engine/changes/es-authority-key/es-authority-key.ts';
import { esAutoConfiguration } from '../../shared/engine/changes/es-auto-configuration/es-auto-configuration.ts';
import { esEnrollment } from '../../shared/engine/changes/es-enrollment/es-enrollment.ts';
import { esFileUsers } from '../../shared/engine/changes/es-file-users/es-file-users.ts';
import { esOwnCertificates } from '../../shared/engine/changes/es-own-certificates/es-own-certificates.ts';
import { esPassword } from '../../shared/engine/changes/es-password/es-password.ts';
import { fileContent } from '../../shared/engine/changes/file-content/file-content.ts';
import { fileMode } from '../../shared/engine/changes/file-mode/file-mode.ts';
import { firewallRuleset } from '../../shared/engine/changes/firewall-ruleset/firewall-ruleset.ts';
import { keystoreEntry } from '../../shared/engine/changes/keystore-entry/keystore-entry.ts';
import { kibanaSetting } from '../../shared/engine/changes/kibana-setting/kibana-setting.ts';
import { serviceRestart } from '../../shared/engine/changes/service-restart/service-restart.ts';
import { swap } from '../../shared/engine/changes/swap/swap.ts';
import { sysctl } from '../../shared/engine/changes/sysctl/sysctl.ts';
import { systemdDropin } from '../../shared/engine/changes/systemd-dropin/systemd-dropin.ts';
import { yamlSetting } from '../../shared/engine/changes/yaml-setting/yaml-setting.ts';
import { kindOf } from '../../shared/engine/parts.ts';

export const changeKinds: ChangeKinds = {
  'file-content': fileContent,
  'yaml-setting': yamlSetting,
  'file-mode': fileMode,
  account,
  'systemd-dropin': systemdDropin,
  'service-restart': serviceRestart,
  'firewall-ruleset': firewallRuleset,
  sysctl,
  swap,
  'keystore-entry': keystoreEntry,
  'es-password': esPassword,
  'es-file-users': esFileUsers,
  'es-auto-configuration': esAutoConfiguration,
  'es-enrollment': esEnrollment,
  'es-own-certificates': esOwnCertificates,
  'es-authority-key': esAuthorityKey,
  'certificate-install': certificateInstall,
  'authority-trust': authorityTrust,
  'es-api-setting': esApiSetting,
  'kibana-setting': kibanaSetting,
  'encrypted-volume-migration': encryptedVolumeMigration,
};

/** Seconds that the node is expected to be away by one change, as the plan will say it. */
export function outageOf(change: Change): number {
  return kindOf(changeKinds, change).describe(change).outageSeconds;
}
