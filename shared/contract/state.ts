/** The snapshot that the window mirrors: one at the start, then slices by event. Truth lives in main. */
import { z } from 'zod';
import { diffSchema } from '../domain/change.ts';
import { areaSchema, controlWordsSchema } from '../domain/control.ts';
import { deploymentTypeSchema } from '../domain/deployment.ts';
import { appErrorSchema } from '../domain/error.ts';
import { scanSchema } from '../domain/finding.ts';
import { hostKeySchema, hostSchema } from '../domain/host.ts';
import { guardStateSchema, operationSchema, stepProgressSchema } from '../domain/operation.ts';
import { planSchema } from '../domain/plan.ts';
import { topologySchema } from '../domain/topology.ts';
import { waiverSchema } from '../domain/waiver.ts';

export const historyItemSchema = z.object({
  planId: z.string(),
  /** SHA-256 of the plan that was shown before it was applied. */
  planDigest: z.string(),
  stepId: z.string(),
  sequence: z.number(),
  at: z.string(),
  operator: z.string(),
  title: z.string(),
  kind: z.string(),
  controls: z.array(z.string()),
  blast: z.string(),
  diffs: z.array(diffSchema),
  result: z.enum([
    'done',
    'failed',
    'undone',
    'drifted',
    'unknown',
    'undone-after-failure',
    'not-reversible',
  ]),
  note: z.string(),
  /** When it was taken back, or tried to, and by whom. */
  undo: z.object({ at: z.string(), operator: z.string() }).optional(),
  canUndo: z.boolean(),
  /** What lies on the host takes it back without Bulwark too. */
  byHand: z.boolean().optional(),
  /** How taking it back lets people in again: in clear but with a password, everybody, or everybody with the data of before. */
  opens: z.enum(['clear', 'everybody', 'old-data']).optional(),
  /** Nodes that go back together with it; absent for one alone. */
  nodes: z.number().optional(),
});
export type HistoryItem = Readonly<z.infer<typeof historyItemSchema>>;

/** What the journal says besides changes: a reader's account that was made, a restart after undoing. */
export const historyNoteSchema = z.object({
  sequence: z.number(),
  at: z.string(),
  operator: z.string(),
  text: z.string(),
});
export type HistoryNote = Readonly<z.infer<typeof historyNoteSchema>>;

/** A guard that was found armed on a host and is not part of work that runs here. */
export const foundGuardSchema = z.object({
  tag: z.string(),
  standing: z.enum(['armed', 'firing']),
  /** True when this workspace's journal knows the step that armed it. */
  ours: z.boolean(),
  /** Who armed it and when it fires, ISO 8601, where the host can tell. */
  armedBy: z.string().optional(),
  firesAt: z.string().optional(),
});
export type FoundGuard = Readonly<z.infer<typeof foundGuardSchema>>;

export const interruptedSchema = z.object({
  planId: z.string(),
  stepId: z.string(),
  title: z.string(),
  at: z.string(),
  undoing: z.boolean(),
  /** The unit, where it is a restart that what was changed or undone still waits for. */
  restarts: z.string().optional(),
});

export const hostStateSchema = z.object({
  host: hostSchema,
  key: z.object({ state: z.enum(['not-seen', 'trusted', 'changed']), key: hostKeySchema.optional() }),
  connection: z.enum(['never', 'connecting', 'connected', 'disconnected', 'failed']),
  error: appErrorSchema.optional(),
  operatingSystem: z.string(),
  elasticsearch: z.string(),
  lastSeen: z.string().optional(),
  /**
   * With whom an assessment logs in to Elasticsearch: the password that Bulwark generated, a login that the operator gave,
   * or the reader that Bulwark made. Absent while the vault is locked: then it is not known.
   */
  nodeLogin: z.enum(['none', 'bulwark', 'given', 'reader']).optional(),
  assess: z.object({
    state: z.enum(['none', 'running', 'done', 'failed', 'cancelled']),
    /** What is being read right now. */
    doing: z.string(),
    areas: z.array(z.object({ area: areaSchema, state: z.enum(['waiting', 'running', 'done']) })),
  }),
  /** First scan of the workspace for this host: the "before" of the report. */
  baseline: scanSchema.optional(),
  /** Latest scan. */
  latest: scanSchema.optional(),
  history: z.array(historyItemSchema),
  notes: z.array(historyNoteSchema),
  guardsFound: z.array(foundGuardSchema),
  /** Typed on the host by root, takes everything back without Bulwark; absent where nothing lies there for it. */
  undoByHand: z.string().optional(),
  interrupted: z.array(interruptedSchema),
});
export type HostState = Readonly<z.infer<typeof hostStateSchema>>;

