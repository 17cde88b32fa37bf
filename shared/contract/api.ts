/**
 * The calls from the window to main: one object. Kinds: `query` reads what main holds; `command` is short and changes
 * state; `operation` is long, answers at once with an operation id and reports by events.
 */
import { z } from 'zod';
import { builtInUserSchema } from '../domain/built-in-users.ts';
import { controlIdSchema } from '../domain/control.ts';
import { deploymentTypeSchema } from '../domain/deployment.ts';
import { hostIdSchema, hostSchema } from '../domain/host.ts';
import { personalRoleSchema, personalUserSchema } from '../domain/personal-user.ts';
import { waiverTermsSchema } from '../domain/waiver.ts';
import { appStateSchema } from './state.ts';

const id = z.string().min(1).max(200);
const choices = z.record(z.string().max(60), z.string().max(4000));
const nothing = z.strictObject({});
const done = z.strictObject({});
const started = z.strictObject({ operationId: z.string() });
const pem = z.string().min(1).max(200_000);
const passphrase = z.string().min(1).max(1024);

function call<K extends 'query' | 'command' | 'operation', I extends z.ZodType, O extends z.ZodType>(
  kind: K,
  input: I,
  output: O,
) {
  return { kind, input, output } as const;
}

/** As Elasticsearch allows names of users: printable, without a colon (it ends the name when logging in). */
export const nodeUserSchema = z.string().regex(/^[!-9;-~](?:[ -9;-~]{0,505}[!-9;-~])?$/);

export const hostDraftSchema = hostSchema.omit({ id: true });

