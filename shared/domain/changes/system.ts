/** Changes of accounts, units and services. */
import { z } from 'zod';
import { esInstallSchema } from '../elasticsearch.ts';
import { hostIdSchema } from '../host.ts';
import { absolutePath, accountName, guardSeconds, unitName } from './values.ts';

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
  /** For a drop-in of the SSH server, which is guarded. */
  guardSeconds: guardSeconds.optional(),
});

/** How the other nodes go on while one of them restarts. */
export const rollingSchema = z.strictObject({
  clusterUuid: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
  /** Nodes that the cluster had when the plan was made, this one among them. */
  nodes: z.number().int().min(2),
  role: z.enum(['not-master', 'master-eligible', 'elected-master']),
  /** Which restart of this cluster it is in its plan, beginning with 1, and how many there are. */
  turn: z.number().int().min(1),
  turns: z.number().int().min(1),
  /** Hosts with other nodes: one of them answers for the cluster while this node cannot. */
  peers: z.array(z.strictObject({ hostId: hostIdSchema, install: esInstallSchema })).max(500),
});
export type Rolling = Readonly<z.infer<typeof rollingSchema>>;

export const serviceRestartChangeSchema = z.strictObject({
  kind: z.literal('service-restart'),
  unit: unitName,
  /** Elasticsearch is up when port, handshake and (where known) an authenticated answer are there, not when systemd says so. */
  install: esInstallSchema.optional(),
  /** Start the configuration once beside the running node first. */
  rehearse: z.boolean(),
  /** For the SSH server, whose restart is guarded. */
  guardSeconds: guardSeconds.optional(),
  /** Set by the planner where the node is one of a cluster that stays up; absent for a node of its own. */
  rolling: rollingSchema.optional(),
});

export const sysctlChangeSchema = z.strictObject({
  kind: z.literal('sysctl'),
  settings: z
    .array(
      z.strictObject({
        /** Dotted name. Names with a slash (interfaces with a dot in their name) are not supported. */
        key: z.string().regex(/^(?=.{3,200}$)[a-z][a-z0-9_-]*(?:\.[A-Za-z0-9_-]+)+$/),
        /** Printable ASCII, one line; fields of a list are parted by one space. */
        value: z.string().regex(/^[!-~](?:[ -~]{0,254}[!-~])?$/),
      }),
    )
    .min(1)
    .max(64),
  guardSeconds: guardSeconds.optional(),
});

/** Turns swap off, now and at boot. */
export const swapChangeSchema = z.strictObject({ kind: z.literal('swap') });