/** Something only the operator can decide; shown as a dialog or banner until answered. */
export const questionSchema = z.discriminatedUnion('type', [
  z.object({
    id: z.string(),
    type: z.literal('host-key'),
    hostId: z.string(),
    hostName: z.string(),
    address: z.string(),
    key: hostKeySchema,
    /** Command with which the operator compares the key on the host itself. */
    compareCommand: z.string(),
  }),
  z.object({
    id: z.string(),
    type: z.literal('host-key-changed'),
    hostId: z.string(),
    hostName: z.string(),
    address: z.string(),
    known: hostKeySchema,
    offered: hostKeySchema,
  }),
  z.object({
    id: z.string(),
    type: z.literal('secret'),
    hostId: z.string(),
    hostName: z.string(),
    purpose: z.enum(['password', 'passphrase', 'sudo-password', 'interactive', 'node-password']),
    prompt: z.string(),
    attempt: z.number(),
  }),
  z.object({
    id: z.string(),
    type: z.literal('drift'),
    hostId: z.string(),
    hostName: z.string(),
    stepTitle: z.string(),
    detail: z.string(),
    /** `before` is what Bulwark left there, `after` what is there now; empty where that could not be read. */
    diffs: z.array(diffSchema),
  }),
  z.object({
    id: z.string(),
    type: z.literal('lock'),
    hostId: z.string(),
    hostName: z.string(),
    /** Whose lock it is, since when, and whether it looks abandoned. */
    holder: z.string(),
    advice: z.string(),
    /** Tells this lock from every other (`AppError.lock`). */
    lock: z.string(),
  }),
  z.object({
    id: z.string(),
    type: z.literal('lacking'),
    hostId: z.string(),
    hostName: z.string(),
    stepTitle: z.string(),
    /** What the interrupted step left lacks of before. */
    detail: z.string(),
    advice: z.string(),
  }),
  /** Work that waits for a cluster to recover; withdrawn when it has. */
  z.object({
    id: z.string(),
    type: z.literal('still-waiting'),
    hostId: z.string(),
    hostName: z.string(),
    /** What is waited for, how long already, and what is missing. */
    detail: z.string(),
  }),
  z.object({
    id: z.string(),
    type: z.literal('clients-trust'),
    /** The first one of the round. */
    hostId: z.string(),
    hostName: z.string(),
    /** Where the certificates of both authorities lie, on each of these hosts. */
    file: z.string(),
    hostNames: z.array(z.string()),
    /** Subject and SHA-256 of the new authority. */
    authority: z.string(),
    fingerprint: z.string(),
  }),
  z.object({
    id: z.string(),
    type: z.literal('rehearsal-impossible'),
    hostId: z.string(),
    hostName: z.string(),
    reason: z.string(),
  }),
]);
export type Question = Readonly<z.infer<typeof questionSchema>>;

export const reportFilesSchema = z.object({
  createdAt: z.string(),
  folder: z.string(),
  files: z.array(z.object({ name: z.string(), bytes: z.number(), sha256: z.string() })),
  digest: z.string(),
  signer: z.string(),
  signerFingerprint: z.string(),
  /** Commands with which a stranger verifies it. */
  commands: z.array(z.string()),
  /** PNG data URIs of the first pages when they could be drawn. */
  pages: z.array(z.string()),
  /** Why there is no PDF, when there is none. */
  withoutPdf: z.string().optional(),
});

export const verificationSchema = z.object({
  fileName: z.string(),
  verdict: z.enum(['valid', 'valid-unknown-signer', 'invalid']),
  sentences: z.array(z.object({ ok: z.boolean(), text: z.string() })),
});

/** A finding the operator has put into the plan, with the choices made for it. */
export const basketItemSchema = z.object({
  findingId: z.string(),
  hostId: z.string(),
  controlId: z.string(),
  choices: z.record(z.string(), z.string()),
});

export const workspaceStateSchema = z.object({
  id: z.string(),
  name: z.string(),
  deployment: deploymentTypeSchema,
  operator: z.string(),
  createdAt: z.string(),
});

export const recentSchema = z.object({
  id: z.string(),
  name: z.string(),
  deployment: deploymentTypeSchema,
  lastAssessed: z.string().optional(),
  counts: z.object({
    pass: z.number(),
    fail: z.number(),
    unknown: z.number(),
    error: z.number(),
    'not-applicable': z.number(),
  }),
  hosts: z.number(),
});

export const appStateSchema = z.object({
  sequence: z.number(),
  app: z.object({
    version: z.string(),
    theme: z.enum(['system', 'light', 'dark']),
    guardSeconds: z.number(),
    /** An open vault locks itself after this many minutes without use. */
    autoLockMinutes: z.number(),
    developmentRuntime: z.boolean(),
  }),
  recents: z.array(recentSchema),
  workspace: workspaceStateSchema.nullable(),
  vault: z.object({
    state: z.enum(['none', 'locked', 'unlocked']),
    secrets: z.array(z.object({ ref: z.string(), about: z.string(), createdAt: z.string() })),
  }),
  catalog: z.array(controlWordsSchema),
  hosts: z.array(hostStateSchema),
  /** What the latest scans of all hosts come to; absent before the first one. */
  topology: topologySchema.optional(),
  basket: z.array(basketItemSchema),
  /** Accepted risks, also those whose time is over. */
  waivers: z.array(waiverSchema),
  /** The plan under review or being applied; null when none. */
  plan: planSchema.nullable(),
  steps: z.array(stepProgressSchema),
  guards: z.array(guardStateSchema),
  operations: z.array(operationSchema),
  questions: z.array(questionSchema),
  report: reportFilesSchema.nullable(),
  verification: verificationSchema.nullable(),
});
export type AppState = Readonly<z.infer<typeof appStateSchema>>;
export type Slice = Partial<Omit<AppState, 'sequence'>>;
