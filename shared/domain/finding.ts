/** The outcome of one control on one host in one scan, with evidence. */
import { z } from 'zod';
import { blastSchema } from './change.ts';
import { areaSchema, controlIdSchema } from './control.ts';
import { evidenceSchema } from './evidence.ts';
import { hostIdSchema } from './host.ts';
import { outcomeSchema } from './outcome.ts';
import { severitySchema } from './severity.ts';
import { hostNodeSchema } from './topology.ts';

/** One of the answers that a choice offers. */
export const optionSchema = z.object({
  value: z.string(),
  label: z.string(),
  /** What tells it from the others, e.g. size and model; may be empty. */
  detail: z.string(),
  /** Why it cannot be chosen, as a sentence; empty when it can. */
  unusable: z.string(),
});
export type Option = Readonly<z.infer<typeof optionSchema>>;

/** A choice that a guided fix needs before it can be planned. */
export const choiceSchema = z.object({
  /** Parameter name, e.g. `allowedSources`. */
  name: z.string(),
  label: z.string(),
  hint: z.string(),
  type: z.enum(['cidr-list', 'text', 'number', 'boolean', 'one-of']),
  /** Sensible default as text (one per line for lists); empty when there is none. */
  suggested: z.string(),
  /** Whether the fix is planned without an answer; `suggested` holds then. */
  optional: z.boolean().optional(),
  /** For `one-of`, in the order in which they are shown. */
  options: z.array(optionSchema).optional(),
  /** For `one-of`: what is the matter and what to do when none of the options can be chosen. */
  none: z.object({ reason: z.string(), nextStep: z.string() }).optional(),
});
export type Choice = Readonly<z.infer<typeof choiceSchema>>;

export const remedySchema = z.discriminatedUnion('type', [
  /** Changes can be planned now. `steps` say in plain words what Bulwark will do. */
  z.object({
    type: z.literal('changes'),
    /** What may be chosen otherwise; without a choice `suggested` holds. */
    choices: z.array(choiceSchema).optional(),
    /** Expected outage of the node in seconds; absent where it was not worked out. */
    outageSeconds: z.number().optional(),
    steps: z.array(z.string()),
    blast: blastSchema,
    disturbs: z.string(),
    undo: z.string(),
    fixedTogetherWith: z.array(controlIdSchema),
  }),
  /** Changes can be planned once the operator has chosen. */
  z.object({
    type: z.literal('choices'),
    choices: z.array(choiceSchema),
    steps: z.array(z.string()),
    blast: blastSchema,
    disturbs: z.string(),
    undo: z.string(),
    fixedTogetherWith: z.array(controlIdSchema),
  }),
  /** No safe automatic change exists; why, and what the operator can do by hand. */
  z.object({ type: z.literal('manual'), reason: z.string(), steps: z.array(z.string()) }),
  z.object({ type: z.literal('none') }),
]);
export type Remedy = Readonly<z.infer<typeof remedySchema>>;

export const findingSchema = z.object({
  /** `<hostId>/<controlId>`. */
  id: z.string(),
  hostId: hostIdSchema,
  controlId: controlIdSchema,
  area: areaSchema,
  title: z.string(),
  severity: severitySchema,
  outcome: outcomeSchema,
  /** One sentence: what was found, or why it could not be decided and how to let Bulwark read it. */
  summary: z.string(),
  evidence: z.array(evidenceSchema),
  remedy: remedySchema,
  /** ISO 8601. */
  evaluatedAt: z.string(),
});
export type Finding = Readonly<z.infer<typeof findingSchema>>;

/** What a stranger sees of one port: from the operator's machine, or from another host. */
export const exposureSchema = z.object({
  /** Name of the host that looked; absent where it was the operator's machine. */
  from: z.string().optional(),
  address: z.string(),
  port: z.number().int(),
  state: z.enum(['closed', 'filtered', 'clear', 'tls', 'open-silent', 'not-probed']),
  /** Whether a request without credentials was answered with content. */
  answersStranger: z.enum(['yes', 'no', 'unknown']),
  detail: z.string(),
  at: z.string(),
});
export type Exposure = Readonly<z.infer<typeof exposureSchema>>;

/** One assessment of one host. */
export const scanSchema = z.object({
  id: z.string(),
  hostId: hostIdSchema,
  startedAt: z.string(),
  finishedAt: z.string(),
  findings: z.array(findingSchema),
  exposure: z.array(exposureSchema),
  /** What this host adds to the picture of its cluster; null without a node, absent where that could not be told. */
  node: hostNodeSchema.nullable().optional(),
  /** Digest over the facts that plans rest on; a plan made from this scan expires when it moves. */
  factsDigest: z.string(),
  /** What was found on the host, for headings and the report. */
  subject: z.object({
    hostname: z.string(),
    operatingSystem: z.string(),
    elasticsearch: z.string(),
    hostKey: z.string(),
  }),
  cost: z.object({
    connections: z.number(),
    execs: z.number(),
    roundTrips: z.number(),
    tunnels: z.number(),
    bytesIn: z.number(),
    milliseconds: z.number(),
  }),
});
export type Scan = Readonly<z.infer<typeof scanSchema>>;
