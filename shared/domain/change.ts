/**
 * A change: one typed, describable, capturable, verifiable, revertible unit of work on a host. Changes are data; only the
 * engine carries them out. They hold references to secrets, never secrets.
 */
import { z } from 'zod';
import { esInstallSchema } from './elasticsearch.ts';

export const blasts = ['none', 'reload', 'restart', 'rolling', 'full', 'access'] as const;
export const blastSchema = z.enum(blasts);
/** What carrying out a change may disturb; `access` changes are guarded on the host. */
export type Blast = (typeof blasts)[number];

const absolutePath = z.string().regex(/^\/[^\0\n]*$/);
const accountName = z.string().regex(/^[a-z_][a-z0-9_-]{0,31}\$?$/);
const unitName = z.string().regex(/^[A-Za-z0-9@._-]+\.service$/);
const octalMode = z.string().regex(/^[0-7]{3,4}$/);
const digest = z.string().regex(/^[0-9a-f]{64}$/);

/** Where a secret value comes from at the moment of applying. */
export const secretSourceSchema = z.discriminatedUnion('from', [
  z.strictObject({ from: z.literal('vault'), ref: z.string() }),
  /** Read out of a YAML file on the host while applying; the value passes through memory only. */
  z.strictObject({ from: z.literal('yaml-setting'), path: absolutePath, key: z.string() }),
  /** Made by the operating system's random source and kept in the vault under `ref` before the host is touched. */
  z.strictObject({ from: z.literal('generate'), ref: z.string(), length: z.number().int().min(12).max(128) }),
]);
export type SecretSource = z.infer<typeof secretSourceSchema>;

export const fileContentChangeSchema = z.strictObject({
  kind: z.literal('file-content'),
  path: absolutePath,
  content: z.string(),
  /** Owner, group and mode of the file afterwards; for an existing file absent means "as it is". */
  owner: accountName.optional(),
  group: accountName.optional(),
  mode: octalMode.optional(),
  /** SHA-256 of the content that was planned on; `absent` when the file did not exist. */
  expects: z.union([digest, z.literal('absent')]),
});

export const yamlSettingChangeSchema = z.strictObject({
  kind: z.literal('yaml-setting'),
  path: absolutePath,
  /** Applied in order; keys are full dotted names whatever their spelling in the file (flat or nested). */
  edits: z.array(
    z.discriminatedUnion('op', [
      z.strictObject({
        op: z.literal('set'),
        key: z.string(),
        value: z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]),
      }),
      z.strictObject({ op: z.literal('remove'), key: z.string() }),
    ]),
  ),
  expects: digest,
});

export const fileModeChangeSchema = z.strictObject({
  kind: z.literal('file-mode'),
  entries: z
    .array(
      z.strictObject({
        path: absolutePath,
        owner: accountName.optional(),
        group: accountName.optional(),
        mode: octalMode.optional(),
        /** For a directory: also everything below it (never across a mount point, never through a symbolic link). */
        below: z
          .strictObject({
            owner: accountName.optional(),
            group: accountName.optional(),
            fileMode: octalMode.optional(),
            directoryMode: octalMode.optional(),
          })
          .optional(),
      }),
    )
    .min(1),
});

export const accountChangeSchema = z.strictObject({
  kind: z.literal('account'),
  user: accountName,
  /**
   * create-system: group and user without login, password and home of their own.
   * lock: password locked, shell without login, authorized_keys set aside, out of `leaveGroups`, sudo rules that name it set aside.
   */
  action: z.discriminatedUnion('do', [
    z.strictObject({
      do: z.literal('create-system'),
      group: accountName,
      shell: absolutePath,
      home: absolutePath,
    }),
    z.strictObject({
      do: z.literal('lock'),
      shell: absolutePath,
      leaveGroups: z.array(accountName),
      authorizedKeys: z.array(absolutePath),
      sudoersFiles: z.array(absolutePath),
    }),
  ]),
});

export const systemdDropinChangeSchema = z.strictObject({
  kind: z.literal('systemd-dropin'),
  unit: unitName,
  /** File name below `/etc/systemd/system/<unit>.d/`. */
  name: z.string().regex(/^[a-z0-9-]+\.conf$/),
  content: z.string(),
});

export const serviceRestartChangeSchema = z.strictObject({
  kind: z.literal('service-restart'),
  unit: unitName,
  /** Elasticsearch is up when port, handshake and (where known) an authenticated answer are there, not when systemd says so. */
  install: esInstallSchema.optional(),
  /** Start the configuration once beside the running node first. */
  rehearse: z.boolean(),
});

export const firewallRulesetChangeSchema = z.strictObject({
  kind: z.literal('firewall-ruleset'),
  backend: z.literal('nftables'),
  /** Sources (CIDR, IPv4 or IPv6) that may reach a port; a port that is not listed is closed to the network. */
  allow: z.array(
    z.strictObject({
      port: z.number().int().min(1).max(65535),
      from: z.array(z.string()).min(1),
      label: z.string(),
    }),
  ),
  /** The SSH port of this session; always kept open to `operatorSources`. */
  sshPort: z.number().int().min(1).max(65535),
  operatorSources: z.array(z.string()).min(1),
  /** Seconds until the host puts the old rules back unless access is proven. 15 to 900. */
  guardSeconds: z.number().int().min(15).max(900),
});

export const keystoreEntryChangeSchema = z.strictObject({
  kind: z.literal('keystore-entry'),
  install: esInstallSchema,
  set: z.array(z.strictObject({ name: z.string().regex(/^[A-Za-z0-9_.-]+$/), value: secretSourceSchema })),
  remove: z.array(z.string().regex(/^[A-Za-z0-9_.-]+$/)),
  /** Also create the keystore when it is missing, upgrade its format, put owner and mode right. */
  ensure: z.boolean(),
});

export const esPasswordChangeSchema = z.strictObject({
  kind: z.literal('es-password'),
  install: esInstallSchema,
  users: z
    .array(z.strictObject({ name: z.string(), ref: z.string(), length: z.number().int().min(12).max(128) }))
    .min(1),
});

export const esAutoConfigurationChangeSchema = z.strictObject({
  kind: z.literal('es-auto-configuration'),
  install: esInstallSchema,
  /** Vault names for what is generated. */
  elasticPasswordRef: z.string(),
  httpCaRef: z.string(),
  /** Settings that make Elasticsearch skip its auto-configuration and are removed first. */
  removeSettings: z.array(z.string()),
  /** Cluster state without an index of the operator's: the directory is moved aside and kept. */
  setAsideData: z.boolean(),
});

export const changeSchema = z.discriminatedUnion('kind', [
  fileContentChangeSchema,
  yamlSettingChangeSchema,
  fileModeChangeSchema,
  accountChangeSchema,
  systemdDropinChangeSchema,
  serviceRestartChangeSchema,
  firewallRulesetChangeSchema,
  keystoreEntryChangeSchema,
  esPasswordChangeSchema,
  esAutoConfigurationChangeSchema,
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
