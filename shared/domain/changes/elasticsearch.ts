/** Changes that Elasticsearch's own tools and interfaces carry out. */
import { z } from 'zod';
import { esInstallSchema } from '../elasticsearch.ts';
import { hostIdSchema } from '../host.ts';
import { keyTypes } from './certificates.ts';
import { absolutePath, secretSourceSchema } from './values.ts';

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
    .array(
      z.strictObject({
        name: z.string(),
        ref: z.string(),
        length: z.number().int().min(12).max(128),
        /** Name of an order to rotate: a valid password in the vault is replaced too, once. Absent: it stays. */
        rotate: z
          .string()
          .regex(/^[a-z0-9-]{1,64}$/)
          .optional(),
        /** With `rotate`: the replaced password is one that has to go for good, so taking the change back does not set it again. */
        keep: z.literal(true).optional(),
        /** Vault names of the same password for the other hosts of its cluster; the one of `cluster.setOn` comes first. */
        alsoRefs: z
          .array(z.string().regex(/^es\/[^/]+\/[a-z_]+$/))
          .max(500)
          .optional(),
      }),
    )
    .min(1),
  /** The passwords are those of a cluster: set through the node of one host, and proven on the nodes of all of them. */
  cluster: z.strictObject({ hosts: z.array(hostIdSchema).min(2).max(500), setOn: hostIdSchema }).optional(),
});

export const esFileUsersChangeSchema = z.strictObject({
  kind: z.literal('es-file-users'),
  install: esInstallSchema,
  /** Users of the file realm that go, together with their roles. */
  remove: z.array(z.string().regex(/^[^\s:,]{1,507}$/)).min(1),
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
  /** Enrolment, which the set-up leaves on, is switched off; absent: it stays on for nodes and Kibanas to come. */
  endEnrollment: z.literal(true).optional(),
  /** Nodes of other hosts are to join: it listens for them on all addresses, where no other ones were given. */
  listensForNodes: z.literal(true).optional(),
});

export const esEnrollmentChangeSchema = z.strictObject({
  kind: z.literal('es-enrollment'),
  install: esInstallSchema,
  /** The secured node whose cluster is joined. */
  issuer: z.strictObject({
    hostId: z.string(),
    /** Its HTTP port as the joining host reaches it. */
    address: z.string().min(1).max(253),
    port: z.number().int().min(1).max(65_535),
    /** Vault names of its login and of the authority of its HTTP certificate. */
    elasticPasswordRef: z.string(),
    httpCaRef: z.string(),
  }),
  /** Vault name of a token that the operator brought; without it the login of the issuing node makes one. */
  tokenRef: z.string().optional(),
  /** Vault names under which login and authority are kept for the joining node. */
  elasticPasswordRef: z.string(),
  httpCaRef: z.string(),
  /** Settings with which Elasticsearch refuses to enrol the node, or that tie it to another cluster. */
  removeSettings: z.array(z.string()),
  /** As for es-auto-configuration. */
  setAsideData: z.boolean(),
  /** The new member gives out no tokens of its own; absent: it does, as Elasticsearch's own tool leaves it. */
  endEnrollment: z.literal(true).optional(),
});

export const esOwnCertificatesChangeSchema = z.strictObject({
  kind: z.literal('es-own-certificates'),
  install: esInstallSchema,
  /** Vault names for what is generated for this node. */
  elasticPasswordRef: z.string(),
  httpCaRef: z.string(),
  nodeKeyRef: z.string(),
  storePasswordRef: z.string(),
  /** Vault name of the authority, the same for all nodes; made where the vault has none. */
  authorityRef: z.string(),
  keyType: z.enum(keyTypes),
  /** How key and certificate lie on the host. */
  form: z.enum(['pkcs12', 'pem']),
  /** DNS names and addresses by which others reach the node; the certificate is made for exactly these. */
  names: z.array(z.string().min(1).max(253)).min(1).max(100),
  /** Days that the certificate is valid. */
  days: z.number().int().min(1).max(825),
  /** An authority outside of Bulwark signed for the key of this host that is in the vault; absent: the one in the vault issues. */
  certificates: z.literal('brought').optional(),
  /** The node is one of several: all of them are secured at the same time. */
  cluster: z
    .strictObject({
      uuid: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
      /** Hosts of all nodes, this one's among them. */
      hosts: z.array(hostIdSchema).min(2).max(100),
    })
    .optional(),
  /** The node asks for passwords already, over plain HTTP: its users stay, and so does the new password when this is taken back. */
  asksAlready: z.literal(true).optional(),
});

export const esAuthorityKeyChangeSchema = z.strictObject({
  kind: z.literal('es-authority-key'),
  install: esInstallSchema,
  /** The PKCS#12 store of the HTTP certificate; its password is in the keystore of the node. */
  store: absolutePath,
  /** Vault name under which the authority is kept, with its key. */
  authorityRef: z.string().min(1),
  /** An earlier step of the same plan makes the store: there is nothing to look at while the plan is made. */
  madeByPlan: z.boolean().optional(),
});