export const api = {
  app: {
    snapshot: call('query', nothing, appStateSchema),
    setTheme: call('command', z.strictObject({ theme: z.enum(['system', 'light', 'dark']) }), done),
    setGuardSeconds: call('command', z.strictObject({ seconds: z.number().int().min(15).max(900) }), done),
    /** Minutes without use after which an open vault locks itself. */
    setAutoLock: call('command', z.strictObject({ minutes: z.number().int().min(1).max(240) }), done),
    /** Opens a page of the fixed list in the browser. */
    openLink: call(
      'command',
      z.strictObject({
        link: z.enum([
          'vendor-security',
          'vendor-auto-configuration',
          'vendor-manual-security',
          'verify-guide',
        ]),
      }),
      done,
    ),
  },
  workspace: {
    create: call(
      'command',
      z.strictObject({ name: z.string().min(1).max(80), deployment: deploymentTypeSchema }),
      done,
    ),
    open: call('command', z.strictObject({ id }), done),
    close: call('command', nothing, done),
    setDeployment: call('command', z.strictObject({ deployment: deploymentTypeSchema }), done),
  },
  vault: {
    create: call('command', z.strictObject({ passphrase }), done),
    unlock: call('command', z.strictObject({ passphrase }), done),
    lock: call('command', nothing, done),
    /** Encrypts everything anew; an old copy opens with the old passphrase only. */
    changePassphrase: call('command', z.strictObject({ passphrase, wanted: passphrase }), done),
    /**
     * Writes a copy for a second custodian, under a passphrase of theirs, where a dialog of the system says; the answer is where it lies, or
     * null when the dialog was left.
     */
    copyForCustodian: call(
      'command',
      z.strictObject({ passphrase, theirs: passphrase }),
      z.strictObject({ path: z.string().nullable() }),
    ),
    /** Shows one secret once in a window of its own that main draws; the value never crosses this contract. */
    show: call('command', z.strictObject({ ref: id }), done),
    /** Main puts it on the clipboard and clears it after `clearsAfterSeconds`. */
    copy: call('command', z.strictObject({ ref: id }), z.strictObject({ clearsAfterSeconds: z.number() })),
  },
  certificates: {
    /**
     * Writes the request for a host's node where a dialog of the system says; its key stays in the vault. Empty `names`: those that the
     * request which is out has, else those that the host is known by. `path` is null when the dialog was left.
     */
    request: call(
      'command',
      z.strictObject({ hostId: hostIdSchema, names: z.string().max(4000), anew: z.boolean() }),
      z.strictObject({ path: z.string().nullable(), names: z.array(z.string()) }),
    ),
    /** Takes what an authority signed for that request, in PEM form, when everything fits. */
    take: call(
      'command',
      z.strictObject({ hostId: hostIdSchema, certificate: pem, authority: pem }),
      z.strictObject({ subject: z.string(), issuer: z.string(), notAfter: z.string() }),
    ),
  },
  hosts: {
    add: call(
      'command',
      z.strictObject({ draft: hostDraftSchema }),
      z.strictObject({ hostId: hostIdSchema }),
    ),
    update: call('command', z.strictObject({ hostId: hostIdSchema, draft: hostDraftSchema }), done),
    remove: call('command', z.strictObject({ hostId: hostIdSchema }), done),
    /** Reads the operator's own `~/.ssh/config`; answers with drafts for preview, adds nothing. */
    readSshConfig: call(
      'query',
      nothing,
      z.strictObject({ drafts: z.array(hostDraftSchema), ignored: z.array(z.string()) }),
    ),
    /** Asks for an inventory (CSV, Ansible) by a dialog of the system; answers with drafts for preview, adds nothing. `fileName` is null when none was chosen. */
    readInventory: call(
      'command',
      nothing,
      z.strictObject({
        fileName: z.string().nullable(),
        drafts: z.array(hostDraftSchema),
        ignored: z.array(z.string()),
      }),
    ),
    /** Asks the operator for a key file by a dialog of the system; the answer is shown in the form. */
    chooseKeyFile: call('command', nothing, z.strictObject({ path: z.string().nullable() })),
    connect: call('operation', z.strictObject({ hostId: hostIdSchema }), started),
    disconnect: call('command', z.strictObject({ hostId: hostIdSchema }), done),
    /** Asks for the password of this Elasticsearch user, logs in with it, and keeps it in the vault. */
    setNodeLogin: call('operation', z.strictObject({ hostId: hostIdSchema, user: nodeUserSchema }), started),
    forgetNodeLogin: call('command', z.strictObject({ hostId: hostIdSchema }), done),
    /** Makes a role and a user in the cluster that may only read; assessments use it from then on. */
    createReader: call('operation', z.strictObject({ hostId: hostIdSchema }), started),
    /**
     * Makes a person's own user in the cluster, as which Bulwark logs in from then on. Its password is generated, or asked for; the vault
     * shows it on purpose.
     */
    createAdministrator: call(
      'operation',
      z.strictObject({
        hostId: hostIdSchema,
        user: personalUserSchema,
        role: personalRoleSchema,
        password: z.enum(['generate', 'ask']),
      }),
      started,
    ),
    /** Deletes that user again, where Bulwark made it, by another login. */
    removeAdministrator: call(
      'operation',
      z.strictObject({ hostId: hostIdSchema, user: personalUserSchema }),
      started,
    ),
    /** Deletes both again and forgets the password. */
    removeReader: call('operation', z.strictObject({ hostId: hostIdSchema }), started),
  },
  assess: {
    start: call('operation', z.strictObject({ hostIds: z.array(hostIdSchema).min(1).max(500) }), started),
  },
  plan: {
    add: call('command', z.strictObject({ findingId: id, choices }), done),
    remove: call('command', z.strictObject({ findingId: id }), done),
    /** Makes the plan from everything added; reads hosts, writes nothing. */
    make: call('operation', nothing, started),
    /** Makes a plan from one finding (and those fixed together with it) only. */
    fixNow: call('operation', z.strictObject({ findingId: id, choices }), started),
    /** Makes a plan of one new password for a built-in user, in place of the one that the vault has. */
    rotate: call('operation', z.strictObject({ hostId: hostIdSchema, user: builtInUserSchema }), started),
    /** Makes a plan of a new certificate for the node of each host, one after the other. */
    renew: call('operation', z.strictObject({ hostIds: z.array(hostIdSchema).min(1).max(500) }), started),
    /** Makes a plan in three rounds over all nodes of the cluster of these hosts. */
    replaceAuthority: call(
      'operation',
      z.strictObject({ hostIds: z.array(hostIdSchema).min(1).max(500) }),
      started,
    ),
    discard: call('command', nothing, done),
  },
  waiver: {
    /** Accepts what a finding says until a day; replaces what was accepted of it before. Its outcome stays what it is. */
    accept: call('command', waiverTermsSchema.extend({ findingId: id }), done),
    withdraw: call('command', z.strictObject({ findingId: id }), done),
  },
  apply: {
    /** `digest` must be the one that was shown. */
    start: call(
      'operation',
      z.strictObject({ planId: id, digest: z.string().regex(/^[0-9a-f]{64}$/) }),
      started,
    ),
  },
  rollback: {
    start: call(
      'operation',
      z.strictObject({
        hostId: hostIdSchema,
        scope: z.discriminatedUnion('type', [
          z.strictObject({ type: z.literal('step'), planId: id, stepId: id }),
          z.strictObject({ type: z.literal('plan'), planId: id }),
          /** Every step that served this control, whichever plan it came from. */
          z.strictObject({ type: z.literal('finding'), controlId: controlIdSchema }),
          z.strictObject({ type: z.literal('host') }),
        ]),
      }),
      started,
    ),
    /** Takes back everything on every host of the workspace, one host after the other. */
    everything: call('operation', nothing, started),
    /** Settles an intent without outcome after a crash: verify it, or take it back. */
    recover: call(
      'operation',
      z.strictObject({ hostId: hostIdSchema, planId: id, stepId: id, choice: z.enum(['verify', 'revert']) }),
      started,
    ),
  },
  report: {
    /** Signs and writes PDF, JSON, DSSE and certificate below the workspace's folder. */
    export: call('operation', nothing, started),
    /** Opens the folder of the last export in the file manager. */
    showFolder: call('command', nothing, done),
    /** Asks for a file by a dialog of the system and verifies it offline. */
    verify: call('operation', nothing, started),
    /** Verifies a file that was dropped on the window; main takes the path from the drop, not from the page. */
    dismissVerification: call('command', nothing, done),
  },
  operation: {
    cancel: call('command', z.strictObject({ operationId: id }), done),
    /** Holds it after the step that runs; nothing is half done meanwhile, and the hosts stay locked. */
    pause: call('command', z.strictObject({ operationId: id }), done),
    resume: call('command', z.strictObject({ operationId: id }), done),
  },
  question: {
    answer: call(
      'command',
      z.strictObject({
        questionId: id,
        answer: z.enum(['trust', 'refuse', 'overwrite', 'keep', 'break-lock', 'go-on', 'cancel']),
      }),
      done,
    ),
    answerSecret: call('command', z.strictObject({ questionId: id, value: z.string().max(4096) }), done),
  },
} as const;

export type Api = typeof api;
export type ApiGroup = keyof Api;
