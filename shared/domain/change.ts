/**
 * A change: one typed, describable, capturable, verifiable, revertible unit of work on a host. Changes are data; only the
 * engine carries them out. They hold references to secrets, never secrets.
 */
import { z } from 'zod';
import { authorityTrustChangeSchema, certificateInstallChangeSchema } from './changes/certificates.ts';
import {
  esAuthorityKeyChangeSchema,
  esAutoConfigurationChangeSchema,
  esEnrollmentChangeSchema,
  esFileUsersChangeSchema,
  esOwnCertificatesChangeSchema,
  esPasswordChangeSchema,
  keystoreEntryChangeSchema,
} from './changes/elasticsearch.ts';
import { fileContentChangeSchema, fileModeChangeSchema, yamlSettingChangeSchema } from './changes/files.ts';
import { firewallRulesetChangeSchema } from './changes/firewall.ts';
import { esApiSettingChangeSchema } from './changes/interface.ts';
import { kibanaSettingChangeSchema } from './changes/kibana.ts';
import {
  accountChangeSchema,
  serviceRestartChangeSchema,
  swapChangeSchema,
  sysctlChangeSchema,
  systemdDropinChangeSchema,
} from './changes/system.ts';
import { encryptedVolumeMigrationChangeSchema } from './changes/volume.ts';

export type { SecretSource } from './changes/values.ts';

export const blasts = ['none', 'reload', 'restart', 'rolling', 'full', 'access'] as const;
export const blastSchema = z.enum(blasts);
/** What carrying out a change may disturb; `access` changes are guarded on the host. */
export type Blast = (typeof blasts)[number];

export const changeSchema = z.discriminatedUnion('kind', [
  fileContentChangeSchema,
  yamlSettingChangeSchema,
  fileModeChangeSchema,
  accountChangeSchema,
  systemdDropinChangeSchema,
  serviceRestartChangeSchema,
  firewallRulesetChangeSchema,
  sysctlChangeSchema,
  swapChangeSchema,
  keystoreEntryChangeSchema,
  esPasswordChangeSchema,
  esFileUsersChangeSchema,
  esAutoConfigurationChangeSchema,
  esEnrollmentChangeSchema,
  esOwnCertificatesChangeSchema,
  esAuthorityKeyChangeSchema,
  certificateInstallChangeSchema,
  authorityTrustChangeSchema,
  esApiSettingChangeSchema,
  kibanaSettingChangeSchema,
  encryptedVolumeMigrationChangeSchema,
]);
export type Change = z.infer<typeof changeSchema>;
export type ChangeKindName = Change['kind'];
export type ChangeOf<K extends ChangeKindName> = Extract<Change, { kind: K }>;

/** One difference as it is shown before applying; secrets are already replaced by `[secret]`. */
export const diffSchema = z.object({
  /** What differs: a path, a rule set, an account. */
  subject: z.string(),
  before: z.string(),
  after: z.string(),
});
export type Diff = Readonly<z.infer<typeof diffSchema>>;
